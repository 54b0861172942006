/** The inputs of an import: which they are, and their shapes. */

import { EngineError } from '../../errors.ts';
import { type GraphInput, graphLimits } from '../../graph.ts';
import { excerpt } from '../../json.ts';
import { MAX_RANK } from '../../layers/shape-attribute.ts';
import { elementCount, formatShape, type Shape } from '../../tensor.ts';
import type { Atom, Layout } from './layout.ts';
import { onnxLimits } from './limits.ts';
import type { SourceModel, SourceValue } from './source.ts';
import { UnsupportedModel } from './unsupported.ts';

export interface Input {
  readonly name: string;
  readonly shape: Shape;
}

export type Shapes = Readonly<Record<string, Shape>>;

/** Shapes of values inside the graph, by translating what is before them. */
export type InferShapes = (names: readonly string[]) => readonly Shape[];

/**
 * Shapes for names: those given, else what the file says, else what follows from the nodes.
 * @param given default: the model's inputs, those that nobody reads among them
 * @throws EngineError `invalid-input` that lists every input whose shape is open
 */
export function inputsOf(
  model: SourceModel,
  given: readonly string[] | undefined,
  shapes: Shapes,
  infer: InferShapes,
): readonly Input[] {
  const wanted = given ?? model.inputs.map(({ name }) => name);
  checkNames(wanted, 'input');
  const known = new Set(wanted);
  const unknown = Object.keys(shapes).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const names = wanted.map((name) => excerpt(name)).join(', ');
    const list = names === '' ? 'there are no inputs' : `the inputs are ${names}`;
    throw new EngineError('invalid-input', `a shape is given for ${excerpt(unknown)}; ${list}`);
  }
  const declared = new Map([...model.hints, ...model.inputs.map((input) => [input.name, input] as const)]);
  const isNamed = (name: string) => declared.has(name) || Object.hasOwn(shapes, name);
  const inside = wanted.filter((name) => !isNamed(name));
  const inferred = new Map(inside.length === 0 ? [] : infer(inside).map((shape, i) => [inside[i] as string, shape]));
  const values = wanted.map(
    (name): SourceValue =>
      declared.get(name) ?? { name, type: 'float32', typeName: 'float32', shape: inferred.get(name) },
  );
  refuseOpen(values.filter(({ name, shape }) => !Object.hasOwn(shapes, name) && !isFixed(shape)));
  return values.map((value) => {
    const shape = Object.hasOwn(shapes, value.name) ? (shapes[value.name] as Shape) : (value.shape as Shape);
    checkInput(value, shape);
    return { name: value.name, shape };
  });
}

/** Names of inputs or outputs, as a model can hold them. */
export function checkNames(names: readonly string[], what: string): void {
  if (names.length > onnxLimits.ends) {
    throw new EngineError('limit-exceeded', `${names.length} ${what}s, at most ${onnxLimits.ends} are supported`);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new EngineError('invalid-input', `the ${what} ${excerpt(twice)} is named twice`);
  const wrong = names.find((name) => name === '' || name.length > onnxLimits.name);
  if (wrong === undefined) return;
  const found = `${excerpt(wrong)} has ${wrong.length}`;
  throw new EngineError(
    'limit-exceeded',
    `the name of an ${what} has 1 to ${onnxLimits.name} characters, the name ${found}`,
  );
}

function refuseOpen(open: readonly SourceValue[]): void {
  const [first] = open;
  if (!first) return;
  const list = open.map(({ name, shape }) => `${excerpt(name)} ${describeSides(shape)}`).join(', ');
  const which = open.length === 1 ? 'the shape of an input is' : 'the shapes of inputs are';
  const example = `${first.name}=${first.shape?.map((side) => (typeof side === 'number' ? side : 1)) ?? '1,3,224,224'}`;
  throw new EngineError(
    'invalid-input',
    `${which} open in the file: ${list}; every side must be given, for example ${example}`,
  );
}

const isFixed = (shape: SourceValue['shape']): boolean => shape?.every((side) => typeof side === 'number') ?? false;

const describeSides = (shape: SourceValue['shape']): string =>
  shape ? `[${excerpt(shape.map((side) => side ?? '?').join(), 200).slice(1, -1)}]` : 'of unknown shape';

function checkInput({ name, type, typeName, shape: declared }: SourceValue, shape: Shape): void {
  const where = `input ${excerpt(name)}`;
  if (type !== 'float32') {
    throw new UnsupportedModel('element type', `${where} holds ${typeName} at run time, only float32 is supported`);
  }
  if (shape.length > MAX_RANK) {
    throw new UnsupportedModel('rank', `${where} has ${shape.length} axes, at most ${MAX_RANK} are supported`);
  }
  const fits =
    !declared ||
    (declared.length === shape.length && declared.every((side, i) => typeof side !== 'number' || side === shape[i]));
  if (!fits) {
    const given = `${formatShape(shape)} was given`;
    throw new EngineError('shape-mismatch', `${where}: its shape is ${describeSides(declared)}, ${given}`);
  }
  if (shape.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new EngineError('shape-mismatch', `${where}: sides are 0 or more, got ${formatShape(shape)}`);
  }
  if (!shape.every((side) => side <= graphLimits.elements) || elementCount(shape) > graphLimits.elements) {
    const most = `at most ${graphLimits.elements} elements are supported`;
    throw new EngineError('limit-exceeded', `${where} ${formatShape(shape)} is too large, ${most}`);
  }
}

/** Which inputs turn out to be images, and where their channels are: seen from the first layer that wants an image. */
export class InputLayouts {
  private readonly origins = new Map<Atom, { readonly name: string; readonly axis: number }>();
  private readonly labels = new Map<string, 'NCHW' | 'NHWC'>();

  add(name: string, { axes }: Layout): void {
    axes.forEach(([atom], axis) => {
      if (atom) this.origins.set(atom, { name, axis });
    });
  }

  /** @param axes of a value that is taken for [N,C,H,W] */
  seen([, , height, width]: Layout['axes']): void {
    for (const [atom, inNchw, inNhwc] of [[height?.[0], 2, 1] as const, [width?.[0], 3, 2] as const]) {
      const origin = atom && this.origins.get(atom);
      if (!origin || this.labels.has(origin.name)) continue;
      if (origin.axis === inNchw) this.labels.set(origin.name, 'NCHW');
      if (origin.axis === inNhwc) this.labels.set(origin.name, 'NHWC');
    }
  }

  label(name: string, shape: Shape): Pick<GraphInput, 'layout'> {
    if (shape.length === 2) return { layout: 'NC' };
    const label = shape.length === 4 ? this.labels.get(name) : undefined;
    return label ? { layout: label } : {};
  }
}
