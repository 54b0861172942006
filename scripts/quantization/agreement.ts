/** How far two models answer alike on the same pictures: their boxes, or their masks. */
import { Buffer } from 'node:buffer';
import { decodePng } from '../../engine/image/png.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import type { CalibrationSample } from '../../engine/quantization/calibrate.ts';
import { type Box, overlap } from '../../engine/tasks/boxes.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Models } from './compare.ts';

/** Boxes of the first model below this score are no claim that something is there. */
export const CONFIDENT = 0.5;
/** Boxes of the second one count from here on: one of 0.51 that becomes 0.49 is still found. */
export const SEEN = 0.3;
/** What two boxes of the same thing share of their union, at least. */
export const SAME_BOX = 0.9;

export interface Agreement {
  /** Boxes of the first model, or masks of either. */
  readonly count: number;
  /** Part of the boxes that the second model has, too; mean of what masks share of their unions. */
  readonly share: number;
}

interface Found {
  readonly label: string;
  readonly box?: Box;
  readonly mask?: string;
}

/**
 * Of a task whose answer has boxes or masks; undefined where the first model finds none.
 * @param samples inputs of both models, a picture each
 * @param least score of the second model's boxes
 */
export function agreementOf(
  { before, after }: Models,
  samples: Iterable<CalibrationSample>,
  source: KernelSource,
  least: number = SEEN,
): Agreement | undefined {
  const predictors = [before, after].map((model) => new Predictor(model, source)) as [Predictor, Predictor];
  let [count, sum] = [0, 0];
  for (const sample of samples) {
    const [first, second] = [found(predictors[0], sample, CONFIDENT), found(predictors[1], sample, least)];
    for (const share of first.some(({ mask }) => mask) ? maskShares(first, second) : boxShares(first, second)) {
      count++;
      sum += share;
    }
  }
  return count === 0 ? undefined : { count, share: sum / count };
}

/** The answer, measured in the model's own pixels: what of the picture they stand for is the same for both. */
function found(predictor: Predictor, sample: CalibrationSample, least: number): Found[] {
  const [input] = Object.values(sample) as [Float32Array];
  const [width, height] = predictor.model.card.preprocess?.size ?? [0, 0];
  const threshold = predictor.model.card.task?.kind === 'segment' ? 0 : least;
  const answer: Answer = predictor.answer(predictor.run(input), { width, height }, { topK: 1000, threshold });
  return [answer].flat() as Found[];
}

/** 1 for each box that the other has as well, each of the other's taken once; 0 for the rest. */
function boxShares(first: readonly Found[], second: readonly Found[]): number[] {
  const free = [...second];
  return first.map(({ label, box }) => {
    const match = free.findIndex((other) => other.label === label && overlap(box as Box, other.box as Box) >= SAME_BOX);
    if (match < 0) return 0;
    free.splice(match, 1);
    return 1;
  });
}

/** A mask that one of both has not shares nothing. */
function maskShares(first: readonly Found[], second: readonly Found[]): number[] {
  const labels = [...new Set([...first, ...second].map(({ label }) => label))];
  return labels.map((name) => {
    const [a, b] = [first, second].map((each) => each.find(({ label }) => label === name)?.mask);
    if (a === undefined || b === undefined) return 0;
    const [one, other] = [pixels(a), pixels(b)];
    let [shared, union] = [0, 0];
    one.forEach((value, i) => {
      const isOther = other[i] !== 0;
      if (value !== 0 && isOther) shared++;
      if (value !== 0 || isOther) union++;
    });
    return shared / union;
  });
}

const pixels = (mask: string): Uint8Array => decodePng(Buffer.from(mask, 'base64')).data;
