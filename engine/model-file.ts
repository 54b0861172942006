/**
 * The model file: a safetensors container whose metadata entry `borde` is the graph with all that is known about it
 * (MODEL §1). A graph file is the same JSON without weights.
 */
import * as v from 'valibot';
import { EngineError } from './errors.ts';
import {
  buildGraph,
  type Graph,
  type GraphNode,
  graphEntries,
  inferShapes,
  layerOf,
  type Shapes,
  weightsOf,
} from './graph.ts';
import { preprocessSchema } from './image/preprocess.ts';
import { excerpt, parseJson, parseWith } from './json.ts';
import { eightBitTensor, SCALES, scaleName, WEIGHT_LEVELS } from './quantization/quantization.ts';
import {
  headerEnd,
  parseHeader,
  readLevels,
  readTensor,
  type StoredTensor,
  type TensorEntry,
  writeSafetensors,
} from './safetensors.ts';
import { checkTask, taskSchema, taskTensors } from './tasks/index.ts';
import type { TaskTensor } from './tasks/task.ts';
import { elementCount, formatShape, sameShape, type Tensor } from './tensor.ts';

export { headerEnd };

const text = v.pipe(v.string(), v.maxLength(10_000));

const provenanceSchema = v.looseObject({
  command: v.optional(text),
  data: v.optional(
    v.looseObject({ name: text, source: v.optional(text), licence: v.optional(text), sha256: v.optional(text) }),
  ),
  metrics: v.optional(v.record(v.string(), v.number())),
  licence: v.optional(text),
});

/** What stands beside the graph, in the order in which its keys are written. */
const cardEntries = {
  preprocess: v.optional(preprocessSchema),
  task: v.optional(taskSchema),
  labels: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(1000))), v.maxLength(100_000))),
  provenance: v.optional(provenanceSchema),
};

const documentSchema = v.strictObject({ ...graphEntries, ...cardEntries });
const cardSchema = v.strictObject({ name: graphEntries.name, ...cardEntries });

type ParsedDocument = v.InferOutput<typeof documentSchema>;

/** What a model says about itself beside its graph. */
export type ModelCard = Pick<ParsedDocument, 'name' | 'preprocess' | 'task' | 'labels' | 'provenance'>;

export interface ModelHeader {
  readonly card: ModelCard;
  readonly graph: Graph;
  readonly tensors: readonly TensorEntry[];
}

export interface Model {
  readonly card: ModelCard;
  readonly graph: Graph;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** How weights are stored, where not as f32; those of eight bits are so, whatever is said here, and a task's tensors are f32. */
  readonly storage?: 'F16' | undefined;
}

/**
 * Parses a graph document (a `--model graph.json`, or a model's metadata).
 * @throws EngineError `invalid-json`, `invalid-graph`, `shape-mismatch`
 */
export function parseDocument(json: string): { readonly card: ModelCard; readonly graph: Graph } {
  const document = parseWith(documentSchema, parseJson(json), 'invalid-graph');
  const { name, preprocess, task, labels, provenance } = document;
  const graph = buildGraph(document);
  const shapes = inferShapes(graph, 1);
  const card = { name, preprocess, task, labels, provenance } as ModelCard;
  if (task) checkTask(task, graph, shapes, labels);
  return { card, graph };
}

/**
 * Parses a card that stands by itself, as an exported model carries it.
 * @throws EngineError `invalid-json`, `invalid-graph`; where task and graph do not fit each other
 */
export function parseCard(json: string, graph: Graph): ModelCard {
  const card = parseWith(cardSchema, parseJson(json), 'invalid-graph') as ModelCard;
  if (card.task) checkTask(card.task, graph, inferShapes(graph, 1), card.labels);
  return card;
}

/**
 * Reads what a model file says about itself, without its weights: `start` holds the file's beginning, at least
 * `headerEnd(start)` bytes.
 * @param fileBytes length of the whole file
 * @throws EngineError `invalid-model`, `invalid-graph`, `shape-mismatch`, `limit-exceeded`
 */
export function parseModelHeader(start: Uint8Array, fileBytes: number): ModelHeader {
  const { metadata, tensors } = parseHeader(start, fileBytes);
  const json = metadata.borde;
  if (json === undefined) {
    throw new EngineError('invalid-model', 'a safetensors file without the metadata entry "borde": it has no graph');
  }
  const { card, graph } = parseDocument(json);
  const shapes = inferShapes(graph, 1);
  checkTensors(graph, shapes, tensors, card.task ? taskTensors(card.task, graph, shapes) : []);
  return { card, graph, tensors };
}

/**
 * Reads a model file whole.
 * @throws EngineError as parseModelHeader, and `invalid-model` for a weight that is not finite
 */
export function parseModel(file: Uint8Array): Model {
  const { card, graph, tensors: entries } = parseModelHeader(file, file.length);
  const tensors = new Map(
    entries.filter(({ type }) => type !== 'I8').map((entry) => [entry.name, readTensor(file, entry)]),
  );
  for (const entry of entries) {
    if (entry.type !== 'I8') continue;
    const scale = scaleName(entry.name);
    const scales = (tensors.get(scale) as Tensor).data;
    const levels = readLevels(file, entry);
    checkEightBits(entry.name, levels, scales);
    tensors.set(entry.name, eightBitTensor(entry.shape, { levels, scales }));
    tensors.delete(scale);
  }
  const isHalf = entries.some(({ type }) => type === 'F16');
  return { card, graph, tensors, ...(isHalf && { storage: 'F16' as const }) };
}

/**
 * Writes a model file: the same model is the same bytes.
 * @throws EngineError `invalid-input` for a weight that is too large for its storage
 */
