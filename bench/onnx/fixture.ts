/** A fixture: a subject's model, of which every output is one variant. Written as one folder of ONNX's backend tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from '../../engine/formats/onnx/schema/onnx_pb.js';
import { writeTensor } from '../../engine/formats/onnx/tensor.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { ModelBuilder } from './model-builder.ts';
import { runOnnxruntime } from './runtime.ts';

export interface Fixture {
  readonly name: string;
  readonly opset: number;
  readonly build: (model: ModelBuilder) => void;
}

export const fixture = (name: string, opset: number, build: Fixture['build']): Fixture => ({ name, opset, build });

/** @returns bytes written */
export async function writeFixture({ name, opset, build }: Fixture, root: string, seed: number): Promise<number> {
  const model = new ModelBuilder(opset, seed);
  build(model);
  const results = await runOnnxruntime(model.toBinary(name), Object.fromEntries(model.inputs));
  const shapes = Object.fromEntries(Object.entries(results).map(([output, { shape }]) => [output, shape]));
  const set = join(root, name, 'test_data_set_0');
  mkdirSync(set, { recursive: true });
  const files: readonly (readonly [path: string, bytes: Uint8Array])[] = [
    [join(root, name, 'model.onnx'), model.toBinary(name, shapes)],
    ...[...model.inputs].map(([input, tensor], i) => [join(set, `input_${i}.pb`), tensorFile(input, tensor)] as const),
    ...model.outputNames.map(
      (output, i) => [join(set, `output_${i}.pb`), tensorFile(output, results[output] as Tensor)] as const,
    ),
  ];
  for (const [path, bytes] of files) writeFileSync(path, bytes);
  return files.reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

const tensorFile = (name: string, { shape, data }: Tensor): Uint8Array =>
  toBinary(TensorProtoSchema, writeTensor(name, shape, data));
