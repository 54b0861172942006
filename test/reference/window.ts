/** Where a sliding window stands: found by sliding it, not by a formula. */
import type { WindowAttributes } from '../../engine/layers/window.ts';

/** The place of a tap that lies in the padding. */
export const OUTSIDE = -1;

/** The place of a tap that hangs over the far edge of the padding. */
export const BEYOND = -2;

/**
 * For one axis: the input pixels under the window at each of its positions, tap by tap, OUTSIDE for a tap in the padding.
 * In ceilMode the last window may hang over the padding's edge: BEYOND for its taps there.
 * `axis` is 0 for height, 1 for width.
 */
export function windowTaps(a: WindowAttributes, axis: 0 | 1, length: number): readonly (readonly number[])[] {
  const size = a.size[axis];
  const stride = a.stride[axis];
  const dilation = a.dilation[axis];
  const reach = (size - 1) * dilation + 1;
  const [before, after] = padding(a, axis, length, reach);
  const positions: number[][] = [];
  for (let start = -before; ; start += stride) {
    const fits = start + reach <= length + after;
    if (!a.ceilMode || typeof a.padding === 'string') {
      if (!fits) return positions;
    } else {
      // One more window may hang over the far edge, but none begins behind the last pixel.
      const previousEnd = start - stride + reach;
      const hangsOver = previousEnd < length + after;
      if (start >= length || !(fits || hangsOver)) return positions;
    }
    const taps: number[] = [];
    for (let tap = 0; tap < size; tap++) {
      const pixel = start + tap * dilation;
      if (pixel >= length + after) taps.push(BEYOND);
      else taps.push(pixel >= 0 && pixel < length ? pixel : OUTSIDE);
    }
    positions.push(taps);
  }
}

function padding(a: WindowAttributes, axis: 0 | 1, length: number, reach: number): readonly [number, number] {
  if (typeof a.padding !== 'string') return axis === 0 ? [a.padding[0], a.padding[1]] : [a.padding[2], a.padding[3]];
  // As much as ⌈length / stride⌉ windows need; the odd pixel goes to the end, or to the beginning.
  const windows = Math.ceil(length / a.stride[axis]);
  const total = Math.max(0, (windows - 1) * a.stride[axis] + reach - length);
  const [less, more] = [Math.floor(total / 2), total - Math.floor(total / 2)];
  return a.padding === 'same' ? [less, more] : [more, less];
}
