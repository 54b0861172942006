/** How far two engines' numbers lie apart. */
import { formatShape, sameShape, type Tensor } from '../../engine/tensor.ts';

export interface Difference {
  /** |a − b|, relative to the tensor's scale: max(1, root mean square of b). A sum's error does not shrink with its result. */
  readonly largest: number;
  /** What else is wrong: shapes, a number on one side alone. */
  readonly wrong?: string;
}

/** `expected` is onnxruntime's, or a file's. */
export function difference(actual: Tensor | undefined, expected: Tensor | undefined): Difference {
  if (!actual || !expected) return { largest: Number.POSITIVE_INFINITY, wrong: 'an output is missing' };
  if (!sameShape(actual.shape, expected.shape)) {
    const wrong = `expected ${formatShape(expected.shape)}, got ${formatShape(actual.shape)}`;
    return { largest: Number.POSITIVE_INFINITY, wrong };
  }
  const squares = expected.data.reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0);
  const scale = Math.max(1, Math.sqrt(squares / Math.max(1, expected.data.length)));
  let largest = 0;
  for (const [i, value] of actual.data.entries()) {
    const wanted = expected.data[i] as number;
    if (Object.is(value, wanted) || value === wanted) continue;
    const apart = Math.abs(value - wanted) / scale;
    if (!(apart < Number.POSITIVE_INFINITY)) {
      return { largest: Number.POSITIVE_INFINITY, wrong: `element ${i}: expected ${wanted}, got ${value}` };
    }
    largest = Math.max(largest, apart);
  }
  return { largest };
}
