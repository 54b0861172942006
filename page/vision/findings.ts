/**
 * What was found in a photo, as the page draws and lists it: the same for every task, and for the answers of both sides.
 * background/read-answer.ts makes it out of a model's answer.
 */
import type { Task } from '../../engine/tasks/index.ts';

export type TaskKind = Task['kind'];

/** Shares of the picture's width and height, 0–1, from its left upper corner. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Which pixels belong to a thing: one byte a pixel, 0 or 255, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Finding {
  readonly label: string;
  /** 0–1. */
  readonly score: number;
  readonly place?: Place;
  readonly mask?: Mask;
}

/** All that an answer says: things found, the best ones first, or the numbers of an embedding. */
export interface Findings {
  readonly kind: TaskKind;
  readonly things: readonly Finding[];
  readonly embedding?: readonly number[];
}

/** How sure a detector has to be at least before the page asks it: the lower end of the slider. */
export const LEAST_SCORE = 0.3;

/** Detections that are asked for at most. */
export const MOST_THINGS = 20;

/** What predict is asked with, here and at the worker: a detector for all that the slider may show, others as they are. */
export const answerOptions = (kind: TaskKind) =>
  kind === 'detect' ? { topK: MOST_THINGS, threshold: LEAST_SCORE } : {};

/**
 * What of it is shown: of a detector what it is sure enough of. Greedy suppression only looks at better boxes, so this is
 * what the detector would have answered with that threshold.
 */
export const shown = ({ kind, things }: Findings, threshold: number): readonly Finding[] =>
  kind === 'detect' ? things.filter(({ score }) => score >= threshold) : things;
