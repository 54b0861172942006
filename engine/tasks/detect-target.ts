/** What speaks for a class of a detector: the logit of the box that is surest of it. */
import type { Graph } from '../graph.ts';
import type { Tensor } from '../tensor.ts';
import type { Detect } from './detect.ts';
import { activate, outputOf, sigmoid } from './outputs.ts';
import { chosenClass, largest } from './target.ts';
import type { TaskDefinition } from './task.ts';

/** Scores [N,classes], and where the output has the numbers that they are made of. */
interface Scores {
  readonly output: string;
  readonly scores: Float64Array;
  readonly classes: number;
  placeOf(index: number): number;
}

export const detectTarget: NonNullable<TaskDefinition<Detect, unknown>['explain']> = (
  task,
  outputs,
  { labels, graph },
  choice,
) => {
  const { output, scores, classes, placeOf } =
    task.decode.kind === 'grid' ? gridScores(task, outputs, graph) : rowScores(task, outputs);
  const chosen = choice === undefined ? undefined : chosenClass(choice, classes, labels);
  const counts = (label: number) => (chosen === undefined ? label !== task.background : label === chosen);
  const best = largest(scores, (i) => counts(i % classes));
  const label = chosen ?? best % classes;
  return {
    output,
    elements: [placeOf(best)],
    isScores: task.activation === 'given',
    isOfOnePlace: true,
    class: label,
    label: labels?.[label] ?? String(label),
    score: scores[best]!,
  };
};

function rowScores(task: Detect, outputs: Readonly<Record<string, Tensor>>): Scores {
  const output = task.scores as string;
  const { shape, data } = outputs[output] as Tensor;
  const classes = shape.at(-1) as number;
  return { output, classes, scores: activate(data, classes, task.activation), placeOf: (index) => index };
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
  const scores = activate(logits, classes, activation).map((score, i) => {
    const objectness = data[at(Math.floor(i / classes), 4)]!;
    return score * (activation === 'given' ? objectness : sigmoid(objectness));
  });
  return { output, scores, classes, placeOf };
}
