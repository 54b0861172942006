/** ONNX → a model of ours: node by node, with whatever is known folded, and memory kept in [N,H,W,C]. */

import { EngineError } from '../../errors.ts';
import { buildGraph, type Graph, type GraphDocument, type GraphInput, type GraphOutput } from '../../graph.ts';
import { excerpt } from '../../json.ts';
import { MAX_RANK } from '../../layers/shape-attribute.ts';
import { type Model, type ModelCard, parseCard } from '../../model-file.ts';
import { elementCount, formatShape, type Shape } from '../../tensor.ts';
import { GraphBuilder } from './builder.ts';
import { CARD_KEY } from './export-model.ts';
import { folds } from './fold.ts';
import { type Atom, channelsLast, conforms, identity, type Layout, layoutOf } from './layout.ts';
import { Operation } from './operation.ts';
import { operators } from './operators/index.ts';
import { type OnnxModel, type OnnxNode, type OnnxValue, readModel } from './read-model.ts';
import { describeNode, selectNodes } from './select.ts';
import { type Constant, constantOf, type ReadExternal } from './tensor.ts';
import { UnsupportedModel } from './unsupported.ts';
import { isConstant, type RunTime, type Value, valueShape } from './value.ts';

export interface ImportOptions {
  /** Values to take for the inputs, where the model is to be cut; default: the model's. */
  readonly inputs?: readonly string[];
  /** Values to take for the outputs; default: the model's. */
  readonly outputs?: readonly string[];
  /** Shapes of inputs, for those whose file leaves sides open. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Inputs whose numbers are known: they become constants. */
  readonly constants?: ReadonlyMap<string, Constant>;
  /** Hands over tensors that lie beside the model. */
  readonly readExternal?: ReadExternal;
}

/**
 * Imports an ONNX file (operator sets up to 21). Names, shapes and layouts of inputs and outputs stay.
 * @throws EngineError `invalid-model`, `unsupported-model`, `shape-mismatch`, `limit-exceeded`; where operators are
 *   missing, one error lists them all
 */
export function importOnnx(file: Uint8Array, options: ImportOptions = {}): Model {
  const model = withConstants(readModel(file, options.readExternal), options.constants ?? new Map());
  const outputs = options.outputs ?? model.outputs.map(({ name }) => name);
  if (outputs.length === 0) throw new EngineError('invalid-model', 'the model has no outputs');
  const inputs = inputsOf(model, outputs, options);
  const { graph: document, tensors } = translate(model, inputs, outputs);
  const graph = buildGraph(document);
  const isCut = options.inputs !== undefined || options.outputs !== undefined;
  return { card: cardOf(model, graph, isCut), graph, tensors };
}

/** What a model of ours said of itself before it was exported; of others, and of a part of one, the name alone. */
function cardOf({ name, metadata }: OnnxModel, graph: Graph, isCut: boolean): ModelCard {
  const json = metadata.get(CARD_KEY);
  if (json !== undefined && !isCut) return parseCard(json, graph);
  return { name: name || undefined } as ModelCard;
}

/** The model with some of its inputs as initializers. */
function withConstants(model: OnnxModel, constants: ReadonlyMap<string, Constant>): OnnxModel {
  const { initializers } = model;
  return {
    ...model,
    inputs: model.inputs.filter(({ name }) => !constants.has(name)),
    initializers: {
      has: (name) => constants.has(name) || initializers.has(name),
      get: (name) => constants.get(name) ?? initializers.get(name),
    },
  };
}

interface Input {
  readonly name: string;
  readonly shape: Shape;
}

/** Names and shapes of the inputs that the outputs need, and of those that nobody reads. */
function inputsOf(model: OnnxModel, outputs: readonly string[], options: ImportOptions): readonly Input[] {
  const { shapes = {} } = options;
  const names = options.inputs ?? model.inputs.map(({ name }) => name);
  const unknown = Object.keys(shapes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new EngineError(
      'invalid-input',
      `a shape is given for ${excerpt(unknown)}; the inputs are ${names.join(', ')}`,
    );
  }
  checkNames(names, 'input');
  checkNames(outputs, 'output');
  const declared = new Map([...model.hints, ...model.inputs.map((input) => [input.name, input] as const)]);
  const values = names.map((name) => declared.get(name) ?? cutValue(model, name, options));
  const open = values.filter((value) => shapes[value.name] === undefined && !isFixed(value));
  if (open.length > 0) {
    const list = open.map(({ name, shape }) => `${excerpt(name)} ${describeSides(shape)}`).join(', ');
    const example = `${(open[0] as OnnxValue).name}=1,3,224,224`;
    throw new EngineError(
      'invalid-input',
      `the shape of an input is open in the file: ${list}; every side must be given, as ${example}`,
    );
  }
  return values.map((value) => {
    const shape = shapes[value.name] ?? (value.shape as Shape);
    checkInput(value, shape);
    return { name: value.name, shape };
  });
}

function checkNames(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new EngineError('invalid-input', `the ${what} ${excerpt(twice)} is named twice`);
}

const isFixed = ({ shape }: OnnxValue): boolean => shape?.every((side) => typeof side === 'number') ?? false;

const describeSides = (shape: OnnxValue['shape']): string =>
  shape ? `[${shape.map((side) => side ?? '?').join(',')}]` : 'of unknown shape';

