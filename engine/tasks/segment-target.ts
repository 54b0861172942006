/** What speaks for a class of a segmenter: its logits where its mask is. */
import type { Tensor } from '../tensor.ts';
import { labelOf, outputOf } from './outputs.ts';
import { cellScores } from './score-field.ts';
import type { Segment } from './segment.ts';
import { chosenClass, largest } from './target.ts';
import type { TaskDefinition } from './task.ts';

/** Masks are those of the output, cell by cell; of a class whose mask is empty all cells count. */
export const segmentTarget: NonNullable<TaskDefinition<Segment, unknown>['explain']> = (
  task,
  outputs,
  { labels, graph },
  choice,
) => {
  const isFirst = outputOf(graph, task.output, '$.task.output').layout === 'NCHW';
  const { values: scores, classes } = cellScores(outputs[task.output] as Tensor, isFirst, task.activation);
  const cells = scores.length / classes;
  const placeOf = (cell: number, label: number) => (isFirst ? label * cells + cell : cell * classes + label);

  const isOwn = task.activation === 'sigmoid' || classes === 1;
  const counts = new Int32Array(classes);
  const sums = { inside: new Float64Array(classes), all: new Float64Array(classes) };
  const isIn = new Uint8Array(cells * classes);
  for (let cell = 0; cell < cells; cell++) {
    const first = cell * classes;
    let only = 0;
    for (let label = 1; label < classes; label++) if (scores[first + label]! > scores[first + only]!) only = label;
    for (let label = 0, i = first; label < classes; label++, i++) {
      const score = scores[i]!;
      sums.all[label]! += score;
      if (isOwn ? !(score >= 0.5) : label !== only) continue;
      isIn[i] = 1;
      counts[label]!++;
      sums.inside[label]! += score;
    }
  }
  const means = Array.from(counts, (count, label) =>
    count > 0 ? sums.inside[label]! / count : sums.all[label]! / cells,
  );
  const isPresent = counts.some((count) => count > 0);
  const label =
    choice === undefined
      ? largest(means, (each) => !isPresent || counts[each]! > 0)
      : chosenClass(choice, classes, labels);
  const elements: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    if (counts[label] === 0 || isIn[cell * classes + label] === 1) elements.push(placeOf(cell, label));
  }
  return {
    output: task.output,
    elements,
    isScores: task.activation === 'given',
    isOfOnePlace: false,
    class: label,
    label: labelOf(labels, label),
    score: means[label]!,
  };
};
