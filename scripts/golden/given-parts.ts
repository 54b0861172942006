/** Cases that hand over what an augmentation would draw by itself (noise, labels, planes), and check the rest of it. */

import { blendPlanes } from '../../engine/augment/clouds.ts';
import { type Resampling, warpField } from '../../engine/augment/resampling.ts';
import { paintMeans } from '../../engine/augment/segments.ts';
import { smoothField } from '../../engine/augment/smooth-field.ts';
import type { Plane } from '../../engine/augment/stretch.ts';
import { Studio } from '../../engine/augment/studio.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Image } from '../../engine/image/image.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import type { Values } from './compare.ts';
import type { Params } from './nodes.ts';

export interface Files {
  /** A file of the set, little-endian. */
  readonly read: (file: unknown) => Promise<Uint8Array>;
  readonly picture: (file: unknown) => Promise<Image>;
}

type Part = (kernels: ImageKernels, image: Image, params: Params, files: Files) => Promise<Values>;

/** Label maps are pictures of one byte a pixel (the decoder may have made three channels of it). */
async function superpixels(kernels: ImageKernels, image: Image, params: Params, files: Files): Promise<Values> {
  const map = await files.picture(params.labels);
  const labels = Int32Array.from(
    { length: map.width * map.height },
    (_, pixel) => map.data[pixel * map.channels] as number,
  );
  const studio = new Studio(kernels);
  const picture = studio.load(image);
  const ptr = studio.take(labels.length * 4);
  studio.words(ptr, labels.length).set(labels);
  const count = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const segments = { ptr, width: map.width, height: map.height, count };
  paintMeans(studio, picture, segments, (label) => label % 3 !== 0);
  return { ...image, data: studio.unload(picture) };
}

/** Planes of one f32 a pixel. */
async function cloudBlend(kernels: ImageKernels, image: Image, params: Params, files: Files): Promise<Values> {
  const studio = new Studio(kernels);
  const picture = studio.load(image);
  const { width, height } = image;
  const plane = async (file: unknown): Promise<Plane> => {
    const bytes = await files.read(file);
    const ptr = studio.take(bytes.length);
    studio.bytes(ptr, bytes.length).set(bytes);
    return { ptr, width, height, stride: width };
  };
  blendPlanes(studio, picture, await plane(params.alpha_f32), await plane(params.intensity_f32));
  return { ...image, data: studio.unload(picture) };
}

/** The field is made of the case's noise and held against the case's field; the picture comes from the field made. */
const elastic: Part = async (kernels, image, p, { read }) => {
  const studio = new Studio(kernels);
  const plane = image.width * image.height;
  const floats = async (file: unknown) => {
    const bytes = await read(file);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  const [noise, expected] = [await floats(p.noise_f32), await floats(p.field_f32)];
  const picture = studio.load(image);
  const options = { alpha: Number(p.alpha_px), sigma: Number(p.sigma_px) };
  const field = smoothField(studio, image, options, ({ ptr, step, width, height, index }) => {
    for (let column = 0; column < width; column++) {
      const values = studio.floats(ptr + column * step, height);
      for (let row = 0; row < height; row++) values[row] = noise[index * plane + row * width + column] as number;
    }
  });
  const found = studio.floats(field.ptr, 2 * plane);
  const off = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] as number))), 0);
  if (!(off <= MAX_FIELD_ERROR)) {
    throw new EngineError('invalid-data', `the field is ${off} pixels off, at most ${MAX_FIELD_ERROR} is allowed`);
  }
  const node = { interpolation: p.interpolation, border: p.border, fill: p.fill ?? 0 } as Resampling;
  return { ...image, data: studio.unload(warpField(studio, picture, field, node)) };
};

/** Pixels (README of the set). */
const MAX_FIELD_ERROR = 1e-3;

export const givenParts: Readonly<Record<string, Part>> = {
  'clouds/fog': cloudBlend,
  elastic,
  superpixels,
};
