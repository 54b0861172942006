/** Convolution as one would write it on the board: for every output, over the whole window, in f32. */
import { type Border, borders } from '../../engine/image/border.ts';
import type { Image } from '../../engine/image/image.ts';

export interface ReferenceOptions {
  readonly matrix: readonly (readonly number[])[];
  readonly stride: number;
  readonly padding: 'same' | 'valid';
  readonly border: Border;
  readonly fill: number;
}

export { borders };

/** [H,W,C] u8 → signed sums [OH,OW,C]. */
export function convolveReference(
  { width, height, channels, data }: Image,
  { matrix, stride, padding, border, fill }: ReferenceOptions,
): { shape: [number, number, number]; data: Float32Array } {
  const kh = matrix.length;
  const kw = matrix[0]!.length;
  const same = padding === 'same';
  const outHeight = same ? Math.ceil(height / stride) : Math.floor((height - kh) / stride) + 1;
  const outWidth = same ? Math.ceil(width / stride) : Math.floor((width - kw) / stride) + 1;
  const result = new Float32Array(outHeight * outWidth * channels);
  let to = 0;
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const y = outside(oy * stride + ky - (same ? Math.floor(kh / 2) : 0), height, border);
            const x = outside(ox * stride + kx - (same ? Math.floor(kw / 2) : 0), width, border);
            const value = y === undefined || x === undefined ? fill : data[(y * width + x) * channels + channel]!;
            sum = Math.fround(sum + Math.fround(Math.fround(matrix[ky]![kx]!) * value));
          }
        }
        result[to++] = sum;
      }
    }
  }
  return { shape: [outHeight, outWidth, channels], data: result };
}

/** Walks back into the picture a step at a time; undefined where the fill stands. */
function outside(index: number, size: number, border: Border): number | undefined {
  let at = index;
  while (at < 0 || at >= size) {
    if (border === 'constant') return undefined;
    if (border === 'edge') at = at < 0 ? 0 : size - 1;
    else if (border === 'wrap') at += at < 0 ? size : -size;
    else if (border === 'symmetric') at = at < 0 ? -1 - at : 2 * size - 1 - at;
    else if (size === 1) at = 0;
    else at = at < 0 ? -at : 2 * size - 2 - at;
  }
  return at;
}
