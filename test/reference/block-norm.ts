/** Normalisation of a block of values, whatever the block: subtract its mean, divide by its deviation, scale, shift. */
import type { Weights64 } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

/** Which block element i belongs to, and which element of scale and shift belongs to it. */
export interface Blocks {
  readonly block: (i: number) => number;
  readonly weight: (i: number) => number;
}

export interface Statistics {
  /** Values in it. */
  count: number;
  mean: number;
  /** Biased. */
  variance: number;
}

export function blockStatistics(x: Tensor64, { block }: Blocks): ReadonlyMap<number, Statistics> {
  const statistics = new Map<number, Statistics>();
  const of = (i: number) => statistics.get(block(i)) as Statistics;
  x.data.forEach((_, i) => {
    const count = (statistics.get(block(i))?.count ?? 0) + 1;
    statistics.set(block(i), { count, mean: 0, variance: 0 });
  });
  x.data.forEach((value, i) => {
    of(i).mean += value / of(i).count;
  });
  x.data.forEach((value, i) => {
    of(i).variance += (value - of(i).mean) ** 2 / of(i).count;
  });
  return statistics;
}

export function blockNorm(x: Tensor64, w: Weights64, blocks: Blocks, epsilon: number): Tensor64 {
  const statistics = blockStatistics(x, blocks);
  return mapTensor(x, (value, i) => {
    const { mean, variance } = statistics.get(blocks.block(i)) as Statistics;
    const scale = w.scale ? (w.scale.data[blocks.weight(i)] as number) : 1;
    const shift = w.shift ? (w.shift.data[blocks.weight(i)] as number) : 0;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * scale + shift;
  });
}
