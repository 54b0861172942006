/** What augmentations that mix the pictures of a batch work with; mix-batch.ts runs them. */
import type { Random } from '../random.ts';

/** Pictures of one size and what the network should say to them. */
export interface Batch {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** [count,H,W,C] u8. */
  readonly pixels: Uint8Array;
  readonly classes: number;
  /** [count, classes] */
  readonly targets: Float32Array;
}

/** The same batch before anything was mixed. */
export interface Originals {
  readonly pixels: Uint8Array;
  readonly targets: Float32Array;
}

/** Each picture's partner: a permutation. */
export function partners(batch: Batch, random: Random): Uint32Array {
  return random.shuffle(batch.count);
}

/** targets of picture i ← share·its own + (1 − share)·its partner's. */
export function mixTargets(
  { targets, classes }: Batch,
  before: Originals,
  i: number,
  partner: number,
  share: number,
): void {
  for (let c = 0; c < classes; c++) {
    const own = before.targets[i * classes + c] as number;
    const other = before.targets[partner * classes + c] as number;
    targets[i * classes + c] = share * own + (1 - share) * other;
  }
}
