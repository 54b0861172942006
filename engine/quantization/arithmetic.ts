/**
 * What the host works out for the int8 kernels: levels of limits, multipliers, biases, tables. All in f32 steps, so that
 * every machine gives the kernels the same numbers.
 */
import { LEVELS, type Quantization } from './quantization.ts';

const { fround } = Math;

/** The kernels' rounding is exact below this, in units of the output's scale (assembly/quantized/output.ts). */
const ROUNDING_LIMIT = 2 ** 22;
const BIAS_LIMIT = 2 ** 30;
const LARGEST_F32 = 2 ** 128 - 2 ** 104;

const limited = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** The nearest integer; of two, the even one, as the kernels and ONNX have it. */
export function roundHalfToEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** The nearest level of a real number, which may be infinite. */
export const levelOf = (value: number, { scale, zeroPoint }: Quantization): number =>
  Math.max(0, Math.min(LEVELS, roundHalfToEven(value / scale) + zeroPoint));

/** Zero point of the output and the levels that it is clamped to, in kernel order. */
export const outputArguments = (y: Quantization, { lo, hi }: { readonly lo: number; readonly hi: number }) =>
  [y.zeroPoint, levelOf(lo, y), levelOf(hi, y)] as const;

/** Scale of x as a multiple of y's, small enough for the kernels: a larger one means that every level but one saturates. */
export const ratio = (x: Quantization, y: Quantization): number =>
  fround(Math.min(x.scale / y.scale, ROUNDING_LIMIT / 2 / LEVELS));

/** Product of two scales as a multiple of y's; undefined where it is too large for the kernels. */
export function productRatio(a: Quantization, b: Quantization, y: Quantization): number | undefined {
  const factor = fround((a.scale * b.scale) / y.scale);
  return factor * LEVELS ** 2 <= ROUNDING_LIMIT ? factor : undefined;
}

/** The least scale of a channel's weights at which its bias has levels, of which it takes half of those there are. */
export const leastScale = (bias: number, x: Quantization): number => Math.abs(bias) / (x.scale * (BIAS_LIMIT / 2));

/** One scale an output channel, from one for all or from as many. */
export const channelScales = (scales: Float32Array, channels: number): Float32Array =>
  Float32Array.from({ length: channels }, (_, channel) => scales[channel % scales.length] as number);

/** bias [channels] in units of x's scale times each channel's; zeros where there is none. */
export const biasLevels = (bias: Float32Array | undefined, x: Quantization, scales: Float32Array): Int32Array =>
  Int32Array.from(scales, (scale, i) => limited(Math.round((bias?.[i] ?? 0) / (x.scale * scale)), BIAS_LIMIT));

/**
 * What a channel's sum of products is multiplied with to become levels of y, or f32 where y has none.
 * @param levels the filter's, channels last
 */
export function multipliers(
  levels: Int8Array,
  bias: Int32Array,
  x: Quantization,
  scales: Float32Array,
  y: Quantization | undefined,
): Float32Array {
  // An infinite one would make a NaN of a sum that is 0.
  if (!y) return scales.map((scale) => Math.min(x.scale * scale, LARGEST_F32));
  const largest = Float64Array.from(bias, (each) => Math.abs(each) + 1);
  for (let i = 0; i < levels.length; ) {
    for (let channel = 0; channel < scales.length; channel++, i++) {
      largest[channel]! += LEVELS * Math.abs(levels[i] as number);
    }
  }
  return scales.map((scale, i) => Math.min((x.scale * scale) / y.scale, ROUNDING_LIMIT / (largest[i] as number)));
}

/** Levels of x → levels of y, for a byte that moves to a tensor of another scale. */
export const requantizeTable = (x: Quantization, y: Quantization): Uint8Array =>
  Uint8Array.from({ length: LEVELS + 1 }, (_, level) => levelOf((level - x.zeroPoint) * x.scale, y));

export const isSame = (x: Quantization, y: Quantization): boolean => x.scale === y.scale && x.zeroPoint === y.zeroPoint;
