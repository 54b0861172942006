/** Points through a displacement field. */
import type { Field } from './augmentation.ts';
import type { Point } from './matrix.ts';
import type { Size } from './options.ts';
import type { Studio } from './studio.ts';

const MAX_ROUNDS = 50;
const CLOSE = 1e-3;

/**
 * out(p) = in(p − d(p)), so a point q of the picture that comes in lies at the p with p = q + d(p): found by fixed-point
 * iteration, which converges where the field is smooth; where it folds, the last of `MAX_ROUNDS` is taken.
 */
export function fieldMove(studio: Studio, field: Field, size: Size): (point: Point) => Point {
  const plane = size.width * size.height;
  const values = studio.floats(field.ptr, 2 * plane);
  return ([x, y]) => {
    let at: Point = [x, y];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const next: Point = [x + sampled(values, 0, at, size), y + sampled(values, plane, at, size)];
      const moved = Math.max(Math.abs(next[0] - at[0]), Math.abs(next[1] - at[1]));
      at = next;
      if (moved < CLOSE) break;
    }
    return at;
  };
}

/** The plane at a point, bilinear between the centres of pixels, beyond them as at the edge. */
function sampled(values: Float32Array, plane: number, [x, y]: Point, { width, height }: Size): number {
  const column = Math.min(Math.max(x - 0.5, 0), width - 1);
  const row = Math.min(Math.max(y - 0.5, 0), height - 1);
  const left = Math.min(Math.floor(column), Math.max(width - 2, 0));
  const top = Math.min(Math.floor(row), Math.max(height - 2, 0));
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const value = (r: number, c: number) => values[plane + r * width + c] as number;
  const across = (r: number) => value(r, left) + (value(r, right) - value(r, left)) * (column - left);
  return across(top) + (across(bottom) - across(top)) * (row - top);
}
