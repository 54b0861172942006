/**
 * The graph: nodes in the order in which they run, with parsed attributes. Documents (a graph file, a model's metadata)
 * become graphs here; passes rewrite graphs; lower.ts turns them into kernel calls.
 */
import * as v from 'valibot';
import { EngineError } from './errors.ts';
import { anyObject, excerpt, jsonPath, parseWith } from './json.ts';
import { findLayer, type LayerKind, layers } from './layers/index.ts';
import type { Layer, WeightSpec } from './layers/layer.ts';
import { MAX_RANK } from './layers/shape-attribute.ts';
import { type Quantization, quantizationSchema } from './quantization/quantization.ts';
import { elementCount, formatShape, type Shape } from './tensor.ts';

export const graphLimits = {
  /** Nodes of one graph. */
  nodes: 10_000,
  /** Elements of one activation or weight: an f32 tensor has to fit into 32-bit memory. */
  elements: 2 ** 30 - 1,
} as const;

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
/** A side may be 0: an imported model keeps what its file says. The first dimension may be −1: any batch. */
const side = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const inputShape = v.pipe(
  v.union([v.strictTuple([]), v.tupleWithRest([v.union([v.literal(-1), side])], side)]),
  v.maxLength(MAX_RANK),
  v.transform((shape): Shape => shape),
);

/** How the axes of an input or output are meant; absent where that is not known. */
const layout = v.optional(v.picklist(['NHWC', 'NCHW', 'NC']));

const inputSchema = v.strictObject({
  name,
  shape: inputShape,
  layout,
  datatype: v.optional(v.literal('FP32'), 'FP32'),
});

const outputSchema = v.strictObject({ name, from: name, layout });

const nodeSchema = v.strictObject({
  id: name,
  kind: v.string(),
  inputs: v.pipe(v.array(name), v.maxLength(1000)),
  attributes: v.optional(anyObject, {}),
  weights: v.optional(v.record(v.string(), name)),
});

/** By reference: how a value is quantized, in a model of eight bits. */
const quantization = v.optional(v.record(v.string(), quantizationSchema));

/** The graph's part of a document; model-file.ts adds the rest of a model's. */
export const graphEntries = {
  format: v.literal('borde/1'),
  name: v.optional(name),
  inputs: v.pipe(v.array(inputSchema), v.maxLength(100)),
  nodes: v.pipe(v.array(nodeSchema), v.minLength(1), v.maxLength(graphLimits.nodes)),
  outputs: v.pipe(v.array(outputSchema), v.minLength(1), v.maxLength(100)),
  quantization,
};

export type GraphInput = v.InferOutput<typeof inputSchema>;
export type GraphOutput = v.InferOutput<typeof outputSchema>;
type NodeDocument = v.InferOutput<typeof nodeSchema>;
export interface GraphDocument {
  readonly inputs: readonly GraphInput[];
  readonly nodes: readonly NodeDocument[];
  readonly outputs: readonly GraphOutput[];
  readonly quantization?: Readonly<Record<Reference, Quantization>> | undefined;
}

/** The name of an input, the id of a node, or `id:1` for a node's further output. */
export type Reference = string;

export interface GraphNode {
  readonly id: string;
  readonly kind: LayerKind;
  readonly inputs: readonly Reference[];
  /** What the layer's schema made of the document's attributes. */
  readonly attributes: unknown;
  /** Role → name of the tensor in the model file. */
  readonly weights: Readonly<Record<string, string>>;
  /** What passes have fused behind the node: y = clamp(y + residual, lo, hi), in training perhaps a maximum of that. */
  readonly epilogue?: {
    readonly lo: number;
    readonly hi: number;
    readonly residual?: Reference;
    readonly maxPool?: true;
  };
  /** The value that it computes since passes have merged its readers into it, by the name in the graph as it is written. */
  readonly computes?: Reference;
}

export interface Graph {
  readonly inputs: readonly GraphInput[];
  /** In an order in which every node comes after its inputs. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly GraphOutput[];
  /** Of a model of eight bits: how its values are quantized. */
  readonly quantization?: Readonly<Record<Reference, Quantization>> | undefined;
}

export const layerOf = (node: GraphNode): Layer => layers[node.kind];

