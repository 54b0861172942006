/** Resizing by weighted means of levels (assembly/quantized/resize.ts): rows first, then columns. */
import { ratio } from '../../quantization/arithmetic.ts';
import { call, type KernelCall } from '../../region.ts';
import type { QuantizedContext } from '../layer.ts';
import { type Resampling, tapTables } from '../resample.ts';

/**
 * @param all of rows and columns, with weights that are not negative and sum to 1
 * @returns undefined where y is no levels, or where an element is a constant
 */
export function interpolated<A>(
  c: QuantizedContext<A>,
  all: readonly [rows: Resampling, columns: Resampling],
): KernelCall | undefined {
  const [x] = c.x;
  const { quantization } = c.y;
  if (!quantization || all.some(({ taps }) => taps.some(({ offset }) => offset !== 0))) return undefined;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [, oh, ow] = c.y.shape as [number, number, number, number];
  const axes = all.map(({ axis, taps }) => {
    const { most, indices, weights } = tapTables(taps);
    const name = `taps ${axis} ${x.shape[axis]} ${taps.length}`;
    return [most, c.table(`${name} indices`, indices), c.table(`${name} weights`, weights)];
  });
  return call(
    'resizeU8',
    [x, n, h, w, channels, x.quantization.zeroPoint],
    [c.y, oh, ow],
    axes.flat(),
    [ratio(x.quantization, quantization), quantization.zeroPoint],
    c.scratch(4 * w * channels + 64),
  );
}
