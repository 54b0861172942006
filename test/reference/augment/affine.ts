/** Resampling along a matrix: for every pixel of the result, where it comes from. */
import type { Augmentation } from '../../../engine/augment/augmentation.ts';
import { inverse, mapPoint } from '../../../engine/augment/matrix.ts';
import { fillLevel, type Resampling } from '../../../engine/augment/resampling.ts';
import { borderIndex } from '../../../engine/image/border.ts';
import type { AugmentReference, ReferencePicture } from './reference.ts';

function tap(image: ReferencePicture, column: number, row: number, channel: number, how: Resampling): number {
  const x = borderIndex(column, image.width, how.border);
  const y = borderIndex(row, image.height, how.border);
  if (x < 0 || y < 0) return fillLevel(how.fill, channel);
  return image.data[(y * image.width + x) * image.channels + channel] as number;
}

function cubic(distance: number, a = -0.75): number {
  const t = Math.abs(distance);
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

/** The picture at sample position (x, y), 0 at the centre of the first pixel. */
export function sampleAt(image: ReferencePicture, x: number, y: number, channel: number, how: Resampling): number {
  if (how.interpolation === 'nearest') return tap(image, Math.floor(x + 0.5), Math.floor(y + 0.5), channel, how);
  const reach = how.interpolation === 'bilinear' ? 1 : 2;
  const weight = (distance: number) => (reach === 1 ? Math.max(1 - Math.abs(distance), 0) : cubic(distance));
  const left = Math.floor(x);
  const top = Math.floor(y);
  let sum = 0;
  for (let row = top - reach + 1; row <= top + reach; row++) {
    for (let column = left - reach + 1; column <= left + reach; column++) {
      sum += weight(x - column) * weight(y - row) * tap(image, column, row, channel, how);
    }
  }
  return sum;
}

export function warped(
  image: ReferencePicture,
  params: never,
  operation: Augmentation,
  how: Resampling,
): ReferencePicture {
  const motion = operation.matrix?.(params, image);
  if (!motion) throw new Error('no matrix');
  const back = inverse(motion.matrix);
  if (!back) throw new Error('no way back');
  const { width, height } = motion;
  const data = Float64Array.from({ length: width * height * image.channels }, (_, i) => {
    const pixel = Math.floor(i / image.channels);
    const [x, y] = mapPoint(back, [(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5]);
    return sampleAt(image, x - 0.5, y - 0.5, i % image.channels, how);
  });
  return { width, height, channels: image.channels, data };
}

/**
 * Positions are f32: below 256 pixels an ulp is 1.5e-5, a position is off by at most two of them, and moving by one pixel
 * changes a level by at most 255 (bicubic: the slope of the kernel is below 1.5, twice, and its weights sum to below 2):
 * 255 · 2 · 3e-5 · 3 = 0.05 at most. Weights of 14 bits add at most 255 · 2^-14 · 3 = 0.05: half a unit each of four, and one
 * that a weight of −1 borrows.
 */
export const affine: AugmentReference = {
  run: (image, params, operation) => warped(image, params, operation, params as Resampling),
  bound: 0.1,
  share: 0.01,
};

/** Copies move whole pixels, which the nearest of a matrix does too. */
export const exactCopy: AugmentReference = {
  run: (image, params, operation) =>
    warped(image, params, operation, { interpolation: 'nearest', border: 'constant', fill: 0 }),
  bound: 0,
};
