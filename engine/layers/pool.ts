/** What the layers that pool share: attributes, and shapes of pooling over whole images. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { pair, windowEntries } from './window.ts';

/** `stride` is `size` unless given: windows side by side. */
export const poolAttributes = v.pipe(
  v.strictObject({
    ...windowEntries,
    stride: v.optional(pair),
    ceilMode: v.optional(v.boolean(), false),
  }),
  v.transform(({ stride, ...others }) => ({ ...others, stride: stride ?? others.size })),
);

/**
 * [N,H,W,C] → [N,C].
 * @throws EngineError `shape-mismatch` where x is no image
 */
export function globalPoolOutput(x: Shape | undefined): Shape {
  if (x?.length !== 4) {
    throw new EngineError('shape-mismatch', `expected an input [N,H,W,C], got ${formatShape(x ?? [])}`);
  }
  return [x[0] as number, x[3] as number];
}

/** N, H·W, C: the numbers that kernels of global pooling take. */
export function globalPoolArguments(x: Shape): readonly number[] {
  const [n, h, w, c] = x as [number, number, number, number];
  return [n, h * w, c];
}
