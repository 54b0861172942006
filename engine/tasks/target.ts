/** What a task is asked when one wants to know why: a class, and the numbers of an output that speak for it. */
import { EngineError } from '../errors.ts';
import { labelOf } from './outputs.ts';

export interface Target {
  /** The graph's output. */
  readonly output: string;
  /** Places in it, [N,C] or otherwise, in memory: the class's logits, whose mean is differentiated. */
  readonly elements: readonly number[];
  /** The output has scores in it already: the logits are in front of what made them. */
  readonly isScores: boolean;
  /** The logit is that of one place of the picture, as a detector's is. */
  readonly isOfOnePlace: boolean;
  readonly class: number;
  readonly label: string;
  /** 0–1. */
  readonly score: number;
}

const LISTED = 20;

/**
 * The class that somebody means: a label, which wins, or an index.
 * @throws EngineError `invalid-input` that says what there is
 */
export function chosenClass(choice: string | number, classes: number, labels: readonly string[] | undefined): number {
  const text = String(choice);
  const byLabel = typeof choice === 'string' ? (labels?.indexOf(text) ?? -1) : -1;
  const index = byLabel >= 0 ? byLabel : /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (index >= 0 && index < classes) return index;
  const names = labels ? `: ${labels.slice(0, LISTED).join(', ')}${labels.length > LISTED ? ', …' : ''}` : '';
  throw new EngineError(
    'invalid-input',
    `there is no class "${text}", the model has ${classes}, 0 to ${classes - 1}${names}`,
  );
}

/** The index of the largest score among those that count, of equals the first; 0 where none does. */
export function largest(scores: ArrayLike<number>, counts: (index: number) => boolean = () => true): number {
  let best = -1;
  for (let i = 0; i < scores.length; i++) {
    if (counts(i) && (best < 0 || scores[i]! > scores[best]!)) best = i;
  }
  return Math.max(best, 0);
}

/** A class of an output that has a value per class, of the whole picture: the one that is meant, or the best. */
export function classTarget(
  output: string,
  scores: ArrayLike<number>,
  isScores: boolean,
  labels: readonly string[] | undefined,
  choice: string | number | undefined,
): Target {
  const label = choice === undefined ? largest(scores) : chosenClass(choice, scores.length, labels);
  return {
    output,
    elements: [label],
    isScores,
    isOfOnePlace: false,
    class: label,
    label: labelOf(labels, label),
    score: scores[label]!,
  };
}
