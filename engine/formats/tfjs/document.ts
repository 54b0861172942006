/** model.json of TensorFlow.js, its parts checked: which of the two formats it is, and what weights it calls for. */
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { anyObject, parseJson, parseWith } from '../../json.ts';
import { onnxLimits } from '../onnx/limits.ts';

const side = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

const weightSchema = v.looseObject({
  name: v.pipe(v.string(), v.minLength(1)),
  shape: v.pipe(v.array(side), v.maxLength(onnxLimits.axes)),
  dtype: v.string(),
  quantization: v.optional(
    v.looseObject({
      dtype: v.picklist(['uint8', 'uint16', 'float16']),
      scale: v.optional(v.pipe(v.number(), v.finite())),
      min: v.optional(v.pipe(v.number(), v.finite())),
    }),
  ),
});

const groupSchema = v.looseObject({
  paths: v.pipe(v.array(v.string()), v.maxLength(10_000)),
  weights: v.pipe(v.array(weightSchema), v.maxLength(onnxLimits.nodes)),
});

const documentSchema = v.looseObject({
  format: v.optional(v.nullable(v.string())),
  modelTopology: anyObject,
  weightsManifest: v.optional(v.array(groupSchema), []),
  signature: v.optional(v.nullable(anyObject)),
  userDefinedMetadata: v.optional(v.nullable(anyObject)),
});

export type WeightEntry = v.InferOutput<typeof weightSchema>;
export type WeightGroup = v.InferOutput<typeof groupSchema>;
export type TfjsDocument = v.InferOutput<typeof documentSchema>;

/** Whether a JSON document looks like a model of TensorFlow.js, and not like a graph file of ours. */
export const isTfjs = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'modelTopology');

/** @throws EngineError `invalid-json`, `invalid-model` with the JSON path */
export function parseDocument(text: string): TfjsDocument {
  const value = parseJson(text);
  if (!isTfjs(value)) {
    throw new EngineError('invalid-model', 'not a TensorFlow.js model: expected an object with "modelTopology"');
  }
  return parseWith(documentSchema, value, 'invalid-model');
}
