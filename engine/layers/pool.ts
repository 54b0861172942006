/** What the layers that pool share: attributes, places of windows, and shapes of pooling over whole images. */
import * as v from 'valibot';
import type { Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import type { Context } from './layer.ts';
import { extent, imageSides, pair, type WindowAttributes, windowEntries } from './window.ts';

export const poolEntries = {
  ...windowEntries,
  stride: v.optional(pair),
  ceilMode: v.optional(v.boolean(), false),
};

interface Sized {
  readonly size: readonly [number, number];
  readonly stride?: readonly [number, number] | undefined;
}

/** `stride` is `size` unless given: windows side by side. */
export const defaultStride = <A extends Sized>({ stride, ...others }: A) => ({
  ...others,
  stride: stride ?? others.size,
});

/** Where a window stands along one axis. */
interface Place {
  /** Its first pixel within the image; 0 where there is none. */
  readonly first: number;
  /** Taps within the image. */
  readonly visible: number;
  /** Taps that a mean is taken over. */
  readonly counted: number;
}

/**
 * Windows that slide. `countPadding`: a mean counts taps in the padding too, but none that hang over its far edge
 * (ceilMode; PyTorch, ONNX opset 19).
 */
function slidingPlaces(a: WindowAttributes, axis: 0 | 1, input: number, countPadding: boolean): readonly Place[] {
  const { output, before, after } = extent(a, axis, input);
  const [size, dilation] = [a.size[axis], a.dilation[axis]];
  return Array.from({ length: output }, (_, i) => {
    const start = i * a.stride[axis] - before;
    const tapsBefore = (position: number) => Math.min(size, Math.max(0, Math.ceil((position - start) / dilation)));
    const skipped = tapsBefore(0);
    const visible = Math.max(0, tapsBefore(input) - skipped);
    const first = visible > 0 ? start + skipped * dilation : 0;
    return { first, visible, counted: countPadding ? tapsBefore(input + after) : visible };
  });
}

/** Windows from ⌊i·input / output⌋ to ⌈(i + 1)·input / output⌉, as PyTorch's adaptive pooling has them. */
export const adaptivePlaces = (input: number, output: number): readonly Place[] =>
  Array.from({ length: output }, (_, i) => {
    const first = Math.floor((i * input) / output);
    const visible = Math.ceil(((i + 1) * input) / output) - first;
    return { first, visible, counted: visible };
  });

type Placed = Pick<Context<unknown>, 'x' | 'table'>;

/** What pooling kernels take: n h w c oh ow dilation(2) places. */
function poolArguments(c: Placed, rows: readonly Place[], columns: readonly Place[], dilation: readonly number[]) {
  const [n, h, w, channels] = imageSides((c.x[0] as Operand).shape);
  const places = [...rows, ...columns].flatMap(({ first, visible, counted }) => [first, visible, counted]);
  return [n, h, w, channels, rows.length, columns.length, ...dilation, c.table('places', Int32Array.from(places))];
}

export function slidingArguments(c: Placed & { readonly a: WindowAttributes }, countPadding = false) {
  const [, h, w] = imageSides((c.x[0] as Operand).shape);
  const rows = slidingPlaces(c.a, 0, h, countPadding);
  return poolArguments(c, rows, slidingPlaces(c.a, 1, w, countPadding), c.a.dilation);
}

/** Attributes of adaptive pooling: `size` is that of the output. */
export const adaptiveAttributes = v.strictObject({ size: pair });
type AdaptiveAttributes = v.InferOutput<typeof adaptiveAttributes>;

/**
 * [N,H,W,C] → [N,OH,OW,C].
 * @throws EngineError `shape-mismatch` where x is no image
 */
export function adaptiveOutput(x: Shape | undefined, { size }: AdaptiveAttributes): Shape {
  const [n, , , channels] = imageSides(x);
  return [n, ...size, channels];
}

export function adaptiveArguments(c: Placed & { readonly a: AdaptiveAttributes }) {
  const [, h, w] = imageSides((c.x[0] as Operand).shape);
  return poolArguments(c, adaptivePlaces(h, c.a.size[0]), adaptivePlaces(w, c.a.size[1]), [1, 1]);
}

/** One window over all of the image. */
export function wholeImage(c: Placed) {
  const [, h, w] = imageSides((c.x[0] as Operand).shape);
  return poolArguments(c, adaptivePlaces(h, 1), adaptivePlaces(w, 1), [1, 1]);
}

/**
 * [N,H,W,C] → [N,C].
 * @throws EngineError `shape-mismatch` where x is no image
 */
export function globalPoolOutput(x: Shape | undefined): Shape {
  const [n, , , channels] = imageSides(x);
  return [n, channels];
}

/** N, H·W, C: the numbers that kernels of global pooling take. */
export function globalPoolArguments(x: Shape): readonly number[] {
  const [n, h, w, c] = imageSides(x);
  return [n, h * w, c];
}
