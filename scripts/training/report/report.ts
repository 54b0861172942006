/** What a report tells: plain data that `train`, `evaluate` and others fill in, and that every picture is drawn from. */
import type { Image } from '../../../engine/image/image.ts';
import type { Skipped, Split } from '../data-sets/data-set.ts';
import type { Evaluation, Mistake } from '../metrics.ts';

/** One epoch's figures; what was not measured is left out. Losses in nats, accuracies 0–1. */
export interface EpochRow {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy?: number | undefined;
  readonly valLoss?: number | undefined;
  readonly valAccuracy?: number | undefined;
  readonly valIoU?: number | undefined;
  readonly valLocalizationAccuracy?: number | undefined;
  readonly learningRate?: number | undefined;
}

/** A wrong answer to show. */
export interface PicturedMistake extends Mistake {
  readonly image: Image;
  /** Where the picture is a file of its own. */
  readonly file?: string | undefined;
}

export interface Report {
  readonly title: string;
  /** Shown as a table, in this order. No times or paths: the same run writes the same report. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly epochs?: readonly EpochRow[];
  /** The epoch whose weights were kept. */
  readonly bestEpoch?: number | undefined;
  readonly labels: readonly string[];
  readonly evaluation?: Evaluation;
  readonly mistakes?: readonly PicturedMistake[];
  readonly skipped?: readonly Skipped[];
}

/** The pictures of mistakes made on `split`, whose pictures are `shape` [H,W,C]. */
export function picturedMistakes(
  mistakes: readonly Mistake[],
  split: Split,
  [height, width, channels]: readonly [number, number, number],
): PicturedMistake[] {
  const bytes = height * width * channels;
  return mistakes.map((mistake) => ({
    ...mistake,
    image: {
      width,
      height,
      channels: channels as Image['channels'],
      data: split.pixels.slice(mistake.index * bytes, (mistake.index + 1) * bytes),
    },
    ...(split.files !== undefined && { file: split.files[mistake.index] }),
  }));
}
