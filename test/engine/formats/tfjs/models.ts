/** TensorFlow.js models for tests, put together by hand, and what an import says of them. */
import { EngineError } from '../../../../engine/errors.ts';
import { importTfjs, type TfjsOptions } from '../../../../engine/formats/tfjs/import-model.ts';
import type { Model } from '../../../../engine/model-file.ts';
import { Session } from '../../../../engine/session.ts';
import type { Shape } from '../../../../engine/tensor.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { seededInput } from '../../../suites/seeded.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: string;
  readonly bytes: Uint8Array;
  readonly quantization?: Json;
}

export const floats = (name: string, shape: Shape, values: readonly number[]): Weight => ({
  name,
  shape,
  dtype: 'float32',
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

export const integers = (name: string, values: readonly number[], shape: Shape = [values.length]): Weight => ({
  name,
  shape,
  dtype: 'int32',
  bytes: new Uint8Array(Int32Array.from(values).buffer),
});

export const node = (name: string, op: string, input: readonly string[] = [], attr: Json = {}): Json => ({
  name,
  op,
  input,
  attr,
});

/** An input whose batch is open. */
export const placeholder = (name: string, shape: Shape): Json =>
  node(name, 'Placeholder', [], {
    dtype: { type: 'DT_FLOAT' },
    shape: { shape: { dim: shape.map((size, axis) => ({ size: axis === 0 ? '-1' : `${size}` })) } },
  });

export interface Parts {
  readonly nodes: readonly Json[];
  readonly weights?: readonly Weight[];
}

export const joined = (weights: readonly Weight[]): Uint8Array =>
  Uint8Array.from(weights.flatMap(({ bytes }) => [...bytes]));

export const manifestOf = (weights: readonly Weight[]): readonly Json[] => [
  { paths: ['weights.bin'], weights: weights.map(({ bytes: _, ...entry }) => entry) },
];

/** model.json of a graph; constants get their nodes. */
export function document({ nodes, weights = [] }: Parts): Json {
  const constants = weights.map(({ name }) => node(name, 'Const'));
  return { modelTopology: { node: [...constants, ...nodes] }, weightsManifest: manifestOf(weights) };
}

type Options = Partial<TfjsOptions>;

export const importJson = (json: unknown, bytes: Uint8Array = new Uint8Array(), options: Options = {}): Model =>
  importTfjs(typeof json === 'string' ? json : JSON.stringify(json), { readShard: () => bytes, ...options });

export const importParts = (parts: Parts, options: Options = {}): Model =>
  importJson(document(parts), joined(parts.weights ?? []), options);

/** The sentence with which a model is refused: an EngineError, or the test fails. */
export function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
  throw new Error('it was imported');
}

const kernels = loadKernels('inference', 'baseline');

/** What comes out for seeded inputs, by name. */
export function run(model: Model) {
  const inputs = Object.fromEntries(model.graph.inputs.map(({ name, shape }) => [name, seededInput(shape)]));
  return { inputs, outputs: new Session(model, kernels).run(inputs) };
}
