/** Attributes of windows, shared by convolution and pooling: 2-D, or 1-D as a window of height 1. */
import type { Operation } from '../operation.ts';

export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'same' | 'sameLower' | readonly [top: number, bottom: number, left: number, right: number];
}

type Pair = readonly [number, number];

/** A list of one or two numbers, one for each spatial axis, as [height, width]. */
export function pairOf(op: Operation, name: string, otherwise: number, spatial: number): Pair {
  const values = op.attributes.integers(name) ?? Array.from({ length: spatial }, () => otherwise);
  if (values.length !== spatial) {
    throw op.invalid(`attribute "${name}": expected ${spatial} numbers, got ${values.length}`);
  }
  return spatial === 1 ? [otherwise, values[0] as number] : [values[0] as number, values[1] as number];
}

/** Zeros at [top, bottom, left, right]. */
export function paddingOf(op: Operation, spatial: number): readonly [number, number, number, number] {
  const pads = op.attributes.integers('pads') ?? Array.from({ length: 2 * spatial }, () => 0);
  if (pads.length !== 2 * spatial) {
    throw op.invalid(`attribute "pads": expected ${2 * spatial} numbers, got ${pads.length}`);
  }
  const [a, b, c, d] = pads as [number, number, number, number];
  return spatial === 1 ? [0, 0, a, b] : [a, c, b, d];
}

/** @param size of the window where it follows from the weights */
export function windowOf(op: Operation, spatial: number, size?: Pair): Window {
  const given = op.attributes.integers('kernel_shape');
  if (!given && !size) throw op.invalid('attribute "kernel_shape" is missing');
  const own = given ? pairOf(op, 'kernel_shape', 1, spatial) : (size as Pair);
  if (size && (own[0] !== size[0] || own[1] !== size[1])) {
    throw op.invalid(`its kernel_shape is ${own.join('×')}, its weights are ${size.join('×')}`);
  }
  return {
    size: own,
    stride: pairOf(op, 'strides', 1, spatial),
    dilation: pairOf(op, 'dilations', 1, spatial),
    padding: autoPadding(op) ?? paddingOf(op, spatial),
  };
}

/** What `auto_pad` says; undefined where `pads` counts. */
export function autoPadding(op: Operation): Window['padding'] | undefined {
  const mode = op.attributes.text('auto_pad', 'NOTSET');
  const modes: Readonly<Record<string, Window['padding'] | undefined>> = {
    NOTSET: undefined,
    VALID: [0, 0, 0, 0],
    SAME_UPPER: 'same',
    SAME_LOWER: 'sameLower',
  };
  if (!Object.hasOwn(modes, mode)) throw op.unsupported('feature', `auto_pad ${mode} is not supported`);
  return modes[mode];
}
