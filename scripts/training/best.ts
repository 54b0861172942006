/** Keeps the best weights of a run, and says when it is time to stop. */
import type { EpochRecord } from './checkpoint.ts';

/**
 * Above 0 where a is the better epoch: by validation accuracy, so that no rounding of a loss decides; of a localizer by its
 * localisation accuracy and, where that is the same, by its mean IoU.
 */
const compare = (a: EpochRecord, b: EpochRecord): number =>
  a.valLocalizationAccuracy === undefined
    ? a.valAccuracy - b.valAccuracy
    : a.valLocalizationAccuracy - (b.valLocalizationAccuracy ?? 0) || (a.valIoU ?? 0) - (b.valIoU ?? 0);

export class Best {
  epoch: number;
  weights: Float32Array<ArrayBufferLike>;
  private readonly patience: number;

  /** @param patience epochs without a better one before `isStale`; undefined never stops */
  constructor(patience: number | undefined, epoch = 0, weights: Float32Array<ArrayBufferLike> = new Float32Array(0)) {
    this.patience = patience ?? Number.POSITIVE_INFINITY;
    this.epoch = epoch;
    this.weights = weights;
  }

  /** Takes the last epoch's weights if it is the best so far; the earlier of equals stays. */
  offer(history: readonly EpochRecord[], weights: Float32Array): boolean {
    const last = history.at(-1) as EpochRecord;
    const best = history[this.epoch - 1];
    if (best && compare(last, best) <= 0) return false;
    this.epoch = last.epoch;
    this.weights = weights.slice();
    return true;
  }

  isStale(epoch: number): boolean {
    return epoch - this.epoch >= this.patience;
  }
}
