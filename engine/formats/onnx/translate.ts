/** A model of another format → a graph of ours: node by node, with whatever is known folded, and memory kept in [N,H,W,C]. */
import { EngineError } from '../../errors.ts';
import type { GraphDocument, GraphInput, GraphOutput } from '../../graph.ts';
import { excerpt } from '../../json.ts';
import { MAX_RANK } from '../../layers/shape-attribute.ts';
import { elementCount, formatShape, type Shape, type Tensor } from '../../tensor.ts';
import { GraphBuilder } from './builder.ts';
import { checkNames, type Input, InputLayouts, inputsOf } from './inputs.ts';
import { channelsLast, conforms, identity, layoutOf } from './layout.ts';
import { describeNode, selectNodes } from './select.ts';
import type { SourceModel, SourceNode } from './source.ts';
import { constantOf } from './tensor.ts';
import { UnsupportedModel } from './unsupported.ts';
import { isConstant, type RunTime, type Value, valueShape } from './value.ts';

/** What part of a model is taken. */
export interface Cut {
  /** Values to take for the inputs, where the model is to be cut; default: the model's. */
  readonly inputs?: readonly string[];
  /** Values to take for the outputs; default: the model's. */
  readonly outputs?: readonly string[];
  /** Shapes of inputs, for those whose file leaves sides open. */
  readonly shapes?: Readonly<Record<string, Shape>>;
}

/** How one format's nodes are read. */
export interface Dialect<N extends SourceNode> {
  /** How the format numbers an image's axes. */
  readonly image: 'NCHW' | 'NHWC';
  isKnown(node: N): boolean;
  /** A value an output; undefined for one that is not supported, which is said where it is read. */
  run(node: N, inputs: readonly (Value | undefined)[], graph: GraphBuilder): readonly (Value | undefined)[];
}

export interface Translated {
  readonly graph: GraphDocument;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * The part of a model between inputs and outputs.
 * @throws EngineError `invalid-model`, `unsupported-model`, `shape-mismatch`, `limit-exceeded`; where operators are
 *   missing, one error lists them all
 */
export function translateModel<N extends SourceNode>(model: SourceModel<N>, dialect: Dialect<N>, cut: Cut): Translated {
  const outputs = cut.outputs ?? model.outputs.map(({ name }) => name);
  if (outputs.length === 0) throw new EngineError('invalid-model', 'the model has no outputs');
  checkNames(outputs, 'output');
  const infer = (names: readonly string[]) => shapesInside(model, dialect, names);
  return translate(model, dialect, inputsOf(model, cut.inputs, cut.shapes ?? {}, infer), outputs);
}

/**
 * Shapes of values inside the graph that the file does not say.
 * @throws EngineError `invalid-input` where they do not follow from what is before them
 */
function shapesInside<N extends SourceNode>(
  model: SourceModel<N>,
  dialect: Dialect<N>,
  names: readonly string[],
): readonly Shape[] {
  try {
    const inputs = inputsOf(model, undefined, {}, () => []);
    return translate(model, dialect, inputs, names).shapes;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const list = names.map((name) => excerpt(name)).join(', ');
    throw new EngineError('invalid-input', `the shape of ${list} must be given, it does not follow: ${error.message}`);
  }
}

/** Walks over the nodes between inputs and outputs. */
function translate<N extends SourceNode>(
  model: SourceModel<N>,
  dialect: Dialect<N>,
  inputs: readonly Input[],
  outputs: readonly string[],
) {
  const nodes = selectNodes(model, new Set(inputs.map(({ name }) => name)), outputs);
  refuseUnknown(nodes, dialect);
  const builder = new GraphBuilder(
    inputs.map(({ name }) => name),
    dialect.image === 'NCHW' ? 'first' : 'last',
  );
  const values = new Map<string, Value>();
  const layouts = new InputLayouts();
  builder.onImage((axes) => layouts.seen(axes));
  for (const { name, shape } of inputs) {
    const value: RunTime = { placed: { reference: name, shape }, layout: layoutOf(shape) };
    layouts.add(name, value.layout);
    values.set(name, elementCount(shape) === 0 ? constantOf('float32', shape, []) : value);
  }
  const missing = new Map<string, string>();
  const find = (name: string): Value | undefined => {
    if (name === '') return undefined;
    const reason = missing.get(name);
    if (reason !== undefined) throw new UnsupportedModel('feature', reason);
    return values.get(name) ?? (model.initializers.has(name) ? model.initializers.get(name) : undefined);
  };
  for (const node of nodes) {
    builder.startNode(node.name);
    const results = atNode(node, () => dialect.run(node, node.inputs.map(find), builder));
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (result) values.set(name, result);
      else missing.set(name, `${excerpt(name)}, output ${i} of ${describeNode(node)}, is not supported`);
    });
  }
  const finals = outputs.map((name) => outputOf(name, find(name), builder, dialect.image));
  const isEmpty = finals.every(({ output }) => inputs.some(({ name }) => name === output.from));
  if (isEmpty) finals[0] = copied(finals[0] as Final, builder);
  const { nodes: kept, tensors } = builder.finish(finals.map(({ output }) => output.from));
  const graph: GraphDocument = {
    inputs: inputs.map(
      ({ name, shape }): GraphInput => ({ name, shape, ...layouts.label(name, shape), datatype: 'FP32' }),
    ),
    nodes: kept,
    outputs: finals.map(({ output }) => output),
  };
  return { graph, tensors, shapes: finals.map(({ shape }) => shape) };
}

