/**
 * Numbers as eight bits (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference", 2018): an activation is scale·(q − zeroPoint) with q in 0…255, a weight scale·q with q in −127…127 and a
 * scale for each output channel.
 */
import * as v from 'valibot';

/** Of an activation. 0 is always a number of its own, so that padding is exact. */
export interface Quantization {
  /** f32, above 0. */
  readonly scale: number;
  /** 0…255. */
  readonly zeroPoint: number;
}

export const quantizationSchema = v.strictObject({
  scale: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  zeroPoint: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
});

const LEVELS = 255;
export const WEIGHT_LEVELS = 127;

/** The quantization whose 256 levels reach from `min` to `max`, and to 0 where that lies outside. */
export function quantizationOf(min: number, max: number): Quantization {
  const [lo, hi] = [Math.min(min, 0), Math.max(max, 0)];
  const scale = Math.fround((hi - lo) / LEVELS);
  if (!(scale > 0)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(LEVELS, Math.max(0, Math.round(-lo / scale))) };
}

/** What is left of a number after it was eight bits. */
export function quantized(value: number, { scale, zeroPoint }: Quantization): number {
  const level = Math.min(LEVELS, Math.max(0, Math.round(value / scale) + zeroPoint));
  return (level - zeroPoint) * scale;
}

/**
 * The scale of each channel of a weight whose channels are its last axes: the largest magnitude is 127.
 * @param channels product of these axes
 */
export function weightScales(weight: Float32Array, channels: number): Float32Array {
  const largest = new Float32Array(channels);
  weight.forEach((value, i) => {
    const channel = i % channels;
    largest[channel] = Math.max(largest[channel] as number, Math.abs(value));
  });
  return largest.map((value) => (value > 0 ? value / WEIGHT_LEVELS : 1));
}

/** Weights as the numbers that eight bits hold. */
export const quantizeWeights = (weight: Float32Array, scales: Float32Array): Int8Array =>
  Int8Array.from(weight, (value, i) => {
    const level = Math.round(value / (scales[i % scales.length] as number));
    return Math.min(WEIGHT_LEVELS, Math.max(-WEIGHT_LEVELS, level));
  });
