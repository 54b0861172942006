/** Imports a model and runs it; compares what comes out with the interpreter's numbers. */
import { toBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { type ImportOptions, importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { ModelProtoSchema } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { type Model, parseModel, serializeModel } from '../../../../engine/model-file.ts';
import { Session } from '../../../../engine/session.ts';
import type { Shape, Tensor } from '../../../../engine/tensor.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { evaluate } from '../../../reference/onnx/index.ts';
import { seededInput } from '../../../suites/seeded.ts';
import { type ModelParts, modelProto, onnxFile } from './models.ts';

const source = loadKernels('inference', 'baseline');

/** Runs a model of ours, read back from its file, on seeded inputs. */
export function runModel(model: Model, seed = 1): Record<string, Tensor> {
  const stored = parseModel(serializeModel(model));
  return new Session(stored, source).run(inputsOf(stored, seed));
}

const inputsOf = ({ graph }: Model, seed: number) =>
  Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, seededInput(shape, seed + i)]));

export const importParts = (parts: ModelParts, options?: ImportOptions): Model => importOnnx(onnxFile(parts), options);

/** Runs parts of a model with the engine alone. */
export const run = (parts: ModelParts, options?: ImportOptions): Record<string, Tensor> =>
  runModel(importParts(parts, options));

/** Nodes of a kind that are left. */
export const count = ({ graph }: Model, kind: string): number =>
  graph.nodes.filter((node) => node.kind === kind).length;

/** Imports and runs a model: every output is where the interpreter's bound says. Returns the imported model. */
export function agrees(parts: ModelParts, seed = 1): Model {
  const proto = modelProto(parts);
  const model = importOnnx(toBinary(ModelProtoSchema, proto));
  const inputs = inputsOf(model, seed);
  const exact = Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => {
      const shape = (parts.inputs as Record<string, Shape>)[name] as Shape;
      return [name, { shape, data: Float64Array.from(data), error: 0 }];
    }),
  );
  const expected = evaluate(proto, exact);
  const outputs = runModel(model, seed);
  for (const [name, actual] of Object.entries(outputs)) {
    const { shape, data, error } = expected.get(name)!;
    expect(actual.shape, name).toEqual(shape);
    const wrong = data.findIndex((value, i) => !(Math.abs(value - (actual.data[i] as number)) <= error + DENORMAL));
    const found = wrong < 0 ? '' : `${name}[${wrong}]: expected ${data[wrong]} ± ${error}, got ${actual.data[wrong]}`;
    expect(found).toBe('');
  }
  expect(Object.keys(outputs)).toEqual(parts.outputs ?? ['y']);
  return model;
}

/** What has no normal form in f32 may be lost: an ulp of it a step. */
const DENORMAL = 2 ** -140;
