/** Affine maps per channel that become part of a filter: behind it, or before it. */
import type { Tensor } from '../tensor.ts';
import type { Affine, Tensors } from './layer.ts';

/**
 * scale·(x·filter + bias) + shift = x·(filter·scale) + (bias·scale + shift), for filters whose last axis has the output
 * channels; a depthwise filter's last two axes [C,M] are its channels. `channelOf`: the output channel of the filter's
 * element i, where it is another.
 */
export function foldIntoFilter(
  w: Tensors,
  { scale, shift }: Affine,
  channels: number,
  channelOf = (i: number): number => i % channels,
): Tensors {
  const filter = w.filter as Tensor;
  const folded = filter.data.map((value, i) => value * (scale[channelOf(i)] as number));
  const bias = Float32Array.from(scale, (factor, i) => (w.bias?.data[i] ?? 0) * factor + (shift[i] as number));
  return { ...w, filter: { shape: filter.shape, data: folded }, bias: { shape: [channels], data: bias } };
}

/** (scale·x)·filter = x·(scale·filter), for filters whose axis before the last one has the input channels. */
export function foldInputScale(w: Tensors, scale: Float32Array): Tensors {
  const { shape, data } = w.filter as Tensor;
  const columns = shape.at(-1) as number;
  const folded = data.map((value, i) => value * (scale[Math.floor(i / columns) % scale.length] as number));
  return { ...w, filter: { shape, data: folded } };
}
