/** Pooling on levels (assembly/quantized/pool2d.ts). The largest of levels is the level of the largest. */
import { isSame, ratio } from '../../quantization/arithmetic.ts';
import { type Argument, call } from '../../region.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';

/** Pixels of which a sum of levels fits into i32. */
const LARGEST_IMAGE = 2 ** 23;

/** Groups of elements that lie one behind the other, as images of one column: means over some axes. */
export const quantizedMean = <A>(pairs: (c: QuantizedContext<A>) => readonly number[]): QuantizedLayer<A> => ({
  calls: (c) => {
    const { quantization } = c.y;
    const all = pairs(c);
    const reduced = all.flatMap((length, i) => (i % 2 === 1 && length !== 1 ? [i] : []));
    if (!quantization || reduced.length > 1) return undefined;
    const at = reduced[0] ?? 1;
    const length = all[at] as number;
    if (length < 1 || length > LARGEST_IMAGE) return undefined;
    const kept = (from: number, to: number) =>
      all.slice(from, to).reduce((product, each, i) => product * (i % 2 === 0 ? each : 1), 1);
    const places = c.table(`places ${length}`, Int32Array.of(0, length, length, 0, 1, 1));
    const windows = [kept(0, at), length, 1, kept(at + 1, all.length), 1, 1, 1, 1, places];
    const { zeroPoint } = c.x[0].quantization;
    const scale = ratio(c.x[0].quantization, quantization);
    return call('pool2dU8', c.x[0], windows, c.y, 0, zeroPoint, scale, quantization.zeroPoint);
  },
});

/** @param windows what the f32 kernel takes between x and y (pool.ts) */
const pooling =
  <A>(isMax: boolean, windows: (c: QuantizedContext<A>) => readonly Argument[]) =>
  (c: QuantizedContext<A>) => {
    const x = c.x[0];
    const { quantization } = c.y;
    if (!quantization || (isMax && !isSame(x.quantization, quantization))) return undefined;
    if ((x.shape[1] as number) * (x.shape[2] as number) > LARGEST_IMAGE) return undefined;
    const { zeroPoint } = x.quantization;
    const scale = ratio(x.quantization, quantization);
    return call('pool2dU8', x, windows(c), c.y, isMax ? 1 : 0, zeroPoint, scale, quantization.zeroPoint);
  };

export const quantizedMaxPool = <A>(windows: (c: QuantizedContext<A>) => readonly Argument[]): QuantizedLayer<A> => ({
  calls: pooling(true, windows),
  picksLevels: () => true,
});

export const quantizedAveragePool = <A>(
  windows: (c: QuantizedContext<A>) => readonly Argument[],
): QuantizedLayer<A> => ({ calls: pooling(false, windows) });
