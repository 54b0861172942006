/** Dropout: nothing at inference; in training a coin is tossed for every value. */
import { philox } from '../../engine/random.ts';
import type { Reference, TrainingReference } from './reference.ts';
import { mapTensor, type Tensor64 } from './tensor64.ts';

export const dropout: Reference = ([x]) => x as Tensor64;

/** Element i takes word i mod 4 of block ⌊i / 4⌋, and is dropped if that is below the rate as a fraction of 2³². */
export const dropoutTraining: TrainingReference<{ readonly rate: number }> = ([x], _, { rate }, draw) => {
  const [seedLow, seedHigh, step, shard] = draw.key;
  return mapTensor(x as Tensor64, (value, i) => {
    const block = philox([Math.floor(i / 4), draw.nodeIndex, step, shard], [seedLow, seedHigh]);
    const isDropped = (block[i % 4] as number) < Math.floor(rate * 2 ** 32);
    return isDropped ? 0 : value / (1 - rate);
  });
};
