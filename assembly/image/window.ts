/** Parts of pictures, and pictures with something around them. */
import { borderIndex } from './border';

/** `rows` runs of `bytes` bytes, from `source` every `sourceStep` bytes to `target` every `targetStep`. */
export function copyRows(
  source: usize,
  sourceStep: usize,
  target: usize,
  targetStep: usize,
  rows: i32,
  bytes: usize,
): void {
  for (; rows > 0; rows--, source += sourceStep, target += targetStep) memory.copy(target, source, bytes);
}

/**
 * target [top + height + bottom, left + width + right] ← the part [height, width] of a picture, and what stands outside it.
 *   x: first pixel of the part · rowBytes: of the picture · pixel: bytes of a pixel
 *   border: as in engine/image/border.ts · fill: a pixel
 */
export function padPart(
  x: usize,
  width: i32,
  height: i32,
  rowBytes: usize,
  pixel: usize,
  target: usize,
  top: i32,
  right: i32,
  bottom: i32,
  left: i32,
  border: i32,
  fill: usize,
): void {
  for (let row = -top; row < height + bottom; row++) {
    const y = borderIndex(row, height, border);
    const source = x + <usize>max<i32>(y, 0) * rowBytes;
    for (let column = -left; column < 0; column++, target += pixel) {
      padPixel(source, column, width, y, pixel, target, border, fill);
    }
    if (y >= 0) {
      memory.copy(target, source, <usize>width * pixel);
      target += <usize>width * pixel;
    } else {
      for (let column = 0; column < width; column++, target += pixel) memory.copy(target, fill, pixel);
    }
    for (let column = width; column < width + right; column++, target += pixel) {
      padPixel(source, column, width, y, pixel, target, border, fill);
    }
  }
}

function padPixel(
  row: usize,
  column: i32,
  width: i32,
  y: i32,
  pixel: usize,
  target: usize,
  border: i32,
  fill: usize,
): void {
  const x = borderIndex(column, width, border);
  memory.copy(target, x < 0 || y < 0 ? fill : row + <usize>x * pixel, pixel);
}
