/** Padding as a walk: from outside, step by step, until the position lies within. */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly padding: readonly (readonly [before: number, after: number])[];
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap';
  readonly value: number;
}

/** The element that stands at position i of an axis of length n. */
function inside(mode: Exclude<Attributes['mode'], 'constant'>, i: number, n: number): number {
  let at = i;
  while (at < 0 || at >= n) {
    const isBefore = at < 0;
    if (mode === 'edge' || n === 1) at = isBefore ? 0 : n - 1;
    else if (mode === 'wrap') at += isBefore ? n : -n;
    else at = isBefore ? -at : 2 * (n - 1) - at;
  }
  return at;
}

export const pad: Reference<Attributes> = ([x], _, { padding, mode, value }) => {
  const { shape } = x as Tensor64;
  const y = shape.map((length, axis) => padding[axis]![0] + length + padding[axis]![1]);
  return tensorOf(y, (indices) => {
    const own = indices.map((i, axis) => i - padding[axis]![0]);
    if (mode !== 'constant') {
      return element(
        x as Tensor64,
        own.map((i, axis) => inside(mode, i, shape[axis] as number)),
      );
    }
    return own.every((i, axis) => i >= 0 && i < (shape[axis] as number)) ? element(x as Tensor64, own) : value;
  });
};