function checkInput({ name, type, typeName, shape: declared }: OnnxValue, shape: Shape): void {
  const where = `input ${excerpt(name)}`;
  if (type !== 'float32') {
    throw new UnsupportedModel('element type', `${where} holds ${typeName} at run time, only float32 is supported`);
  }
  if (shape.length > MAX_RANK) {
    throw new UnsupportedModel('rank', `${where} ${formatShape(shape)}: at most ${MAX_RANK} axes are supported`);
  }
  const fits =
    !declared ||
    (declared.length === shape.length && declared.every((side, i) => typeof side !== 'number' || side === shape[i]));
  if (!fits || shape.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new EngineError(
      'shape-mismatch',
      `${where}: its shape is ${describeSides(declared)}, ${formatShape(shape)} was given`,
    );
  }
}

/** A value inside the graph whose shape the file does not say: found by translating what is before it. */
function cutValue(model: OnnxModel, name: string, options: ImportOptions): OnnxValue {
  const known = options.shapes?.[name];
  if (known) return { name, type: 'float32', typeName: 'float32', shape: known };
  const before = inputsOf(model, [name], { ...(options.shapes && { shapes: {} }) });
  const { graph, shapes } = translate(model, before, [name]);
  return { name, type: 'float32', typeName: 'float32', shape: shapes[graph.outputs.length - 1] as Shape };
}

/** Walks over the nodes between inputs and outputs. */
function translate(model: OnnxModel, inputs: readonly Input[], outputs: readonly string[]) {
  const nodes = selectNodes(model, new Set(inputs.map(({ name }) => name)), outputs);
  refuseUnknown(nodes);
  const builder = new GraphBuilder(inputs.map(({ name }) => name));
  const values = new Map<string, Value>();
  const layouts = new InputLayouts();
  builder.onImage((axes) => layouts.seen(axes));
  for (const { name, shape } of inputs) {
    const value: RunTime = { placed: { reference: name, shape }, layout: layoutOf(shape) };
    layouts.add(name, value.layout);
    values.set(name, elementCount(shape) === 0 ? constantOf('float32', shape, []) : value);
  }
  const find = (name: string): Value | undefined => {
    if (name === '') return undefined;
    return values.get(name) ?? (model.initializers.has(name) ? model.initializers.get(name) : undefined);
  };
  for (const node of nodes) {
    const results = atNode(node, () => run(node, node.inputs.map(find), model.opset, builder));
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (name !== '' && result) values.set(name, result);
    });
  }
  const finals = outputs.map((name) => outputOf(name, find(name), builder));
  const graph: GraphDocument = {
    inputs: inputs.map(
      ({ name, shape }): GraphInput => ({ name, shape, ...layouts.label(name, shape), datatype: 'FP32' }),
    ),
    nodes: builder.nodes,
    outputs: finals.map(({ output }) => output),
  };
  return { graph, tensors: builder.tensors, shapes: finals.map(({ shape }) => shape) };
}

/** @throws EngineError `unsupported-model` that lists every operator that is missing, and where */
function refuseUnknown(nodes: readonly OnnxNode[]): void {
  const missing = new Map<string, string[]>();
  for (const { type, domain, name } of nodes) {
    if (domain === '' && (Object.hasOwn(operators, type) || Object.hasOwn(folds, type))) continue;
    const full = domain === '' ? type : `${domain}.${type}`;
    missing.set(full, [...(missing.get(full) ?? []), excerpt(name)]);
  }
  if (missing.size === 0) return;
  const list = [...missing].map(([type, names]) => {
    const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return `${type} (${names.length === 1 ? 'node' : 'nodes'} ${shown})`;
  });
  throw new UnsupportedModel('operator', `operators that are not supported: ${list.join('; ')}`);
}

function run(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  opset: number,
  builder: GraphBuilder,
): readonly Value[] {
  builder.startNode(node.name);
  const op = new Operation(node, inputs, opset, builder);
  const known = inputs.filter((value) => value !== undefined);
  const fold = Object.hasOwn(folds, node.type) ? folds[node.type] : undefined;
  if (fold && known.every(isConstant)) return [fold(op, known)].flat();
  const read = Object.hasOwn(operators, node.type) ? operators[node.type] : undefined;
  if (!read)
    throw op.unsupported(
      'operator',
      'it is supported on values known at import alone, this one is computed by every run',
    );
  return [read(op)].flat() as readonly Value[];
}

/** Puts node and operator in front of what is wrong with them. */
function atNode<T>(node: OnnxNode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnsupportedModel) throw error.at(describeNode(node));
    if (error instanceof EngineError) throw new EngineError(error.code, `${describeNode(node)}: ${error.message}`);
    throw error;
  }
}

/** An output in the order of axes that ONNX says. */
function outputOf(
  name: string,
  value: Value | undefined,
  builder: GraphBuilder,
): { output: GraphOutput; shape: Shape } {
  if (!value) throw new EngineError('invalid-model', `the output ${excerpt(name)} is not computed`);
  builder.startNode(name);
  const shape = valueShape(value);
  if (isConstant(value) && value.type !== 'float32') {
    throw new UnsupportedModel(
      'element type',
      `output ${excerpt(name)} holds ${value.type}, only float32 is supported`,
    );
  }
  if (shape.length > MAX_RANK) {
    throw new UnsupportedModel(
      'rank',
      `output ${excerpt(name)} ${formatShape(shape)}: at most ${MAX_RANK} axes are supported`,
    );
  }
  const placed = builder.arrange(value, identity(shape.length));
  return { output: { name, from: placed.reference, ...outputLabel(value, shape) }, shape };
}

function outputLabel(value: Value, shape: Shape): Pick<GraphOutput, 'layout'> {
  if (shape.length === 2) return { layout: 'NC' };
  const isImage = shape.length === 4 && !isConstant(value) && conforms(value.layout, channelsLast(4));
  return isImage ? { layout: 'NCHW' } : {};
}

/** Which inputs turn out to be images, and where their channels are: seen from the first layer that wants an image. */
class InputLayouts {
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
