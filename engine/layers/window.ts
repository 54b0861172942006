/** Sliding windows: the attributes, shapes and kernel arguments that convolution and pooling share. */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const pixels = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));

/** `[height, width]`; one number stands for both. */
export const pair = v.pipe(
  v.union([count, v.strictTuple([count, count])]),
  v.transform((value): readonly [number, number] => (typeof value === 'number' ? [value, value] : value)),
);

/** As `pair`, of pixels that may be 0. */
export const pixelsPair = v.pipe(
  v.union([pixels, v.strictTuple([pixels, pixels])]),
  v.transform((value): readonly [number, number] => (typeof value === 'number' ? [value, value] : value)),
);

/**
 * Zero rows and columns around the input: n, [h, w], [top, bottom, left, right], or `same` (⌈input / stride⌉ outputs),
 * whose odd pixel goes to the bottom and right; `sameLower`: to the top and left.
 */
const padding = v.pipe(
  v.union([
    pixels,
    v.strictTuple([pixels, pixels]),
    v.strictTuple([pixels, pixels, pixels, pixels]),
    v.picklist(['same', 'sameLower']),
  ]),
  v.transform((value): Padding => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return [value, value, value, value];
    return value.length === 2 ? [value[0], value[0], value[1], value[1]] : value;
  }),
);

export type Sides = readonly [top: number, bottom: number, left: number, right: number];
export type Padding = 'same' | 'sameLower' | Sides;

/** Entries of every windowed layer's attributes; `stride` differs in its default between convolution and pooling. */
export const windowEntries = {
  size: pair,
  padding: v.optional(padding, 0),
  dilation: v.optional(pair, 1),
};

export interface WindowAttributes {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
  readonly ceilMode?: boolean;
}

interface Extent {
  readonly output: number;
  readonly before: number;
  readonly after: number;
}

/** What `same` puts before the first element, of `total` padding elements. */
export const sameBefore = (padding: 'same' | 'sameLower', total: number): number =>
  padding === 'same' ? Math.floor(total / 2) : Math.ceil(total / 2);

/** Output length and padding before the first and behind the last element along one axis. */
export function extent(a: WindowAttributes, axis: 0 | 1, input: number): Extent {
  const stride = a.stride[axis];
  const reach = (a.size[axis] - 1) * a.dilation[axis] + 1;
  if (typeof a.padding === 'string') {
    const output = Math.ceil(input / stride);
    const total = Math.max(0, (output - 1) * stride + reach - input);
    const before = sameBefore(a.padding, total);
    return { output, before, after: total - before };
  }
  const before = a.padding[axis * 2] as number;
  const after = a.padding[axis * 2 + 1] as number;
  const room = input + before + after - reach;
  if (!a.ceilMode) return { output: Math.floor(room / stride) + 1, before, after };
  // A window may hang over the far edge, but those that start beyond the input are left out (PyTorch, ONNX).
  return { output: Math.min(Math.ceil(room / stride) + 1, Math.ceil((input + before) / stride)), before, after };
}

/**
 * N, H, W, C.
 * @throws EngineError `shape-mismatch` where x is no image
 */
export function imageSides(x: Shape | undefined): readonly [n: number, h: number, w: number, c: number] {
  if (x?.length === 4) return x as unknown as readonly [number, number, number, number];
  throw new EngineError('shape-mismatch', `expected an input [N,H,W,C], got ${formatShape(x ?? [])}`);
}

/**
 * Shape of the window positions over x [N,H,W,C]: `[N,OH,OW,channels]`.
 * @throws EngineError `shape-mismatch` where x is no image or the window is larger than the padded input
 */
export function windowOutput(x: Shape | undefined, a: WindowAttributes, channels = x?.[3]): Shape {
  const [n, h, w, c] = imageSides(x);
  const oh = extent(a, 0, h).output;
  const ow = extent(a, 1, w).output;
  if (oh < 1 || ow < 1) {
    const reach = a.size.map((side, axis) => (side - 1) * (a.dilation[axis] as number) + 1);
    throw new EngineError(
      'shape-mismatch',
      `a window of ${reach.join('×')} does not fit into its input ${formatShape([n, h, w, c])} with padding ${JSON.stringify(a.padding)}`,
    );
  }
  return [n, oh, ow, channels as number];
}

/** The order in which every windowed kernel takes its geometry: n h w c oh ow kh kw stride(2) top left dilation(2). */
export function windowArguments(x: Shape, y: Shape, a: WindowAttributes, channels = x[3] as number): readonly number[] {
  const [n, h, w] = x as [number, number, number];
  const [, oh, ow] = y as [number, number, number];
  const top = extent(a, 0, h).before;
  const left = extent(a, 1, w).before;
  return [n, h, w, channels, oh, ow, ...a.size, ...a.stride, top, left, ...a.dilation];
}

/** True where the window is a single pixel that visits every pixel once. */
export const isPointwise = (a: WindowAttributes): boolean =>
  a.size.every((side) => side === 1) &&
  a.stride.every((side) => side === 1) &&
  (typeof a.padding === 'string' || a.padding.every((side) => side === 0));

/** A window's attributes in ONNX: paddings as numbers, since `auto_pad` is read differently here and there. */
export function onnxWindow(x: Shape, a: WindowAttributes) {
  const [rows, columns] = [extent(a, 0, x[1] as number), extent(a, 1, x[2] as number)];
  const pads: readonly [number, number, number, number] = [rows.before, columns.before, rows.after, columns.after];
  return {
    kernel_shape: a.size,
    strides: a.stride,
    // Left out where it says nothing: onnxruntime's pools of eight bits refuse to know it.
    ...(a.dilation.some((side) => side !== 1) && { dilations: a.dilation }),
    pads,
  };
}

/**
 * Pooling's window in ONNX. Of windows that hang over the far edge, ONNX's shape inference counts those that start beyond
 * the input, too, which its text leaves out. Where there is one, that edge loses the padding that nobody reaches; or, where
 * it has too little and padding does not count, the edge over which windows hang gets as much, and `ceil_mode` is avoided.
 */
export function onnxPool(x: Shape, a: WindowAttributes, countPadding = false) {
  const window = onnxWindow(x, a);
  const sides = ([0, 1] as const).map((axis) => {
    const input = x[axis + 1] as number;
    const { output, before, after } = extent(a, axis, input);
    const reach = (a.size[axis] - 1) * a.dilation[axis] + 1;
    // Pixels behind the last window; negative: how far it hangs over.
    return { after, rest: input + before + after - reach - (output - 1) * a.stride[axis] };
  });
  const overhangs = sides.some(({ rest }) => rest < 0);
  const isOneMore = sides.some(({ rest }) => rest > 0);
  if (!overhangs || !isOneMore) return { ...window, ceil_mode: overhangs ? 1 : 0 };
  const [top, left] = window.pads;
  const cut = sides.map(({ after, rest }) => after - Math.max(0, rest));
  if (cut.every((end) => end >= 0)) return { ...window, pads: [top, left, ...cut], ceil_mode: 1 };
  if (countPadding) throw new EngineError('unsupported-model', 'ONNX cannot average up to one edge and over the other');
  return { ...window, pads: [top, left, ...sides.map(({ after, rest }) => after - Math.min(0, rest))], ceil_mode: 0 };
}

/** A window over an image with so many zeros more around it; undefined where the padding follows from the input. */
export const widened = <A extends WindowAttributes>(a: A, sides: Sides): A | undefined =>
  typeof a.padding === 'string'
    ? undefined
    : { ...a, padding: a.padding.map((side, i) => side + (sides[i] as number)) as unknown as Sides };
