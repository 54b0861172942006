/** Filters of eight bits: what the host makes of filter and bias for packing, in the order in which packs take it. */
import { biasLevels, channelScales, multipliers } from '../../quantization/arithmetic.ts';
import type { Operand } from '../../region.ts';
import { type EightBit, elementCount } from '../../tensor.ts';
import type { QuantizedContext, Tensors } from '../layer.ts';

/** Sums of so many products fit into i32, offsets and all (assembly/quantized/gemm.ts). */
export const LONGEST_SUM = 32_768;

const eightBit = ({ filter }: Tensors): EightBit => filter?.eightBit as EightBit;

/**
 * Levels of the filter, bias in i32 (zeros where there is none) and a multiplier for each output channel.
 * @param channels product of the filter's last axes
 */
export function filterNumbers<A>(c: QuantizedContext<A>, channels: number) {
  const { quantization } = c.x[0];
  const { shape } = c.w.filter as Operand;
  const scales = (w: Tensors) => channelScales(eightBit(w).scales, channels);
  const bias = (w: Tensors) => biasLevels(w.bias?.data, quantization, scales(w));
  const factors = (w: Tensors) => multipliers(eightBit(w).levels, bias(w), quantization, scales(w), c.y.quantization);
  const levels = c.hosted('levels', elementCount(shape), (w) => eightBit(w).levels);
  return {
    levels,
    bias: c.hosted('bias levels', 4 * channels, bias),
    multipliers: c.hosted('multipliers', 4 * channels, factors),
  };
}
