/** A small model for every task and form of output, with random weights, 32×32 pixels: what a picture gets, nobody knows. */
import { buildGraph } from '../../engine/graph.ts';
import { parseModel, serializeModel } from '../../engine/model-file.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { initialWeights, toTensors, weightVector } from '../../engine/training/weight-vector.ts';
import { seededInput } from '../suites/seeded.ts';

type Node = readonly [id: string, kind: string, attributes?: object, inputs?: readonly string[]];

interface Recipe {
  readonly task: object;
  /** Behind `trunk`, each reading the one before it unless it says otherwise. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly (string | { readonly name: string; readonly from: string; readonly layout: 'NCHW' })[];
  readonly labels?: readonly string[];
  readonly anchors?: Tensor;
}

const SIDE = 32;
const labels = ['cat', 'dog', 'bird'];

/** 32×32×3 → 16×16×8. */
const trunk: readonly Node[] = [
  ['conv1', 'conv2d', { filters: 8, size: 3, stride: 2, padding: 1 }, ['image']],
  ['relu1', 'relu'],
];

function modelOf({ task, nodes, outputs, labels, anchors }: Recipe, seed: number): Uint8Array {
  let last = '';
  const graph = buildGraph({
    inputs: [{ name: 'image', shape: [-1, SIDE, SIDE, 3] }],
    nodes: [...trunk, ...nodes].map(([id, kind, attributes = {}, inputs = [last]]) => {
      last = id;
      return { id, kind, inputs: [...inputs], attributes };
    }),
    outputs: outputs.map((output) => (typeof output === 'string' ? { name: output, from: output } : output)),
  } as never);
  const vector = weightVector(graph);
  const tensors = new Map(toTensors(vector, initialWeights(vector, seed)));
  if (anchors) tensors.set('anchors', anchors);
  const card = {
    name: 'small',
    preprocess: {
      size: [SIDE, SIDE],
      fit: 'letterbox',
      antialias: true,
      channels: 'RGB',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    task,
    ...(labels && { labels }),
  };
  const file = serializeModel({ graph, tensors, card: card as never });
  parseModel(file); // what is no model should not look like a fault of the worker
  return file;
}

const flat = (values: number): Node => ['', 'reshape', { shape: [1, -1, values] }];
const named = (id: string, [, kind, attributes]: Node, inputs: readonly string[]): Node => [
  id,
  kind,
  attributes ?? {},
  inputs,
];

/** Rows of boxes and scores, one for each of 16×16 places. */
const rows: readonly Node[] = [
  ['box', 'conv2d', { filters: 4, size: 1 }],
  named('boxes', flat(4), ['box']),
  ['score', 'conv2d', { filters: 3, size: 1 }, ['relu1']],
  named('scores', flat(3), ['score']),
];

const anchors: Tensor = {
  shape: [256, 4],
  data: Float32Array.from({ length: 1024 }, (_, i) => {
    const cell = i >> 2;
    return [((cell % 16) + 0.5) / 16, (Math.floor(cell / 16) + 0.5) / 16, 0.25, 0.25][i & 3] as number;
  }),
};

const mask: readonly Node[] = [['mask', 'conv2d', { filters: 3, size: 3, padding: 1 }]];
const segment = { kind: 'segment', activation: 'softmax' };

const recipes: Readonly<Record<string, Recipe>> = {
  classify: {
    task: { kind: 'classify', output: 'logits', activation: 'softmax' },
    nodes: [
      ['conv2', 'conv2d', { filters: 6, size: 3 }],
      ['relu2', 'relu'],
      ['pool', 'globalAveragePool2d'],
      ['logits', 'dense', { units: 3 }],
    ],
    outputs: ['logits'],
    labels,
  },
  localize: {
    task: { kind: 'localize', box: 'box', scores: 'scores' },
    nodes: [
      ['pool', 'globalAveragePool2d'],
      ['corners', 'dense', { units: 4 }],
      ['box', 'sigmoid'],
      ['scores', 'dense', { units: 3 }, ['pool']],
    ],
    outputs: ['box', 'scores'],
    labels,
  },
  'detect-ssd': {
    task: {
      kind: 'detect',
      boxes: 'boxes',
      scores: 'scores',
      decode: { kind: 'ssd', anchors: 'anchors', variances: [0.1, 0.1, 0.2, 0.2] },
    },
    nodes: rows,
    outputs: ['boxes', 'scores'],
    labels,
    anchors,
  },
  'detect-given': {
    task: {
      kind: 'detect',
      boxes: 'places',
      scores: 'scores',
      decode: { kind: 'given', order: 'xywh', unit: 'relative' },
    },
    nodes: [...rows, ['places', 'sigmoid', {}, ['boxes']]],
    outputs: ['places', 'scores'],
    labels,
  },
  'detect-grid': {
    task: {
      kind: 'detect',
      activation: 'softmax',
      decode: {
        kind: 'grid',
        output: 'grid',
        stride: 2,
        anchors: [
          [6, 6],
          [12, 8],
        ],
      },
    },
    nodes: [['grid', 'conv2d', { filters: 16, size: 1 }]],
    outputs: ['grid'],
    labels,
  },
  'segment-nhwc': { task: { ...segment, output: 'mask' }, nodes: mask, outputs: ['mask'], labels },
  'segment-nchw': {
    task: { ...segment, output: 'mask' },
    nodes: [...mask, ['first', 'transpose', { permutation: [0, 3, 1, 2] }]],
    outputs: [{ name: 'mask', from: 'first', layout: 'NCHW' }],
    labels,
  },
  embed: { task: { kind: 'embed', output: 'pool' }, nodes: [['pool', 'globalAveragePool2d']], outputs: ['pool'] },
};

/** Model files by the names of tasks and forms. */
export const taskModels: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  Object.entries(recipes).map(([name, recipe], seed) => [name, modelOf(recipe, seed + 1)]),
);

/** A picture of random colours. */
export const noise = (width: number, height: number, seed = 1) => ({
  width,
  height,
  channels: 3 as const,
  data: Uint8Array.from(seededInput([height, width, 3], seed), (value) => Math.floor(128 + 100 * value)),
});