/** @throws EngineError `unsupported-model` that lists every operator that is missing, and where */
function refuseUnknown<N extends SourceNode>(nodes: readonly N[], dialect: Dialect<N>): void {
  const missing = new Map<string, string[]>();
  for (const node of nodes) {
    if (dialect.isKnown(node)) continue;
    const { type, domain, name } = node;
    const full = domain === '' ? type : `${domain}.${type}`;
    const names = missing.get(full) ?? [];
    missing.set(full, names);
    names.push(excerpt(name));
  }
  if (missing.size === 0) return;
  const list = [...missing].map(([type, names]) => {
    const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return `${type} (${names.length === 1 ? 'node' : 'nodes'} ${shown})`;
  });
  throw new UnsupportedModel('operator', `operators that are not supported: ${list.join('; ')}`);
}

/** Puts node and operator in front of what is wrong with them. */
function atNode<T>(node: SourceNode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnsupportedModel) throw error.at(describeNode(node));
    if (error instanceof EngineError) throw new EngineError(error.code, `${describeNode(node)}: ${error.message}`);
    throw error;
  }
}

interface Final {
  readonly output: GraphOutput;
  readonly shape: Shape;
}

/** A graph has a node at least: an output that is an input is copied. */
function copied({ output, shape }: Final, builder: GraphBuilder): Final {
  const { reference } = builder.add('reshape', [{ reference: output.from, shape }], { shape });
  return { output: { ...output, from: reference }, shape };
}

/** An output in the order of axes that the model says. */
function outputOf(
  name: string,
  value: Value | undefined,
  builder: GraphBuilder,
  image: Dialect<SourceNode>['image'],
): Final {
  if (!value) throw new EngineError('invalid-model', `the output ${excerpt(name)} is not computed`);
  builder.startNode(name);
  const shape = valueShape(value);
  const type = isConstant(value) ? value.type : (value.integers?.type ?? 'float32');
  if (type !== 'float32') {
    throw new UnsupportedModel('element type', `output ${excerpt(name)} holds ${type}, only float32 is supported`);
  }
  if (shape.length > MAX_RANK) {
    throw new UnsupportedModel(
      'rank',
      `output ${excerpt(name)} ${formatShape(shape)}: at most ${MAX_RANK} axes are supported`,
    );
  }
  const placed = builder.arrange(value, identity(shape.length));
  return { output: { name, from: placed.reference, ...outputLabel(value, shape, image) }, shape };
}

/** An image is what has four axes and its channels last in memory. */
function outputLabel(value: Value, shape: Shape, image: Dialect<SourceNode>['image']): Pick<GraphOutput, 'layout'> {
  if (shape.length === 2) return { layout: 'NC' };
  if (shape.length !== 4 || isConstant(value)) return {};
  return conforms(value.layout, image === 'NCHW' ? channelsLast(4) : identity(4)) ? { layout: image } : {};
}
