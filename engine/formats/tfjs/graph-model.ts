/** A graph model (a frozen GraphDef in JSON) as what the importer walks over. */
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { anyObject, excerpt, parseWith } from '../../json.ts';
import { onnxLimits } from '../onnx/limits.ts';
import type { SourceModel, SourceNode, SourceValue } from '../onnx/source.ts';
import { sidesOf, TensorFlowAttributes } from './attributes.ts';
import type { TfjsDocument } from './document.ts';
import { isControl, outputNames, splitValue, valueName } from './names.ts';
import type { TfjsWeights } from './weights.ts';

export interface TensorFlowNode extends SourceNode {
  readonly attributes: TensorFlowAttributes;
}

const nodeSchema = v.looseObject({
  name: v.pipe(v.string(), v.minLength(1)),
  op: v.pipe(v.string(), v.minLength(1)),
  input: v.optional(v.nullable(v.array(v.string()))),
  attr: v.optional(v.nullable(anyObject)),
});

const topologySchema = v.looseObject({
  node: v.pipe(v.array(nodeSchema), v.maxLength(onnxLimits.nodes)),
});

type JsonNode = v.InferOutput<typeof nodeSchema>;

export const isGraphTopology = (topology: Readonly<Record<string, unknown>>): boolean =>
  Object.hasOwn(topology, 'node');

/** Operators that give a value in from outside. */
const isPlaceholder = ({ op }: JsonNode): boolean => op === 'Placeholder' || op === 'PlaceholderV2';

/**
 * @param outputs that are asked for, and may be a node's further ones
 * @throws EngineError `invalid-model`
 */
export function readGraphModel(
  { modelTopology, signature }: TfjsDocument,
  weights: TfjsWeights,
  outputs: readonly string[],
): SourceModel<TensorFlowNode> {
  const { node: nodes } = parseWith(topologySchema, modelTopology, 'invalid-model', ['modelTopology']);
  const constants = new Set(nodes.filter(({ op }) => op === 'Const').map(({ name }) => name));
  refuseTwice(nodes);
  const counts = outputCounts(nodes, outputs);
  const inner = nodes.filter((node) => node.op !== 'Const' && !isPlaceholder(node));
  return {
    name: '',
    inputs: nodes.filter(isPlaceholder).map((node) => placeholder(node, signature)),
    outputs: (signatureOutputs(signature) ?? unread(nodes)).map((name) => ({ name })),
    hints: new Map(),
    nodes: inner.map(
      ({ name, op, input, attr }): TensorFlowNode => ({
        name,
        type: op,
        domain: '',
        inputs: (input ?? []).filter((reference) => !isControl(reference)).map(valueName),
        outputs: outputNames(name, counts.get(name) ?? 1),
        attributes: new TensorFlowAttributes(attr ?? {}),
      }),
    ),
    initializers: {
      has: (name) => constants.has(name),
      get(name) {
        if (weights.has(name)) return weights.get(name);
        throw new EngineError('invalid-model', `node ${excerpt(name)} (Const): the manifest has no weights for it`);
      },
    },
  };
}

function refuseTwice(nodes: readonly JsonNode[]): void {
  const seen = new Set<string>();
  for (const { name } of nodes) {
    if (seen.has(name)) throw new EngineError('invalid-model', `two nodes are named ${excerpt(name)}`);
    seen.add(name);
  }
}

/** A GraphDef does not say how many outputs a node has: as many as anybody reads. */
function outputCounts(nodes: readonly JsonNode[], outputs: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const read = (reference: string) => {
    const [node, output] = splitValue(reference);
    counts.set(node, Math.max(counts.get(node) ?? 1, output + 1));
  };
  for (const { input } of nodes) for (const reference of input ?? []) read(reference);
  for (const output of outputs) read(output);
  return counts;
}

/** Integers are given as f32 numbers: a run computes with nothing else. */
const inputTypes: ReadonlySet<string | undefined> = new Set(['float32', 'float16', 'int32', 'uint8']);

function placeholder({ name, attr }: JsonNode, signature: TfjsDocument['signature']): SourceValue {
  const attributes = new TensorFlowAttributes(attr ?? {});
  const type = attributes.type('dtype');
  const shape = attributes.shape('shape') ?? signatureShape(signature, name);
  const isRead = inputTypes.has(type);
  return { name, type: isRead ? 'float32' : type, typeName: attributes.typeName('dtype'), shape };
}

type Json = Readonly<Record<string, unknown>>;

const objects = (value: unknown): readonly Json[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).filter((item): item is Json => typeof item === 'object' && item !== null)
    : [];

function signatureShape(signature: TfjsDocument['signature'], name: string) {
  const entry = objects(signature?.inputs).find((input) => valueName(String(input.name)) === name);
  return entry && sidesOf(entry.tensorShape);
}

function signatureOutputs(signature: TfjsDocument['signature']): readonly string[] | undefined {
  const names = objects(signature?.outputs).flatMap(({ name }) => (typeof name === 'string' ? [valueName(name)] : []));
  return names.length > 0 ? [...new Set(names)] : undefined;
}

/** Values that no node reads. */
function unread(nodes: readonly JsonNode[]): readonly string[] {
  const read = new Set(
    nodes.flatMap(({ input }) => input ?? []).map((reference) => splitValue(reference.replace(/^\^/, ''))[0]),
  );
  return nodes.filter((node) => node.op !== 'Const' && !read.has(node.name)).map(({ name }) => name);
}
