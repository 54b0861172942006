/** A small model of every task, whose answers are known: what it says of a picture hangs on biases, or on its red. */
import { type Model, parseDocument } from '../../engine/model-file.ts';
import type { Tensor } from '../../engine/tensor.ts';

export const SIDE = 8;
const LABELS = ['cat', 'dog', 'Käse 中'];

interface Head {
  readonly shape: readonly number[];
  /** The output's values, whatever the picture. */
  readonly values: readonly number[];
}

/** Heads that do not look: dense layers of weights 0. */
function blindModel(task: object, heads: Readonly<Record<string, Head>>, fit: string): Model {
  const names = Object.keys(heads);
  const nodes = names.flatMap((name) => [
    { id: `${name}-flat`, kind: 'flatten', inputs: ['image'] },
    { id: `${name}-raw`, kind: 'dense', inputs: [`${name}-flat`], attributes: { units: heads[name]!.values.length } },
    { id: name, kind: 'reshape', inputs: [`${name}-raw`], attributes: { shape: heads[name]!.shape } },
  ]);
  const tensors = names.flatMap((name): [string, Tensor][] => {
    const { values } = heads[name]!;
    const inputs = SIDE * SIDE * 3;
    return [
      [`${name}-raw.filter`, { shape: [inputs, values.length], data: new Float32Array(inputs * values.length) }],
      [`${name}-raw.bias`, { shape: [values.length], data: Float32Array.from(values) }],
    ];
  });
  return build(task, nodes, names, tensors, fit);
}

function build(task: object, nodes: object[], outputs: string[], tensors: [string, Tensor][], fit: string): Model {
  const document = {
    format: 'borde/1',
    inputs: [{ name: 'image', shape: [1, SIDE, SIDE, 3] }],
    nodes,
    outputs: outputs.map((name) => ({ name, from: name })),
    preprocess: { size: [SIDE, SIDE], fit },
    task,
    ...((task as { kind: string }).kind !== 'embed' && { labels: LABELS }),
  };
  return { ...parseDocument(JSON.stringify(document)), tensors: new Map(tensors) };
}

/** ln(p / (1 − p)). */
const logit = (p: number): number => Math.log(p / (1 - p));

/** Two boxes of dogs and cats, the second of which overlaps a third and better one; relative sides. */
const boxes = [0, 0, 0.5, 0.5, 0.25, 0.25, 1, 1, 0.25, 0.25, 1, 0.95];
const boxScores = [0, 0.7, 0, 0.6, 0, 0, 0.8, 0, 0.3];

export const taskModels: Readonly<
  Record<'classify' | 'localize' | 'detect' | 'segment' | 'embed', (fit?: string) => Model>
> = {
  classify: (fit = 'stretch') =>
    blindModel(
      { kind: 'classify', output: 'scores', activation: 'given' },
      { scores: { shape: [1, 3], values: [0.25, 0.125, 0.625] } },
      fit,
    ),
  localize: (fit = 'stretch') =>
    blindModel(
      { kind: 'localize', box: 'box', scores: 'scores' },
      { box: { shape: [1, 4], values: [0.25, 0.25, 0.75, 1] }, scores: { shape: [1, 3], values: [0, 50, 0] } },
      fit,
    ),
  detect: (fit = 'stretch') =>
    blindModel(
      {
        kind: 'detect',
        boxes: 'boxes',
        scores: 'scores',
        activation: 'sigmoid',
        decode: { kind: 'given', order: 'xyxy', unit: 'relative' },
      },
      {
        boxes: { shape: [1, 3, 4], values: boxes },
        scores: { shape: [1, 3, 3], values: boxScores.map((score) => (score === 0 ? -50 : logit(score))) },
      },
      fit,
    ),
  /** Cat where the picture is red, dog where it is not; the third class nowhere. */
  segment: (fit = 'stretch') =>
    build(
      { kind: 'segment', output: 'mask', activation: 'softmax' },
      [{ id: 'mask', kind: 'conv2d', inputs: ['image'], attributes: { filters: 3, size: [1, 1] } }],
      ['mask'],
      [
        ['mask.filter', { shape: [1, 1, 3, 3], data: Float32Array.of(8, 0, 0, 0, 0, 0, 0, 0, 0) }],
        ['mask.bias', { shape: [3], data: Float32Array.of(0, 4, -50) }],
      ],
      fit,
    ),
  embed: (fit = 'stretch') =>
    blindModel({ kind: 'embed', output: 'e' }, { e: { shape: [1, 12], values: [3, 4, ...Array(10).fill(0)] } }, fit),
};
