/** What the trainer and the threads that augment for it share: a ring of batches, and who is where. */
import { createFailureText, type FailureText } from '../thread-failure.ts';

export interface SharedFeed {
  /** Batches that the ring holds. */
  readonly slots: number;
  /** Samples of a full batch. */
  readonly batchSize: number;
  /** [slots, batchSize, H·W·C] u8. */
  readonly pixels: Uint8Array<SharedArrayBuffer>;
  /** [slots, batchSize, classes] */
  readonly targets: Float32Array<SharedArrayBuffer>;
  /** See `FeedSlot`; behind these, a word a slot with the number of the batch in it, counted from 1. */
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly failure: FailureText;
}

export const FeedSlot = {
  /** Batches that the trainer is done with. */
  consumed: 0,
  /** 1: threads end. */
  quit: 1,
  /** Bytes of `failure` in use. */
  failed: 2,
  ready: 3,
} as const;

export function createSharedFeed(
  slots: number,
  batchSize: number,
  pixelsPerSample: number,
  classes: number,
): SharedFeed {
  return {
    slots,
    batchSize,
    pixels: new Uint8Array(new SharedArrayBuffer(slots * batchSize * pixelsPerSample)),
    targets: new Float32Array(new SharedArrayBuffer(4 * slots * batchSize * classes)),
    control: new Int32Array(new SharedArrayBuffer(4 * (FeedSlot.ready + slots))),
    failure: createFailureText(),
  };
}
