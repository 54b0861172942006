/** The messages of the Open Inference Protocol, version 2 (KServe's required API): the parts that this worker speaks. */
import * as v from 'valibot';

/** Unknown parameters are ignored. */
const parameters = v.optional(v.looseObject({}));
const side = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Not v.array(v.unknown()): that copies a million numbers one by one. */
const data = v.pipe(
  v.custom<unknown[]>(Array.isArray, 'expected an array'),
  v.description('Row-major, nested as the shape says or flat'),
);

const requestInput = v.looseObject({
  name: v.string(),
  shape: v.pipe(v.array(side), v.maxLength(8)),
  datatype: v.string(),
  parameters,
  data: v.optional(data),
});

const requestOutput = v.looseObject({
  name: v.string(),
  parameters: v.optional(
    v.looseObject({
      classification: v.optional(
        v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.description('That many classes instead of the values')),
      ),
    }),
  ),
});

export const inferRequestSchema = v.looseObject({
  id: v.optional(v.string()),
  parameters,
  inputs: v.array(requestInput),
  outputs: v.optional(v.array(requestOutput)),
});

export type InferRequest = v.InferOutput<typeof inferRequestSchema>;
export type RequestInput = InferRequest['inputs'][number];
export type RequestOutput = NonNullable<InferRequest['outputs']>[number];

const shape = v.array(v.number());

export const responseOutputSchema = v.object({
  name: v.string(),
  datatype: v.picklist(['FP32', 'BYTES']),
  shape,
  data: v.array(v.union([v.number(), v.string()])),
});

export type ResponseOutput = v.InferOutput<typeof responseOutputSchema>;

export const inferResponseSchema = v.object({
  model_name: v.string(),
  model_version: v.string(),
  id: v.optional(v.string()),
  outputs: v.array(responseOutputSchema),
});

const tensor = v.object({ name: v.string(), datatype: v.string(), shape: v.pipe(shape, v.description('−1: free')) });

export const modelMetadataSchema = v.object({
  name: v.string(),
  versions: v.array(v.string()),
  platform: v.string(),
  inputs: v.array(tensor),
  outputs: v.array(tensor),
});

export const serverMetadataSchema = v.object({
  name: v.string(),
  version: v.string(),
  extensions: v.array(v.string()),
});
