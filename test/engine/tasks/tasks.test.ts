/** Every task on a graph that hands its inputs on, so that what an output holds is known. */
import { describe, expect, test } from 'vitest';
import { decodePng } from '../../../engine/image/png.ts';
import { parseDocument, parseModel, serializeModel } from '../../../engine/model-file.ts';
import type { Detection } from '../../../engine/tasks/detect.ts';
import { type Answer, definitionOf } from '../../../engine/tasks/index.ts';
import { sigmoid } from '../../../engine/tasks/outputs.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { errorCode } from '../image/load.ts';

type Values = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: readonly number[]; readonly layout?: 'NCHW' }>
>;
interface Given {
  readonly task: object;
  readonly outputs: Values;
  readonly labels?: readonly string[];
  readonly fit?: string;
  readonly anchors?: Tensor;
}

const modelOf = ({ task, outputs, labels, fit = 'stretch', anchors }: Given) => {
  const each = Object.entries(outputs);
  const document = {
    format: 'borde/1',
    inputs: each.map(([name, { shape }]) => ({ name: `in-${name}`, shape })),
    nodes: each.map(([name]) => ({ id: name, kind: 'relu', inputs: [`in-${name}`] })),
    outputs: each.map(([name, { layout }]) => ({ name, from: name, ...(layout && { layout }) })),
    preprocess: { size: [100, 100], fit },
    task,
    ...(labels && { labels }),
  };
  const { card, graph } = parseDocument(JSON.stringify(document));
  return { card, graph, tensors: new Map<string, Tensor>(anchors ? [['anchors', anchors]] : []) };
};