/** Everything a node reads: its inputs and a fused residual. */
export const referencesOf = (node: GraphNode): readonly Reference[] =>
  node.epilogue?.residual === undefined ? node.inputs : [...node.inputs, node.epilogue.residual];

/**
 * Builds the graph of a parsed document: kinds known, attributes valid, references resolved, no cycle.
 * @throws EngineError `invalid-graph` with the JSON path
 */
export function buildGraph(document: GraphDocument): Graph {
  const taken = new Map<string, string>();
  const claim = (id: string, path: string) => {
    const first = taken.get(id);
    if (first !== undefined) throw invalid(path, `the name ${excerpt(id)} is taken by ${first}`);
    taken.set(id, path);
  };
  document.inputs.forEach((input, i) => {
    claim(input.name, jsonPath(['inputs', i, 'name']));
  });
  document.nodes.forEach((node, i) => {
    claim(node.id, jsonPath(['nodes', i, 'id']));
  });
  const nodes = document.nodes.map((node, i) => buildNode(node, i));
  nodes.forEach((node, i) => {
    node.inputs.forEach((reference, j) => {
      checkReference(reference, taken, jsonPath(['nodes', i, 'inputs', j]));
    });
  });
  const outputNames = new Set<string>();
  document.outputs.forEach((output, i) => {
    checkReference(output.from, taken, jsonPath(['outputs', i, 'from']));
    if (outputNames.has(output.name)) {
      throw invalid(jsonPath(['outputs', i, 'name']), `two outputs are named ${excerpt(output.name)}`);
    }
    outputNames.add(output.name);
  });
  for (const reference of Object.keys(document.quantization ?? {})) {
    checkReference(reference, taken, jsonPath(['quantization', reference]));
  }
  const { inputs, outputs, quantization } = document;
  const inOrder = inRunningOrder(inputs, nodes);
  return { inputs, nodes: inOrder, outputs, ...(quantization && { quantization }) };
}

const invalid = (path: string, sentence: string) => new EngineError('invalid-graph', `${path}: ${sentence}`, path);

/** `id:1` → id and number; a plain id is output 0. */
export function splitReference(
  reference: Reference,
  known: { has(id: string): boolean },
): [id: string, output: number] {
  if (known.has(reference)) return [reference, 0];
  const match = /^(.*):(\d{1,4})$/.exec(reference);
  return match ? [match[1] as string, Number(match[2])] : [reference, 0];
}

function checkReference(reference: Reference, known: ReadonlyMap<string, string>, path: string): void {
  const [id] = splitReference(reference, known);
  if (!known.has(id)) throw invalid(path, `${excerpt(reference)} is neither an input nor a node`);
}

function buildNode(node: NodeDocument, index: number): GraphNode {
  const layer = findLayer(node.kind);
  if (!layer) {
    const known = Object.keys(layers).join(', ');
    throw invalid(
      jsonPath(['nodes', index, 'kind']),
      `node ${excerpt(node.id)}: unknown layer kind ${excerpt(node.kind)}; known are ${known}`,
    );
  }
  const { min, max } = layer.inputs ?? { min: 1, max: 1 };
  if (node.inputs.length < min || node.inputs.length > max) {
    const expected = min === max ? `${min}` : `${min} to ${max}`;
    throw invalid(
      jsonPath(['nodes', index, 'inputs']),
      `node ${excerpt(node.id)}: ${node.kind} takes ${expected} inputs, got ${node.inputs.length}`,
    );
  }
  const attributes = parseWith(layer.attributes, node.attributes, 'invalid-graph', ['nodes', index, 'attributes']);
  return { id: node.id, kind: node.kind as LayerKind, inputs: node.inputs, attributes, weights: node.weights ?? {} };
}

