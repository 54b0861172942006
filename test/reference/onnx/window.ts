/** ONNX operators with a window: convolution and pooling over any number of spatial axes. */
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { element, type Indices, tensorOf } from '../indices.ts';
import { indicesOf, sums } from './sum.ts';
import { type Evaluate, peak, U, withError } from './value.ts';

type Numbers = readonly number[];

/** Windows over the axes behind the first two: for an output, the places of its window in x, and which entry each is. */
function windows(x: Shape, size: Numbers, a: Readonly<Record<string, unknown>>) {
  const spatial = x.slice(2);
  const strides = (a.strides as Numbers | undefined) ?? spatial.map(() => 1);
  const dilations = (a.dilations as Numbers | undefined) ?? spatial.map(() => 1);
  const pads = (a.pads as Numbers | undefined) ?? [...spatial, ...spatial].map(() => 0);
  const sides = spatial.map((side, axis) => {
    const padded = side + (pads[axis] as number) + (pads[axis + spatial.length] as number);
    const reach = ((size[axis] as number) - 1) * (dilations[axis] as number) + 1;
    return Math.floor((padded - reach) / (strides[axis] as number)) + 1;
  });
  const entries = [...indicesOf(size)];
  const taps = (output: Indices) =>
    entries.flatMap((entry) => {
      const place = entry.map(
        (offset, axis) =>
          (output[axis] as number) * (strides[axis] as number) +
          offset * (dilations[axis] as number) -
          (pads[axis] as number),
      );
      return place.every((index, axis) => index >= 0 && index < (spatial[axis] as number)) ? [{ place, entry }] : [];
    });
  return { sides, taps };
}

/** [N,C,…] ⋆ [OC,C/groups,…] + bias; zeros outside. */
const conv: Evaluate = ({ x: input, has, a }) => {
  const [x, filter] = [input(0), input(1)];
  const groups = (a.group as number | undefined) ?? 1;
  const [outputs, channels] = filter.shape as [number, number];
  const { sides, taps } = windows(x.shape, filter.shape.slice(2), a);
  // Three more: a batch norm behind it may be folded into filter and bias.
  return sums([x.shape[0] as number, outputs, ...sides], 3, (sum, [n, o, ...output]) => {
    const first = Math.floor((o as number) / (outputs / groups)) * channels;
    if (has(2)) sum.add(element(input(2), [o as number]), 1);
    for (const { place, entry } of taps(output)) {
      for (let c = 0; c < channels; c++) {
        sum.add(element(x, [n as number, first + c, ...place]), element(filter, [o as number, c, ...entry]), x.error);
      }
    }
  });
};

const maxPool: Evaluate = ({ x, a }) => {
  const { shape, error } = x(0);
  const { sides, taps } = windows(shape, a.kernel_shape as Numbers, a);
  const y = tensorOf([...shape.slice(0, 2), ...sides], ([n, c, ...output]) =>
    Math.max(...taps(output).map(({ place }) => element(x(0), [n as number, c as number, ...place]))),
  );
  return withError(y, error);
};

/** Padding does not count. */
const averagePool: Evaluate = ({ x, a }) => {
  const { shape, error } = x(0);
  const size = a.kernel_shape as Numbers;
  const { sides, taps } = windows(shape, size, a);
  const y = tensorOf([...shape.slice(0, 2), ...sides], ([n, c, ...output]) => {
    const seen = taps(output).map(({ place }) => element(x(0), [n as number, c as number, ...place]));
    return seen.reduce((sum, value) => sum + value, 0) / seen.length;
  });
  return withError(y, error + (elementCount(size) + 1) * U * (peak(x(0)) + error));
};

export const windowed: Readonly<Record<string, Evaluate>> = { AveragePool: averagePool, Conv: conv, MaxPool: maxPool };
