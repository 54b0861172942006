/** What a training is for, as the outputs of its graph tell: the task in the model's card, and the losses to make small. */
import { EngineError } from '../../engine/errors.ts';
import type { Graph } from '../../engine/graph.ts';
import type { Classify } from '../../engine/tasks/classify.ts';
import type { Localize } from '../../engine/tasks/localize.ts';
import type { Loss } from '../../engine/training/loss.ts';
import type { DataSet, Split } from './data-sets/index.ts';
import type { TrainSettings } from './settings.ts';

/** Tasks that are trained and evaluated on labelled pictures. */
export type TrainedTask = Classify | Localize;

/**
 * Smooth L1 of the four sides as shares of the picture's: linear beyond a sixty-fourth, one pixel of 64, so that the last
 * pixels still count, and weighed four times, so that they count as much as the class does.
 */
export const boxLoss = { kind: 'smoothL1', weight: 4, beta: 1 / 64 } as const;

/** A graph with the outputs `scores` and `box` localizes, every other classifies by its first output. */
export function trainedTask({ outputs }: Graph): TrainedTask {
  const has = (name: string) => outputs.some((output) => output.name === name);
  if (has('scores') && has('box')) {
    return { kind: 'localize', box: 'box', scores: 'scores', activation: 'softmax', order: 'xyxy', unit: 'relative' };
  }
  return { kind: 'classify', output: outputs[0]?.name ?? '', activation: 'softmax' };
}

/** The output with a value per class. */
export const scoresOutput = (task: TrainedTask): string => (task.kind === 'classify' ? task.output : task.scores);

export function lossesOf(task: TrainedTask): readonly Loss[] {
  const classes = { kind: 'crossEntropy', output: scoresOutput(task) } as const;
  return task.kind === 'classify' ? [classes] : [classes, { ...boxLoss, output: task.box }];
}

/** @throws EngineError `invalid-data`, `invalid-input` where a localizer would be trained without boxes, or with wrong ones */
export function checkGoal(task: TrainedTask, { train, name }: DataSet, settings: TrainSettings): void {
  if (task.kind !== 'localize') return;
  if (!train.boxes) {
    throw new EngineError(
      'invalid-data',
      `${name}: its pictures have no boxes, with which ${settings.model} is trained: take shapes, or images:DIR with xmin,ymin,xmax,ymax in labels.csv`,
    );
  }
  for (const flag of ['augment', 'mixup'] as const) {
    if (settings[flag] === undefined) continue;
    throw new EngineError(
      'invalid-input',
      `--${flag} changes pictures and not their boxes: ${settings.model} is trained without`,
    );
  }
}

/** Boxes [N,4] as the losses want them: shares of the picture's sides. */
export function relativeBoxes(
  { boxes }: Split,
  [height, width]: DataSet['shape'],
): Float32Array<SharedArrayBuffer> | undefined {
  if (!boxes) return undefined;
  const relative = new Float32Array(new SharedArrayBuffer(boxes.byteLength));
  boxes.forEach((side, i) => {
    relative[i] = side / (i % 2 === 0 ? width : height);
  });
  return relative;
}
