/** Which pictures make which batch: a permutation an epoch, which depends on seed and epoch alone. */
import { Random, streams } from '../../engine/random.ts';

export function* epochBatches(
  training: Uint32Array,
  seed: number,
  epoch: number,
  batch: number,
): Generator<Uint32Array> {
  const order = new Random(seed, streams.shuffle, epoch).shuffle(training.length);
  for (let first = 0; first < order.length; first += batch) {
    yield order.subarray(first, first + batch).map((position) => training[position] as number);
  }
}
