/** Folders of golden cases, format `aug-golden/1`: their README says what the fields mean. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson, parseWith } from '../../engine/json.ts';

const tolerance = v.strictObject({
  /** max |a − b| */
  max_abs: v.optional(v.number()),
  /** mean |a − b| */
  mean_abs: v.optional(v.number()),
  /** 99th percentile of |a − b| */
  p99: v.optional(v.number()),
  /** Share of values with |a − b| > 2. */
  frac_gt2: v.optional(v.number()),
  /** Share of pixels that differ. */
  frac_differs: v.optional(v.number()),
  /** Share of values with |a − b| above the first number. */
  frac_gt: v.optional(v.tuple([v.number(), v.number()])),
});

export type Tolerance = v.InferOutput<typeof tolerance>;

const entry = v.object({
  id: v.string(),
  op: v.string(),
  kind: v.picklist(['image', 'int16']),
  input: v.string(),
  params: v.record(v.string(), v.unknown()),
  expected: v.record(v.string(), v.string()),
  primary: v.string(),
  tolerance,
  secondary_tolerance: v.optional(tolerance),
});

export type GoldenEntry = v.InferOutput<typeof entry>;

const points = v.array(v.array(v.number()));

const annotation = v.object({
  id: v.string(),
  op: v.string(),
  image: v.string(),
  image_wh: v.tuple([v.number(), v.number()]),
  params: v.record(v.string(), v.unknown()),
  keypoints_in: points,
  keypoints_out: points,
  boxes_in_xyxy: points,
  boxes_out_xyxy: points,
  tolerance_px: v.number(),
  output_wh: v.tuple([v.number(), v.number()]),
  boxes_clipped: v.array(v.nullable(v.object({ clipped: v.array(v.number()), visibility: v.number() }))),
  mask_in: v.optional(v.string()),
  mask_out: v.optional(v.string()),
  mask_tolerance_frac_differs: v.optional(v.number()),
});

export type GoldenAnnotation = v.InferOutput<typeof annotation>;

const manifest = v.object({
  format: v.literal('aug-golden/1'),
  entries: v.array(entry),
  annotations: v.array(annotation),
});

export type GoldenManifest = v.InferOutput<typeof manifest>;

/** @throws EngineError where DIR/manifest.json is none; the file system's error where it cannot be read */
export async function readManifest(folder: string): Promise<GoldenManifest> {
  return parseWith(manifest, parseJson(await readFile(join(folder, 'manifest.json'), 'utf8')), 'invalid-data');
}
