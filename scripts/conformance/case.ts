/** One folder of ONNX's backend tests: a model and sets of inputs and outputs, run by the engine. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { EngineError } from '../../engine/errors.ts';
import { importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { type OnnxModel, readModel } from '../../engine/formats/onnx/read-model.ts';
import { TensorProtoSchema } from '../../engine/formats/onnx/schema/onnx_pb.js';
import { type Constant, isFloat, readTensor } from '../../engine/formats/onnx/tensor.ts';
import { UnsupportedModel } from '../../engine/formats/onnx/unsupported.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { Session } from '../../engine/session.ts';
import { formatShape, sameShape } from '../../engine/tensor.ts';
import { folderReader } from '../io/external-data.ts';

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'skipped'; readonly why: string };

/** The tolerances of ONNX's own backend test runner. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

const MAX_RANK = 4;

const skipped = (why: string): Outcome => ({ kind: 'skipped', why });
const failed = (why: string): Outcome => ({ kind: 'failed', why });

/** Runs all sets of a case: the first float input stays an input, the others become constants. */
export function runCase(folder: string, kernels: KernelSource): Outcome {
  try {
    const file = readFileSync(join(folder, 'model.onnx'));
    const model = readModel(file, folderReader(folder));
    const reason = outOfScope(model);
    if (reason) return skipped(reason);
    for (const set of readdirSync(folder).filter((name) => name.startsWith('test_data_set_'))) {
      const wrong = runSet(file, model, folder, join(folder, set), kernels);
      if (wrong) return failed(`${set}: ${wrong}`);
    }
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof UnsupportedModel && error.reason !== 'feature') {
      return skipped(`${error.reason}: ${error.message}`);
    }
    if (error instanceof EngineError) return failed(error.message);
    throw error;
  }
}

/** Types that a run does not have, and axes. Operators and training mode are told by the importer. */
function outOfScope(model: OnnxModel): string | undefined {
  for (const value of [...model.inputs, ...model.outputs]) {
    if (value.shape && value.shape.length > MAX_RANK) return `rank: "${value.name}" has ${value.shape.length} axes`;
    if (value.type === undefined) return `element type: "${value.name}" is ${value.typeName}`;
    if (isFloat(value.type) && value.type !== 'float32') return `element type: "${value.name}" is ${value.typeName}`;
  }
  const output = model.outputs.find(({ type }) => type !== 'float32');
  if (output) return `element type: output "${output.name}" is ${output.typeName}`;
  const other = model.inputs.length > 0 && model.inputs.every(({ type }) => type !== 'float32');
  const isData = other && !model.inputs.every(({ type }) => type === 'int64');
  return isData ? `element type: the inputs are ${model.inputs.map(({ typeName }) => typeName).join(', ')}` : undefined;
}

/** @returns what is wrong, or undefined */
function runSet(
  file: Uint8Array,
  model: OnnxModel,
  folder: string,
  set: string,
  kernels: KernelSource,
): string | undefined {
  const given = model.inputs.map(({ name }, i) => [name, readProto(join(set, `input_${i}.pb`), folder)] as const);
  const first = given.find(([, { type }]) => type === 'float32');
  const constants = new Map(given.filter((entry) => entry !== first));
  const shapes = first ? { [first[0]]: first[1].shape } : {};
  const imported = importOnnx(file, { constants, shapes, readExternal: folderReader(folder) });
  const inputs = first ? { [first[0]]: Float32Array.from(first[1].data) } : {};
  const outputs = new Session(imported, kernels).run(inputs);
  for (const [i, { name }] of model.outputs.entries()) {
    const expected = readProto(join(set, `output_${i}.pb`), folder);
    const actual = outputs[name];
    if (!actual) return `output "${name}" is missing`;
    if (!sameShape(actual.shape, expected.shape)) {
      return `output "${name}": expected ${formatShape(expected.shape)}, got ${formatShape(actual.shape)}`;
    }
    const wrong = actual.data.findIndex((value, at) => !isNear(value, expected.data[at] as number));
    if (wrong >= 0) return `output "${name}"[${wrong}]: expected ${expected.data[wrong]}, got ${actual.data[wrong]}`;
  }
  return undefined;
}

const isNear = (value: number, expected: number): boolean =>
  Object.is(value, expected) ||
  value === expected ||
  Math.abs(value - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected);

const readProto = (path: string, folder: string): Constant =>
  readTensor(fromBinary(TensorProtoSchema, readFileSync(path)), folderReader(folder));
