/** Depthwise convolution on levels (assembly/quantized/depthwise-conv2d.ts). */
import { outputArguments } from '../../quantization/arithmetic.ts';
import { type DepthwiseGeometry, depthwiseFilterBytes, depthwiseScratchBytes } from '../../quantization/sizes.ts';
import { call } from '../../region.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';
import { type WindowAttributes, windowArguments } from '../window.ts';
import { filterNumbers, LONGEST_SUM } from './filter.ts';

interface Attributes extends WindowAttributes {
  readonly multiplier: number;
}

function convolve(c: QuantizedContext<Attributes>) {
  const x = c.x[0];
  const { quantization } = c.y;
  const { size, stride, dilation } = c.a;
  const isWithinReach = c.isEightBit('filter') && size[0] * size[1] <= LONGEST_SUM;
  if (!quantization || !isWithinReach || c.a.multiplier > 1 || c.epilogue.residual) return undefined;
  const path = c.capabilities.dot8;
  const [, , w, channels] = x.shape as [number, number, number, number];
  const geometry: DepthwiseGeometry = { w, c: channels, ow: c.y.shape[2] as number, size, stride, dilation };
  const { levels, bias, multipliers } = filterNumbers(c, channels);
  const { zeroPoint } = x.quantization;
  const filter = c.packed('int8 filter', depthwiseFilterBytes(path, geometry), (target) =>
    call(
      'packDepthwiseI8',
      [path, levels, bias, multipliers, zeroPoint],
      [channels, ...size, stride[0], ...dilation, target],
    ),
  );
  return call(
    'depthwiseConv2dU8',
    [path, x, ...windowArguments(x.shape, c.y.shape, c.a), zeroPoint, filter, c.y],
    outputArguments(quantization, c.epilogue),
    c.scratch(depthwiseScratchBytes(path, geometry)),
  );
}

export const quantizedDepthwiseConv2d: QuantizedLayer<Attributes> = { calls: convolve, filterChannelAxes: 2 };
