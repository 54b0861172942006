/** Segmentation: a mask for every class that is in the picture, at the picture's size. */
import * as v from 'valibot';
import type { Graph } from '../graph.ts';
import { encodePng } from '../image/png-encode.ts';
import { sourceMapping } from '../image/preprocess.ts';
import { formatShape, type Tensor } from '../tensor.ts';
import { activate, checkLabels, invalid, onlyOutput, outputOf, outputShape } from './outputs.ts';
import { chosenClass, largest } from './target.ts';
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

  explain: (task, outputs, { labels, graph }, choice) => {
    const { rows, columns, classes, scores, placeOf } = scored(task, outputs, graph);
    const cells = rows * columns;
    const isIn = membership(task, scores, classes);
    const mask = (label: number) => cellsWhere(cells, (cell) => isIn(cell, label));
    /** Of the class's mask, or of all cells where it has none. */
    const mean = (label: number, inside: readonly number[]): number => {
      let sum = 0;
      for (const cell of inside) sum += scores[cell * classes + label]!;
      return sum / inside.length;
    };
    const all = cellsWhere(cells, () => true);
    const best = (): number => {
      const masks = Array.from({ length: classes }, (_, label) => mask(label));
      const isPresent = masks.some(({ length }) => length > 0);
      const means = masks.map((inside, label) => mean(label, isPresent ? inside : all));
      return largest(means, (label) => !isPresent || masks[label]!.length > 0);
    };
    const label = choice === undefined ? best() : chosenClass(choice, classes, labels);
    const own = mask(label);
    const inside = own.length > 0 ? own : all;
    return {
      output: task.output,
      elements: inside.map((cell) => placeOf(cell, label)),
      isScores: task.activation === 'given',
      class: label,
      label: labels?.[label] ?? String(label),
      score: mean(label, inside),
    };
  },

  answer: (task, outputs, { labels, source, preprocess, graph }, { topK, threshold }) => {
    const { rows, columns, classes, scores } = scored(task, outputs, graph);
    const { scale, offset } = sourceMapping(source, preprocess);
    const [width, height] = preprocess.size;
    const xs = cellsOf(source.width, scale[0], offset[0], width, columns);
    const ys = cellsOf(source.height, scale[1], offset[1], height, rows);
    const isIn = membership(task, scores, classes);

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

interface Scored {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** [rows·columns,classes]. */
  readonly scores: Float64Array;
  /** Where the output has the number that a score was made of. */
  placeOf(cell: number, label: number): number;
}

function scored(task: Segment, outputs: Readonly<Record<string, Tensor>>, graph: Graph): Scored {
  const { shape, data } = outputs[task.output] as Tensor;
  const isFirst = outputOf(graph, task.output, '$.task.output').layout === 'NCHW';
  const [rows, columns, classes] = (isFirst ? [shape[2], shape[3], shape[1]] : shape.slice(1)) as [
    number,
    number,
    number,
  ];
  const cells = rows * columns;
  const placeOf = (cell: number, label: number) => (isFirst ? label * cells + cell : cell * classes + label);
  const values = isFirst
    ? Float64Array.from(data, (_, i) => data[placeOf(Math.floor(i / classes), i % classes)]!)
    : data;
  return { rows, columns, classes, scores: activate(values, classes, task.activation), placeOf };
}

function cellsWhere(cells: number, isIn: (cell: number) => boolean): number[] {
  const inside: number[] = [];
  for (let cell = 0; cell < cells; cell++) if (isIn(cell)) inside.push(cell);
  return inside;
}

/** Which cells are of which class. */
function membership({ activation }: Segment, scores: Float64Array, classes: number) {
  if (activation === 'sigmoid' || classes === 1) {
    return (cell: number, label: number): boolean => scores[cell * classes + label]! >= 0.5;
  }
  const best = bestClasses(scores, classes);
  return (cell: number, label: number): boolean => best[cell] === label;
}

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