/** What a written and read model answers where its outputs are the given ones. */
function answer(given: Given, source = { width: 200, height: 50 }, options = {}): Answer {
  const { card, graph, tensors } = parseModel(serializeModel(modelOf(given)));
  const outputs = Object.fromEntries(
    Object.entries(given.outputs).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
  const definition = definitionOf(card.task!);
  const context = { labels: card.labels, source, preprocess: card.preprocess!, graph, tensors };
  return definition.answer(card.task!, outputs, context, { ...definition.defaults, ...options });
}

const given = { kind: 'given', order: 'xyxy', unit: 'pixel' };
const rows = (boxes: number[], scores: number[], classes: number) => ({
  b: { shape: [1, boxes.length / 4, 4], data: boxes },
  s: { shape: [1, boxes.length / 4, classes], data: scores },
});
const detect = { kind: 'detect', boxes: 'b', scores: 's', activation: 'given', decode: given };

test('embed gives the numbers', () => {
  const outputs = { e: { shape: [1, 3], data: [1, -2, 0.5] } };
  expect(answer({ task: { kind: 'embed', output: 'e' }, outputs })).toEqual({ embedding: [1, -2, 0.5] });
});

test.each([
  ['xyxy', [0.25, 0, 0.75, 1]],
  ['yxyx', [0, 0.25, 1, 0.75]],
  ['xywh', [0.5, 0.5, 0.5, 1]],
])('localize reads %s', (order, data) => {
  const outputs = { b: { shape: [1, 4], data }, s: { shape: [1, 2], data: [0, 1] } };
  const task = { kind: 'localize', box: 'b', scores: 's', activation: 'given', order };
  const box = { xmin: 50, ymin: 0, xmax: 150, ymax: 50 };
  expect(answer({ task, outputs, labels: ['cat', 'dog'] })).toEqual({ label: 'dog', score: 1, box });
});

describe('detect', () => {
  const two = rows([0, 0, 50, 50, 1, 0, 50, 50], [0, 0.75, 0, 0.875], 2);

  test.each([
    ['stretch', { xmin: 2, ymin: 0, xmax: 100, ymax: 25 }],
    ['crop', { xmin: 75.5, ymin: 0, xmax: 100, ymax: 25 }],
    ['letterbox', { xmin: 2, ymin: 0, xmax: 100, ymax: 26 }],
  ])('undoes %s and clips', (fit, box) => {
    expect(answer({ task: detect, outputs: two, fit })).toEqual([{ label: '1', score: 0.875, box }]);
  });

  test('nothing found is an empty list, of a picture of one pixel as well', () => {
    expect(answer({ task: { ...detect, background: 1 }, outputs: two }, { width: 1, height: 1 })).toEqual([]);
  });

  test('SSD agrees with its formula', () => {
    const anchors = { shape: [1, 4], data: Float32Array.of(0.5, 0.5, 0.25, 0.5) };
    const outputs = rows([1, -1, 0.5, -0.5], [0.75], 1);
    const decode = { kind: 'ssd', anchors: 'anchors', variances: [0.125, 0.25, 0.5, 1] };
    const [found] = answer(
      { task: { ...detect, decode }, outputs, anchors },
      { width: 100, height: 100 },
    ) as Detection[];
    const [x, y] = [0.5 + 0.125 * 0.25, 0.5 - 0.25 * 0.5];
    const [w, h] = [0.25 * Math.exp(0.25), 0.5 * Math.exp(-0.5)];
    const expected = { xmin: x - w / 2, ymin: y - h / 2, xmax: x + w / 2, ymax: y + h / 2 };
    // A few f64 operations on numbers up to 100.
    for (const [side, value] of Object.entries(expected)) {
      expect(Math.abs((found!.box as unknown as Record<string, number>)[side]! - 100 * value)).toBeLessThan(1e-12);
    }
  });

  test.each(['NHWC', 'NCHW'] as const)('a grid agrees with its formula, %s', (layout) => {
    // Two cells beside each other, one anchor, one class; only the right one holds something.
    const cells = [
      [0, 0, 0, 0, -9, 9],
      [0, 1, 0, 0.5, 2, 3],
    ] as const;
    const data = layout === 'NHWC' ? cells.flat() : cells[0].flatMap((_, i) => cells.map((cell) => cell[i]!));
    const output = layout === 'NHWC' ? { shape: [1, 1, 2, 6], data } : { shape: [1, 6, 1, 2], data, layout };
    const decode = { kind: 'grid', output: 'g', stride: 32, anchors: [[10, 20]] };
    const task = { kind: 'detect', decode };
    const [found, ...others] = answer({ task, outputs: { g: output } }, { width: 100, height: 100 }) as [Detection];
    expect(others).toEqual([]);
    expect(Math.abs(found.score - sigmoid(2) * sigmoid(3))).toBeLessThan(1e-15);
    const [x, y, h] = [1.5 * 32, sigmoid(1) * 32, 20 * Math.exp(0.5)];
    const expected = { xmin: x - 5, ymin: y - h / 2, xmax: x + 5, ymax: y + h / 2 };
    for (const [side, value] of Object.entries(expected)) {
      expect(Math.abs((found!.box as unknown as Record<string, number>)[side]! - value)).toBeLessThan(1e-12);
    }
  });

  test.each<[string, Partial<Given>, string]>([
    ['an output that is not there', { task: { ...detect, boxes: 'nope' } }, 'invalid-graph'],
    ['labels of another count', { labels: ['a'] }, 'invalid-graph'],
    ['a background that is no class', { task: { ...detect, background: 2 } }, 'invalid-graph'],
    ['scores as boxes', { task: { ...detect, boxes: 's' } }, 'invalid-graph'],
    [
      'a variance of 0',
      { task: { ...detect, decode: { kind: 'ssd', anchors: 'anchors', variances: [0, 1, 1, 1] } } },
      'invalid-graph',
    ],
    [
      'a tensor that is missing',
      { task: { ...detect, decode: { kind: 'ssd', anchors: 'anchors', variances: [1, 1, 1, 1] } } },
      'invalid-model',
    ],
    [
      'anchors of another shape',
      {
        task: { ...detect, decode: { kind: 'ssd', anchors: 'anchors', variances: [1, 1, 1, 1] } },
        anchors: { shape: [1, 4], data: new Float32Array(4) },
      },
      'shape-mismatch',
    ],
  ])('refuses %s', (_, change, code) => {
    expect(errorCode(() => answer({ task: detect, outputs: two, ...change }))).toBe(code);
  });
});

test.each(['NHWC', 'NCHW'] as const)('segment gives a mask a class at the size of the picture, %s', (layout) => {
  // Left cell: class 0, right cell: class 2; class 1 is nowhere.
  // The same numbers in both layouts.
  const data = [1, 0, 0, 0, 0, 0.5];
  const output = layout === 'NHWC' ? { shape: [1, 1, 2, 3], data } : { shape: [1, 3, 1, 2], data, layout };
  const task = { kind: 'segment', output: 'm', activation: 'given' };
  const found = answer({ task, outputs: { m: output }, labels: ['a', 'b', 'c'] }, { width: 4, height: 1 }) as {
    label: string;
    score: number;
    mask: string;
  }[];
  expect(found.map(({ label, score }) => [label, score])).toEqual([
    // Two pixels beyond the middles of the cells, two a quarter of the way to the other cell.
    ['a', (1 + 0.75) / 2],
    ['c', (0.5 + 0.375) / 2],
  ]);
  const masks = found.map(({ mask }) => decodePng(Uint8Array.from(atob(mask), (c) => c.charCodeAt(0))));
  expect(masks.map(({ width, height, channels, data }) => [width, height, channels, ...data])).toEqual([
    [4, 1, 1, 255, 255, 0, 0],
    [4, 1, 1, 0, 0, 255, 255],
  ]);
});