export function serializeModel(model: Model): Uint8Array {
  const { card, graph, tensors, storage } = model;
  // Anchors in sixteen bits would move boxes by pixels.
  const whole = new Set(card.task && taskTensors(card.task, graph, inferShapes(graph, 1)).map(({ name }) => name));
  const entries = [...tensors].flatMap(([name, tensor]) => stored(name, tensor, whole.has(name) ? undefined : storage));
  return writeSafetensors({ borde: JSON.stringify(toDocument(model)) }, new Map(entries));
}

/** What the file has of a weight; one of eight bits has its scales beside it. */
function stored(name: string, { shape, data, eightBit }: Tensor, storage: Model['storage']): [string, StoredTensor][] {
  if (!eightBit) return [[name, { shape, data: storage === 'F16' ? half(name, data) : data }]];
  const { levels, scales } = eightBit;
  return [
    [name, { shape, data: levels }],
    [scaleName(name), { shape: [scales.length], data: scales }],
  ];
}

/** The largest finite number of sixteen bits. */
const HALF_MAX = 65_504;

function half(name: string, data: Float32Array): Float16Array {
  const wrong = data.findIndex((value) => Math.abs(Math.fround(value)) > HALF_MAX);
  if (wrong >= 0) {
    const what = `element ${wrong} is ${data[wrong]}, sixteen bits hold numbers up to ${HALF_MAX}`;
    throw new EngineError('invalid-input', `the tensor ${excerpt(name)} cannot be stored as f16: ${what}`);
  }
  return Float16Array.from(data);
}

/** The JSON of a graph and its card, keys in the order of MODEL §1. */
export function toDocument({ card, graph }: Pick<Model, 'card' | 'graph'>): Record<string, unknown> {
  return {
    format: 'borde/1',
    name: card.name,
    inputs: graph.inputs,
    nodes: graph.nodes.map(({ id, kind, inputs, attributes, weights }) => ({ id, kind, inputs, attributes, weights })),
    outputs: graph.outputs,
    quantization: graph.quantization,
    preprocess: card.preprocess,
    task: card.task,
    labels: card.labels,
    provenance: card.provenance,
  };
}

/** Every tensor that the graph calls for is there in its shape, and no other. */
function checkTensors(
  graph: Graph,
  shapes: Shapes,
  entries: readonly TensorEntry[],
  ofTask: readonly TaskTensor[],
): void {
  const unused = new Map(entries.map((entry) => [entry.name, entry]));
  const byName = new Map(unused);
  for (const node of graph.nodes) {
    for (const { role, tensor, shape } of weightsOf(node, shapes)) {
      const entry = byName.get(tensor);
      if (!entry)
        throw new EngineError('invalid-model', `node "${node.id}": its ${role} ${excerpt(tensor)} is missing`);
      if (!sameShape(entry.shape, shape)) {
        throw new EngineError(
          'shape-mismatch',
          `node "${node.id}": its ${role} ${excerpt(tensor)} has shape ${formatShape(entry.shape)}, expected ${formatShape(shape)}`,
        );
      }
      unused.delete(tensor);
      if (entry.type === 'I8') checkScale(node, entry, byName.get(scaleName(tensor)));
      if (entry.type === 'I8') unused.delete(scaleName(tensor));
    }
  }
  for (const { path, name, shape } of ofTask) {
    const entry = byName.get(name);
    if (!entry) throw new EngineError('invalid-model', `${path}: the tensor ${excerpt(name)} is missing`, path);
    if (entry.type === 'I8' || !sameShape(entry.shape, shape)) {
      const what = `${excerpt(name)} is ${entry.type} ${formatShape(entry.shape)}, expected floats ${formatShape(shape)}`;
      throw new EngineError('shape-mismatch', `${path}: ${what}`, path);
    }
    unused.delete(name);
  }
  const [stray] = unused.keys();
  if (stray !== undefined) throw new EngineError('invalid-model', `no node uses the tensor ${excerpt(stray)}`);
}

/** A weight of eight bits needs a scale for each of its output channels, its last axes, or one for all. */
function checkScale(node: GraphNode, weight: TensorEntry, scale: TensorEntry | undefined): void {
  const axes = layerOf(node).quantized?.filterChannelAxes ?? 1;
  const channels = elementCount(weight.shape.slice(-axes));
  const [count, ...others] = scale?.shape ?? [];
  if (scale?.type === 'F32' && others.length === 0 && (count === channels || count === 1)) return;
  const found = scale ? `${scale.type} ${formatShape(scale.shape)}` : 'none';
  const expected = `expected ${excerpt(scaleName(weight.name))}, F32 [${channels}] or F32 [1] for ${formatShape(weight.shape)}`;
  throw new EngineError('invalid-model', `node "${node.id}": ${expected}, found ${found}`);
}

/** Numbers at which all dot products agree. */
function checkEightBits(name: string, levels: Int8Array, scales: Float32Array): void {
  const level = levels.indexOf(-WEIGHT_LEVELS - 1);
  if (level >= 0) {
    const what = `element ${level} is ${levels[level]}, a weight's levels are −${WEIGHT_LEVELS} to ${WEIGHT_LEVELS}`;
    throw new EngineError('invalid-model', `tensor ${excerpt(name)}: ${what}`);
  }
  const scale = scales.findIndex((each) => !(each >= SCALES.min && each <= SCALES.max));
  if (scale >= 0) {
    const what = `element ${scale} is ${scales[scale]}, scales are ${SCALES.min} to ${SCALES.max}`;
    throw new EngineError('invalid-model', `tensor ${excerpt(scaleName(name))}: ${what}`);
  }
}