/** A stable topological sort (Kahn): the document's order wherever that is one. */
function inRunningOrder(inputs: readonly GraphInput[], nodes: readonly GraphNode[]): readonly GraphNode[] {
  const done = new Set(inputs.map((input) => input.name));
  const ids = new Map(nodes.map((node) => [node.id, node]));
  const known = { has: (id: string) => done.has(id) || ids.has(id) };
  const waiting = new Map<string, number>();
  const readers = new Map<string, GraphNode[]>();
  const ready: GraphNode[] = [];
  for (const node of nodes) {
    const missing = new Set(node.inputs.map((r) => splitReference(r, known)[0]).filter((id) => ids.has(id)));
    waiting.set(node.id, missing.size);
    for (const id of missing) {
      const list = readers.get(id);
      if (list) list.push(node);
      else readers.set(id, [node]);
    }
    if (missing.size === 0) ready.push(node);
  }
  const position = new Map(nodes.map((node, i) => [node.id, i]));
  if (nodes.every((node) => node.inputs.every((r) => isBefore(splitReference(r, known)[0], node.id, position)))) {
    return nodes;
  }
  const sorted: GraphNode[] = [];
  for (let i = 0; i < ready.length; i++) {
    const node = ready[i] as GraphNode;
    sorted.push(node);
    for (const reader of readers.get(node.id) ?? []) {
      const left = (waiting.get(reader.id) as number) - 1;
      waiting.set(reader.id, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (sorted.length < nodes.length) {
    const placed = new Set(sorted);
    const stuck = nodes.filter((node) => !placed.has(node)).map((node) => node.id);
    throw new EngineError('invalid-graph', `$.nodes: a cycle through ${excerpt(stuck.join(', '), 100)}`, '$.nodes');
  }
  return sorted;
}

const isBefore = (id: string, reader: string, position: ReadonlyMap<string, number>): boolean =>
  (position.get(id) ?? -1) < (position.get(reader) as number);

/** The shape of every value of a graph at one batch size. */
export interface Shapes {
  of(reference: Reference): Shape;
  /** Shapes of a node's inputs, without a residual. */
  inputs(node: GraphNode): readonly Shape[];
  outputs(node: GraphNode): readonly Shape[];
}

/**
 * Infers every shape; −1 in an input's first dimension becomes `batch`.
 * @throws EngineError `shape-mismatch` that names the node, `limit-exceeded` for a tensor beyond 32-bit memory
 */
export function inferShapes(graph: Graph, batch: number): Shapes {
  const shapes = new Map<string, readonly Shape[]>();
  for (const input of graph.inputs) {
    shapes.set(input.name, [input.shape.map((length) => (length === -1 ? batch : length))]);
  }
  const of = (reference: Reference): Shape => {
    const [id, output] = splitReference(reference, shapes);
    const shape = shapes.get(id)?.[output];
    if (!shape) throw new EngineError('invalid-graph', `${excerpt(reference)} names no output of a node`);
    return shape;
  };
  for (const node of graph.nodes) {
    const inferred = atNode(node, () => layerOf(node).inferShape(node.inputs.map(of), node.attributes));
    const own = (Array.isArray(inferred[0]) ? inferred : [inferred]) as readonly Shape[];
    const outputs = node.epilogue?.maxPool ? own.map(halved) : own;
    for (const shape of outputs) {
      if (elementCount(shape) > graphLimits.elements) {
        throw new EngineError('limit-exceeded', `node "${node.id}": its output ${formatShape(shape)} is too large`);
      }
    }
    shapes.set(node.id, outputs);
  }
  return {
    of,
    inputs: (node) => node.inputs.map(of),
    outputs: (node) => shapes.get(node.id) as readonly Shape[],
  };
}

/** An image's shape behind a maximum of 2×2 windows. */
const halved = ([n, h, w, channels]: Shape): Shape =>
  [n, Math.floor((h as number) / 2), Math.floor((w as number) / 2), channels] as Shape;

/** Runs a layer's own check and puts the node in front of its sentence. */
export function atNode<T>(node: GraphNode, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof EngineError) throw new EngineError(error.code, `node "${node.id}": ${error.message}`);
    throw error;
  }
}

/** A node's weights by role: what they should look like and the name under which the file keeps them. */
export function weightsOf(node: GraphNode, shapes: Shapes): readonly (WeightSpec & { role: string; tensor: string })[] {
  const specs = layerOf(node).weights?.(shapes.inputs(node), node.attributes) ?? {};
  return Object.entries(specs).map(([role, spec]) => ({ ...spec, role, tensor: tensorName(node, role) }));
}

/** `weights` of a graph file default to `ID.ROLE`. */
export const tensorName = (node: GraphNode, role: string): string => node.weights[role] ?? `${node.id}.${role}`;
