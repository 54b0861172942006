/** Segmentation: a mask for every class that is in the picture, at the picture's size. */
import * as v from 'valibot';
import { encodeMask } from '../image/mask-png.ts';
import { sourceMapping } from '../image/preprocess.ts';
import { formatShape, type Tensor } from '../tensor.ts';
import { checkLabels, invalid, labelOf, onlyOutput, outputOf, outputShape } from './outputs.ts';
import { cellScores, ScoreField } from './score-field.ts';
import { segmentTarget } from './segment-target.ts';
import type { TaskDefinition } from './task.ts';

const schema = v.strictObject({
  kind: v.literal('segment'),
  /** The output [1,H,W,classes] (or with channels first, where its layout says NCHW). */
  output: v.string(),
  /** With `sigmoid` a pixel is of every class that reaches a half; otherwise of its best one alone. */
  activation: v.optional(v.picklist(['softmax', 'sigmoid', 'given']), 'softmax'),
});

export type Segment = v.InferOutput<typeof schema>;

export interface Segmentation {
  readonly label: string;
  /** Mean over the mask's pixels, of the source. */
  readonly score: number;
  /** A gray PNG of the source's size, 0 and 255, in base64. */
  readonly mask: string;
}

export const segment = {
  schema,
  defaults: { topK: 5, threshold: 0 },
  propose: (graph) => ({ kind: 'segment', output: onlyOutput(graph, 'segment').name, activation: 'softmax' }),

  check: (task, graph, shapes, labels) => {
    const path = '$.task.output';
    const shape = outputShape(graph, shapes, task.output, path);
    if (shape.length !== 4 || shape[0] !== 1 || shape.includes(0)) {
      throw invalid(path, `expected an output [1,H,W,classes], "${task.output}" is ${formatShape(shape)}`);
    }
    const isFirst = outputOf(graph, task.output, path).layout === 'NCHW';
    checkLabels(labels, shape[isFirst ? 1 : 3] as number);
  },

  extend: (_, graph) => graph,
  explain: segmentTarget,

  answer: (task, outputs, { labels, source, preprocess, graph }, { topK, threshold }) => {
    const isFirst = outputOf(graph, task.output, '$.task.output').layout === 'NCHW';
    const cells = cellScores(outputs[task.output] as Tensor, isFirst, task.activation);
    const { scale, offset } = sourceMapping(source, preprocess);
    const { width, height } = source;
    const across = { pixels: width, scale: scale[0], offset: offset[0], side: preprocess.size[0] };
    const down = { pixels: height, scale: scale[1], offset: offset[1], side: preprocess.size[1] };
    const field = new ScoreField(cells, across, down, task.activation === 'sigmoid' || cells.classes === 1);

    const { counts, sums } = field.tally();
    return Array.from(counts, (count, label) => ({ label, count, score: sums[label]! / count }))
      .filter(({ count, score }) => count > 0 && score >= threshold)
      .sort((a, b) => b.score - a.score || a.label - b.label)
      .slice(0, topK)
      .map(({ label, score }) => {
        const png = encodeMask({ width, height, data: field.mask(label) });
        return { label: labelOf(labels, label), score, mask: base64(png) };
      });
  },
} satisfies TaskDefinition<Segment, Segmentation[]>;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x2000) text += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  return btoa(text);
}
