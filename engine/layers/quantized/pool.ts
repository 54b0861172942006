/** Pooling on levels (assembly/quantized/pool2d.ts). The largest of levels is the level of the largest. */
import { isSame, ratio } from '../../quantization/arithmetic.ts';
import { type Argument, call } from '../../region.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';

/** Pixels of which a sum of levels fits into i32. */
const LARGEST_IMAGE = 2 ** 23;

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
