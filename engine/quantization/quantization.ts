/**
 * Numbers as eight bits (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference", 2018): an activation is scale·(q − zeroPoint) with q in 0…255, a weight scale·q with q in −127…127 and a
 * scale for each output channel.
 */
import * as v from 'valibot';
import { type EightBit, elementCount, type Shape, type Tensor } from '../tensor.ts';

/** Of an activation. 0 is always a number of its own, so that padding is exact. */
export interface Quantization {
  /** f32, within SCALES. */
  readonly scale: number;
  /** 0…255. */
  readonly zeroPoint: number;
}

/** So that scale, its inverse and 255 scales are normal numbers of f32: else 0·∞ would be a NaN, whose bits differ by machine. */
export const SCALES = { min: 2 ** -126, max: 2 ** 119 } as const;

export const quantizationSchema = v.strictObject({
  scale: v.pipe(v.number(), v.minValue(SCALES.min), v.maxValue(SCALES.max)),
  zeroPoint: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
});

/** The highest level of an activation; the lowest is 0. */
export const LEVELS = 255;
/** The largest magnitude of a weight. Two products of −128 would not fit into the 16 bits that some hosts add pairs in. */
export const WEIGHT_LEVELS = 127;

/** Where a model file has the scales of a weight of eight bits, one an output channel. */
export const scaleName = (weight: string): string => `${weight}.scale`;

/** The quantization whose 256 levels reach from `min` to `max`, and to 0 where that lies outside; of next to nothing, {1, 0}. */
export function quantizationOf(min: number, max: number): Quantization {
  const [lo, hi] = [Math.min(min, 0), Math.max(max, 0)];
  const scale = Math.min(Math.fround((hi - lo) / LEVELS), SCALES.max);
  if (!(scale >= SCALES.min)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(LEVELS, Math.max(0, Math.round(-lo / scale))) };
}

/** What is left of a number after it was eight bits. */
export function quantized(value: number, { scale, zeroPoint }: Quantization): number {
  const level = Math.min(LEVELS, Math.max(0, Math.round(value / scale) + zeroPoint));
  return (level - zeroPoint) * scale;
}

/**
 * A weight as eight bits: of each channel the largest magnitude is 127, unless its scale would be less than `atLeast`.
 * @param channelAxes how many of its last axes are output channels
 */
export function quantizeWeight(
  { shape, data }: Tensor,
  channelAxes: number,
  atLeast: (channel: number) => number = () => 0,
): Tensor {
  const channels = elementCount(shape.slice(shape.length - channelAxes));
  const scales = new Float32Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    scales[channel] = Math.max(scales[channel] as number, Math.abs(data[i] as number));
  }
  for (let i = 0; i < channels; i++) {
    const scale = Math.max((scales[i] as number) / WEIGHT_LEVELS, atLeast(i));
    scales[i] = scale > 0 ? Math.max(scale, SCALES.min) : 1;
  }
  const levels = Int8Array.from(data, (value, i) => Math.round(value / (scales[i % channels] as number)));
  return eightBitTensor(shape, { levels, scales });
}

/** A weight of eight bits, whose `data` is worked out when somebody asks for it: the int8 kernels do not. */
export function eightBitTensor(shape: Shape, eightBit: EightBit): Tensor {
  let data: Float32Array | undefined;
  return {
    shape,
    eightBit,
    get data() {
      data ??= dequantized(eightBit);
      return data;
    },
  };
}

/** Levels times scales. */
export const dequantized = ({ levels, scales }: EightBit): Float32Array =>
  Float32Array.from(levels, (level, i) => level * (scales[i % scales.length] as number));
