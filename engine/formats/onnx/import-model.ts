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
import { checkNames, type Input, InputLayouts, inputsOf } from './inputs.ts';
import { channelsLast, conforms, identity, layoutOf } from './layout.ts';
import { Operation, type Reader } from './operation.ts';
import { operators } from './operators/index.ts';
import { integersThrough } from './operators/quantization.ts';
import { withQuantization } from './quantized-values.ts';
import { type OnnxModel, type OnnxNode, readModel } from './read-model.ts';
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
  checkNames(outputs, 'output');
  const inputs = inputsOf(model, options.inputs, options.shapes ?? {}, (names) => shapesInside(model, names));
  const { graph: document, tensors } = translate(model, inputs, outputs);
  const graph = buildGraph(withQuantization(document));
  const isCut = options.inputs !== undefined || options.outputs !== undefined;
  return { card: cardOf(model, graph, isCut), graph, tensors };
}

/**
 * What a model of ours said of itself before it was exported. Others, and a part of one, say nothing: exporters call their
 * graphs `main_graph`.
 */
function cardOf({ metadata }: OnnxModel, graph: Graph, isCut: boolean): ModelCard {
  const json = metadata.get(CARD_KEY);
  if (json !== undefined && !isCut) return parseCard(json, graph);
  return {} as ModelCard;
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

/** Shapes of values inside the graph that the file does not say. */
function shapesInside(model: OnnxModel, names: readonly string[]): readonly Shape[] {
  const inputs = inputsOf(model, undefined, {}, () => []);
  return translate(model, inputs, names).shapes;
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
  const missing = new Map<string, string>();
  const find = (name: string): Value | undefined => {
    if (name === '') return undefined;
    const reason = missing.get(name);
    if (reason !== undefined) throw new UnsupportedModel('feature', reason);
    return values.get(name) ?? (model.initializers.has(name) ? model.initializers.get(name) : undefined);
  };
  for (const node of nodes) {
    const results = atNode(node, () => run(new Operation(node, node.inputs.map(find), model.opset, builder), node));
    node.outputs.forEach((name, i) => {
      const result = results[i];
      if (result) values.set(name, result);
      else missing.set(name, `${excerpt(name)}, output ${i} of ${describeNode(node)}, is not supported`);
    });
  }
  const finals = outputs.map((name) => outputOf(name, find(name), builder));
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
function refuseUnknown(nodes: readonly OnnxNode[]): void {
  const missing = new Map<string, string[]>();
  for (const { type, domain, name } of nodes) {
    if (domain === '' && (Object.hasOwn(operators, type) || Object.hasOwn(folds, type))) continue;
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

function run(op: Operation, { name, type }: OnnxNode): readonly Value[] {
  op.graph.startNode(name);
  const integers = integersThrough(op, type);
  const results = [readerOf(op, type)(op)].flat() as readonly Value[];
  return results.map((result) => {
    const shape = valueShape(result);
    op.checkRank(shape.length);
    if (elementCount(shape) === 0 && !isConstant(result)) return op.empty(shape);
    return integers && !isConstant(result) ? { ...result, integers } : result;
  });
}

function readerOf(op: Operation, type: string): Reader {
  const fold = Object.hasOwn(folds, type) ? folds[type] : undefined;
  if (fold && op.inputs.every((value) => !value || isConstant(value))) return fold;
  const read = Object.hasOwn(operators, type) ? operators[type] : undefined;
  if (read) return read;
  const only = 'it is supported on values known at import alone, this one is computed by every run';
  throw op.unsupported('operator', only);
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

interface Final {
  readonly output: GraphOutput;
  readonly shape: Shape;
}

/** A graph has a node at least: an output that is an input is copied. */
function copied({ output, shape }: Final, builder: GraphBuilder): Final {
  const { reference } = builder.add('reshape', [{ reference: output.from, shape }], { shape });
  return { output: { ...output, from: reference }, shape };
}

/** An output in the order of axes that ONNX says. */
function outputOf(name: string, value: Value | undefined, builder: GraphBuilder): Final {
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
  return { output: { name, from: placed.reference, ...outputLabel(value, shape) }, shape };
}

function outputLabel(value: Value, shape: Shape): Pick<GraphOutput, 'layout'> {
  if (shape.length === 2) return { layout: 'NC' };
  const isImage = shape.length === 4 && !isConstant(value) && conforms(value.layout, channelsLast(4));
  return isImage ? { layout: 'NCHW' } : {};
}
