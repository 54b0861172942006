/** Tensors of the Open Inference Protocol: JSON ↔ f32, with everything checked that a client can get wrong. */
import { EngineError } from '../../engine/errors.ts';
import { excerpt } from '../../engine/json.ts';
import { elementCount, formatShape, type Shape, type Tensor } from '../../engine/tensor.ts';
import type { TensorDescription } from '../model-description.ts';
import type { RequestInput, ResponseOutput } from './schema.ts';

const invalid = (path: string, sentence: string) => new EngineError('invalid-input', `${path}: ${sentence}`, path);

/**
 * The inputs of a request by name, each with the data of the whole batch.
 * @throws EngineError `invalid-input`: missing, unknown or repeated names, wrong datatype, shape or number of elements
 */
export function readInputs(
  inputs: readonly RequestInput[],
  expected: readonly TensorDescription[],
): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  inputs.forEach((input, i) => {
    const path = `$.inputs[${i}]`;
    const description = expected.find(({ name }) => name === input.name);
    if (!description) {
      const known = expected.map(({ name }) => name).join(', ');
      throw invalid(`${path}.name`, `there is no input ${excerpt(input.name)}, the model has ${known}`);
    }
    if (tensors.has(input.name)) throw invalid(`${path}.name`, `the input "${input.name}" is there twice`);
    tensors.set(input.name, readTensor(input, description, path));
  });
  const missing = expected.find(({ name }) => !tensors.has(name));
  if (missing) throw invalid('$.inputs', `the input "${missing.name}" ${formatShape(missing.shape)} is missing`);
  return tensors;
}

function readTensor(input: RequestInput, expected: TensorDescription, path: string): Tensor {
  const { shape, datatype, data } = input;
  if (datatype !== expected.datatype) {
    throw invalid(`${path}.datatype`, `expected "${expected.datatype}", got ${excerpt(datatype)}`);
  }
  if (!fits(shape, expected.shape)) {
    throw invalid(`${path}.shape`, `expected ${formatShape(expected.shape)} (−1: any), got ${excerpt(shape)}`);
  }
  if (!data) {
    const isBinary = input.parameters?.binary_data_size !== undefined;
    throw invalid(`${path}.data`, isBinary ? 'missing: binary tensor data are not read here, send JSON' : 'missing');
  }
  return { shape, data: flatten(data, shape, `${path}.data`) };
}

const fits = (shape: Shape, expected: Shape): boolean =>
  shape.length === expected.length && shape.every((side, i) => (expected[i] === -1 ? side >= 1 : side === expected[i]));

/** Nested arrays → one. A level may hold its rows as arrays, or all that is left of them in one flat array. */
function flatten(data: readonly unknown[], shape: Shape, path: string): Float32Array {
  const count = elementCount(shape);
  // Counted before anything is allocated: a shape can name more elements than there is memory.
  if (count > Number.MAX_SAFE_INTEGER || count > countLeaves(data)) {
    throw invalid(path, `expected ${count} numbers for the shape ${excerpt(shape)}, got ${countLeaves(data)}`);
  }
  const target = new Float32Array(count);
  const rests = shape.map((_, i) => elementCount(shape.slice(i)));
  let filled = 0;
  const fill = (level: readonly unknown[], depth: number, where: string): void => {
    const hasRows = Array.isArray(level[0]) && depth < shape.length - 1;
    const expected = (hasRows ? shape[depth] : rests[depth]) as number;
    if (level.length !== expected) {
      throw invalid(where, `expected ${expected} ${hasRows ? 'rows' : 'numbers'}, got ${level.length}`);
    }
    for (let i = 0; i < level.length; i++) {
      const value = level[i];
      if (hasRows) {
        if (!Array.isArray(value)) throw invalid(`${where}[${i}]`, `expected an array, got ${excerpt(value)}`);
        fill(value, depth + 1, `${where}[${i}]`);
      } else {
        if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
          throw invalid(`${where}[${i}]`, `expected a number that FP32 can hold, got ${excerpt(value)}`);
        }
        target[filled++] = value;
      }
    }
  };
  fill(data, 0, path);
  return target;
}

function countLeaves(data: readonly unknown[]): number {
  let count = 0;
  for (const value of data) count += Array.isArray(value) ? countLeaves(value) : 1;
  return count;
}

/** A value as the protocol writes it. @throws EngineError `invalid-input` where JSON cannot carry it */
export function writeOutput(name: string, { shape, data }: Tensor): ResponseOutput {
  if (!data.every((value) => Number.isFinite(value))) {
    const sentence = `the inputs are so large that the output "${name}" overflows: it is not finite`;
    throw new EngineError('invalid-input', sentence);
  }
  return { name, datatype: 'FP32', shape: [...shape], data: Array.from(data) };
}
