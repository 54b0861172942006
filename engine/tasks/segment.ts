/** Segmentation: a mask for every class that is in the picture, at the picture's size. */
import * as v from 'valibot';
import { encodePng } from '../image/png-encode.ts';
import { sourceMapping } from '../image/preprocess.ts';
import { formatShape, type Tensor } from '../tensor.ts';
import { activate, checkLabels, invalid, onlyOutput, outputOf, outputShape } from './outputs.ts';
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
    const { shape, data } = outputs[task.output] as Tensor;
    const isFirst = outputOf(graph, task.output, '$.task.output').layout === 'NCHW';
    const [rows, columns, classes] = (isFirst ? [shape[2], shape[3], shape[1]] : shape.slice(1)) as [
      number,
      number,
      number,
    ];
    const cells = rows * columns;
    const values = isFirst
      ? Float64Array.from(data, (_, i) => data[(i % classes) * cells + Math.floor(i / classes)]!)
      : data;
    const scores = activate(values, classes, task.activation);
    const isOwn = task.activation === 'sigmoid' || classes === 1;
    const best = bestClasses(scores, classes);

    const { scale, offset } = sourceMapping(source, preprocess);
    const [width, height] = preprocess.size;
    const xs = cellsOf(source.width, scale[0], offset[0], width, columns);
    const ys = cellsOf(source.height, scale[1], offset[1], height, rows);
    const isIn = (cell: number, label: number) =>
      isOwn ? scores[cell * classes + label]! >= 0.5 : best[cell] === label;

    const present: { label: number; score: number }[] = [];
    for (let label = 0; label < classes; label++) {
      let [count, sum] = [0, 0];
      for (const y of ys) {
        for (const x of xs) {
          if (y < 0 || x < 0 || !isIn(y * columns + x, label)) continue;
          count++;
          sum += scores[(y * columns + x) * classes + label]!;
        }
      }
      if (count > 0 && sum / count >= threshold) present.push({ label, score: sum / count });
    }
    present.sort((a, b) => b.score - a.score || a.label - b.label);
    return present.slice(0, topK).map(({ label, score }) => {
      const mask = new Uint8Array(source.width * source.height);
      for (const [i, y] of ys.entries()) {
        for (const [j, x] of xs.entries()) {
          if (y >= 0 && x >= 0 && isIn(y * columns + x, label)) mask[i * source.width + j] = 255;
        }
      }
      const png = encodePng({ width: source.width, height: source.height, channels: 1, data: mask });
      return { label: labels?.[label] ?? String(label), score, mask: base64(png) };
    });
  },
} satisfies TaskDefinition<Segment, Segmentation[]>;

function bestClasses(scores: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, cell) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[cell * classes + c]! > scores[cell * classes + best]!) best = c;
    return best;
  });
}

/** Which of `cells` the middle of each source pixel falls into; −1 where a crop left it out. */
function cellsOf(pixels: number, scale: number, offset: number, side: number, cells: number): Int32Array {
  return Int32Array.from({ length: pixels }, (_, i) => {
    const cell = Math.floor(((i + 0.5) / scale - offset) * (cells / side));
    return cell >= 0 && cell < cells ? cell : -1;
  });
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x2000) text += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  return btoa(text);
}
