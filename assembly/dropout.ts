/** Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up in training, so inference does nothing. */
import { Philox } from './random';

const words = memory.data(16, 16);

/**
 * y[i] = x[i] / (1 − rate) with probability 1 − rate, else 0·x[i] (a NaN stays one). Forward and backward are this one
 * function, since the mask is drawn anew from the same numbers: element i takes word i mod 4 of the Philox block with
 * key (key[0], key[1]) and counter (⌊i / 4⌋, node, key[2], key[3]), and is dropped if that is below rate·2³².
 *   key: four u32 · rate in [0, 1) · y may be x
 */
export function dropout(x: usize, y: usize, n: i32, key: usize, node: u32, rate: f64): void {
  const threshold = <u32>(rate * 4294967296.0);
  const scale = <f32>(1.0 / (1.0 - rate));
  for (let i = 0; i < n; i += 4) {
    const step = load<u32>(key, 8);
    const shard = load<u32>(key, 12);
    Philox.block(words, <u32>i >> 2, node, step, shard, load<u32>(key), load<u32>(key, 4));
    for (let lane = 0; lane < min(4, n - i); lane++) {
      const at = (<usize>(i + lane)) << 2;
      const factor: f32 = load<u32>(words + ((<usize>lane) << 2)) < threshold ? 0 : scale;
      store<f32>(y + at, load<f32>(x + at) * factor);
    }
  }
}
