/**
 * One model as files that every contestant reads: the same weights and the same picture for all, and nothing of making
 * them in a process that is measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describeGraph } from '../../engine/describe.ts';
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { type ModelProto, ModelProtoSchema, type NodeProto } from '../../engine/formats/onnx/schema/onnx_pb.js';
import { type Model, serializeModel } from '../../engine/model-file.ts';
import { quantize } from '../../engine/quantization/quantize.ts';
import { Random } from '../../engine/random.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { fuse } from './fused-graph.ts';
import { uniform } from './models/network-builder.ts';
import { eightBitFolder } from './prepared.ts';

/** Uniform numbers of unit variance, as a picture is after normalisation. */
const INPUT_BOUND = Math.sqrt(3);

export interface Prepared {
  readonly folder: string;
  /** Multiply-adds of a run. */
  readonly macs: number;
}

/**
 * Writes into a folder: model.safetensors (ours), model.onnx (ONNX Runtime's), fused.json and fused.f32 (TensorFlow.js's),
 * input.f32 (NHWC) and input.json with its shape.
 */
export function prepare(model: Model, folder: string, batch = 1): Prepared {
  mkdirSync(folder, { recursive: true });
  const [input] = model.graph.inputs;
  const shape = [batch, ...(input?.shape.slice(1) ?? [])];
  const { data } = uniform(shape, INPUT_BOUND, new Random(2));
  writeFileSync(join(folder, 'model.safetensors'), serializeModel(model));
  writeFileSync(join(folder, 'model.onnx'), channelsFirst(exportOnnx(model)));
  const { graph, weights } = fuse(model);
  writeFileSync(join(folder, 'fused.json'), JSON.stringify(graph));
  writeFileSync(join(folder, 'fused.f32'), weights);
  writeFileSync(join(folder, 'input.f32'), data);
  writeFileSync(join(folder, 'input.json'), JSON.stringify(shape));
  return { folder, macs: batch * describeGraph(model.graph).macs };
}

/** Calibrated with pictures like the one that is run. */
const CALIBRATION_PICTURES = 4;

/** Prepares a model, and beside it the same in eight bits: model.safetensors, model.onnx with the picture, as above. */
export async function prepareBoth(model: Model, folder: string): Promise<Prepared> {
  const prepared = prepare(model, folder);
  const [input] = model.graph.inputs;
  const { name, shape } = input as (typeof model.graph.inputs)[number];
  const random = new Random(3);
  const pictures = Array.from({ length: CALIBRATION_PICTURES }, () => ({
    [name]: uniform([1, ...shape.slice(1)], INPUT_BOUND, random).data,
  }));
  const calibration = { samples: () => pictures, method: 'minmax', source: loadKernels('inference') } as const;
  const eightBit = { card: model.card, ...(await quantize(model, calibration)) };
  prepare(eightBit, eightBitFolder(folder));
  return prepared;
}

/**
 * Our input is NHWC, so the export begins with a transpose, in eight bits behind the pair that rounds the picture. Models of
 * ONNX's world take NCHW: it is not to be charged for it.
 */
function channelsFirst(file: Uint8Array): Uint8Array {
  const model: ModelProto = fromBinary(ModelProtoSchema, file);
  const { graph } = model;
  const [input] = graph?.input ?? [];
  const place = graph?.node.findIndex(({ opType }) => opType === 'Transpose') ?? -1;
  const transpose = graph?.node[place];
  if (!graph || !input || !transpose || !isRounded(graph.node, input.name, transpose.input[0])) {
    throw new Error('expected an ONNX graph that begins with a transpose of its input');
  }
  graph.node.splice(place, 1);
  for (const node of graph.node) {
    node.input = node.input.map((name) => (name === transpose.output[0] ? (transpose.input[0] as string) : name));
  }
  const tensor = input.type?.value;
  if (tensor?.case !== 'tensorType' || !tensor.value.shape) throw new Error('expected an input of tensor type');
  const [n, h, w, c] = tensor.value.shape.dim;
  if (!n || !h || !w || !c) throw new Error('expected an input [N,H,W,C]');
  tensor.value.shape.dim = [n, c, h, w];
  return toBinary(ModelProtoSchema, model);
}

/** Whether a value is the input itself, or what is left of it after QuantizeLinear and DequantizeLinear. */
function isRounded(nodes: readonly NodeProto[], input: string, value: string | undefined): boolean {
  if (value === input) return true;
  const producer = nodes.find(({ output }) => output[0] === value);
  const rounds = producer?.opType === 'QuantizeLinear' || producer?.opType === 'DequantizeLinear';
  return rounds && isRounded(nodes, input, producer.input[0]);
}
