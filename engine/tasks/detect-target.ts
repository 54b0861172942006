/** What speaks for a class of a detector: the logit of the box that is surest of it. */
import type { Graph } from '../graph.ts';
import type { Tensor } from '../tensor.ts';
import type { Detect } from './detect.ts';
import { activate, labelOf, outputOf, sigmoid } from './outputs.ts';
import { chosenClass, largest } from './target.ts';
import type { TaskDefinition } from './task.ts';

/** Numbers [N,classes] that rise with the scores, and where the output has them. */
interface Scores {
  readonly output: string;
  readonly ranks: ArrayLike<number>;
  readonly classes: number;
  scoreOf(rank: number): number;
  placeOf(index: number): number;
}

export const detectTarget: NonNullable<TaskDefinition<Detect, unknown>['explain']> = (
  task,
  outputs,
  { labels, graph },
  choice,
) => {
  const { output, ranks, classes, scoreOf, placeOf } =
    task.decode.kind === 'grid' ? gridScores(task, outputs, graph) : rowScores(task, outputs);
  const chosen = choice === undefined ? undefined : chosenClass(choice, classes, labels);
  const counts = (label: number) => (chosen === undefined ? label !== task.background : label === chosen);
  const best = largest(ranks, (i) => counts(i % classes));
  const label = chosen ?? best % classes;
  return {
    output,
    elements: [placeOf(best)],
    isScores: task.activation === 'given',
    isOfOnePlace: true,
    class: label,
    label: labelOf(labels, label),
    score: scoreOf(ranks[best]!),
  };
};

const same = (x: number): number => x;

function rowScores(task: Detect, outputs: Readonly<Record<string, Tensor>>): Scores {
  const output = task.scores as string;
  const { shape, data } = outputs[output] as Tensor;
  const classes = shape.at(-1) as number;
  // Only one score of thousands is wanted, and a sigmoid changes nothing about which is the largest.
  const [ranks, scoreOf] =
    task.activation === 'softmax'
      ? [activate(data, classes, 'softmax'), same]
      : [data, task.activation === 'sigmoid' ? sigmoid : same];
  return { output, classes, ranks, scoreOf, placeOf: same };
}

/** Cell by cell, anchor by anchor; a score is objectness times the class's. */
function gridScores({ decode, activation }: Detect, outputs: Readonly<Record<string, Tensor>>, graph: Graph): Scores {
  const { output, anchors } = decode as Extract<Detect['decode'], { kind: 'grid' }>;
  const { shape, data } = outputs[output] as Tensor;
  const isFirst = outputOf(graph, output, '$.task.decode.output').layout === 'NCHW';
  const depth = shape[isFirst ? 1 : 3] as number;
  const cells = data.length / depth;
  const each = depth / anchors.length;
  const classes = each - 5;
  /** @param row cell · anchors + anchor */
  const at = (row: number, value: number): number => {
    const cell = Math.floor(row / anchors.length);
    const channel = (row % anchors.length) * each + value;
    return isFirst ? channel * cells + cell : cell * depth + channel;
  };
  const placeOf = (index: number) => at(Math.floor(index / classes), 5 + (index % classes));
  const logits = Float64Array.from({ length: cells * anchors.length * classes }, (_, i) => data[placeOf(i)]!);
  const ranks = activate(logits, classes, activation).map((score, i) => {
    const objectness = data[at(Math.floor(i / classes), 4)]!;
    return score * (activation === 'given' ? objectness : sigmoid(objectness));
  });
  return { output, ranks, classes, scoreOf: same, placeOf };
}
