/**
 * What training threads share: the data set, the weights, one gradient row a shard, and a few numbers that say what to
 * do. Everything lies in SharedArrayBuffers, so that a batch costs no message.
 */
import { SHARD_SAMPLES } from '../../engine/training/shard-trainer.ts';
import { createFailureText, type FailureText } from './thread-failure.ts';

export interface SharedBatch {
  /** Most samples of a batch. */
  readonly batchSize: number;
  /** The weight vector, written by the main thread before each batch that it does not do alone. */
  readonly weights: Float32Array<SharedArrayBuffer>;
  /** A gradient vector for each shard of the batch, one behind the other; the main thread's own stay in its memory. */
  readonly gradients: Float32Array<SharedArrayBuffer>;
  /** Sum of the losses per sample. */
  readonly losses: Float32Array<SharedArrayBuffer>;
  /** Which pictures the batch holds: indices into the data set's split. */
  readonly indices: Uint32Array<SharedArrayBuffer>;
  /** See `Slot`; behind the slots, a word per thread with the number of shards that it has ever finished. */
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly failure: FailureText;
}

/** Words of `control`. */
export const Slot = {
  /** Number of the batch to work on; threads wait for it to change. */
  batch: 0,
  /** Samples of this batch. */
  samples: 1,
  /** Updates made before this batch. */
  step: 2,
  /** 1: threads end. */
  quit: 3,
  /** Bytes of `failure` in use. */
  failed: 4,
  threads: 5,
} as const;

export const shardCount = (samples: number): number => Math.ceil(samples / SHARD_SAMPLES);

export function createSharedBatch(vectorLength: number, batchSize: number, threads: number): SharedBatch {
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
  return {
    batchSize,
    weights: floats(vectorLength),
    gradients: floats(vectorLength * shardCount(batchSize)),
    losses: floats(batchSize),
    indices: new Uint32Array(new SharedArrayBuffer(4 * batchSize)),
    control: new Int32Array(new SharedArrayBuffer(4 * (Slot.threads + threads))),
    failure: createFailureText(),
  };
}
