/** Batch normalisation: subtract the mean, divide by the deviation, scale and shift, each channel by itself. */
import type { Reference, TrainingReference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly epsilon: number;
}

/** With the statistics that were kept. */
export const batchNorm2d: Reference<Attributes> = ([x], w, { epsilon }) => {
  const { scale, shift, mean, variance } = w as Record<string, Tensor64>;
  const channels = (x as Tensor64).shape.at(-1) as number;
  return mapTensor(x as Tensor64, (value, i) => {
    const c = i % channels;
    const deviation = Math.sqrt((variance as Tensor64).data[c]! + epsilon);
    return (
      ((value - (mean as Tensor64).data[c]!) / deviation) * (scale as Tensor64).data[c]! + (shift as Tensor64).data[c]!
    );
  });
};

/** Mean and biased variance of each channel of the batch. */
export function batchStatistics(x: Tensor64): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const channels = x.shape.at(-1) as number;
  const rows = x.data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.data.forEach((value, i) => {
    mean[i % channels]! += value / rows;
  });
  x.data.forEach((value, i) => {
    variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows;
  });
  return { mean, variance };
}

/** With the statistics of the batch itself. */
export const batchNorm2dTraining: TrainingReference<Attributes> = ([x], w, a) => {
  const { mean, variance } = batchStatistics(x as Tensor64);
  const shape = [mean.length];
  return batchNorm2d([x as Tensor64], { ...w, mean: { shape, data: mean }, variance: { shape, data: variance } }, a);
};
