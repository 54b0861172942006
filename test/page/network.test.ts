import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Model, parseModel } from '../../engine/model-file.ts';
import type { Classification } from '../../engine/tasks/classify.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { digitInput } from '../../page/digit-input.ts';
import { examples } from '../../page/examples.ts';
import { Network } from '../../page/network.ts';
import { rasterize } from '../../page/strokes.ts';
import { agrees } from '../../page/worker-answer.ts';
import { loadKernels } from '../../scripts/kernels.ts';

const model = parseModel(readFileSync(new URL('../../models/digits.safetensors', import.meta.url)));
const kernels = loadKernels('inference');
const network = new Network(model, kernels);
const digits = examples.map((strokes) => digitInput(rasterize(strokes)));

describe('Network', () => {
  test.each(digits.map((picture, digit) => ({ picture, digit })))(
    'reads the example of a $digit',
    ({ picture, digit }) => {
      const { scores, top } = network.read(picture);
      expect(network.labels[top]).toBe(String(digit));
      expect(scores[top]).toBeGreaterThan(0.5);
    },
  );

  test('gives the same probabilities as the predictor, which fuses', () => {
    const predictor = new Predictor(model, kernels);
    for (const picture of digits) {
      const { scores } = network.read(picture);
      const answer = predictor.predict(picture, { topK: 10 }) as Classification[];
      expect(answer.map(({ label, score }) => [label, score])).toEqual(
        answer.map(({ label }) => [label, scores[network.labels.indexOf(label)]]),
      );
    }
  });

  test('gives every node of the file its value, in its shape', () => {
    const { values } = network.read(digits[0] as (typeof digits)[number]);
    for (const { id } of network.nodes) {
      expect(values[id]?.shape.slice(1)).toEqual(network.describe(id).shape.slice(1));
    }
  });

  test('shows the picture that the input was made of', () => {
    for (const picture of digits) {
      expect(network.inputPicture(network.read(picture).input)).toEqual(picture);
    }
  });

  test('knows the filter behind a map: with it, the map can be computed by hand', () => {
    const { input, values } = network.read(digits[3] as (typeof digits)[number]);
    const conv = network.nodes.find(({ kind }) => kind === 'conv2d')?.id as string;
    const map = values[conv] as Tensor;
    const [, height = 0, width = 0, channels = 0] = map.shape;
    for (const channel of [0, 1, channels - 1]) {
      const filter = network.filterOf(conv, channel);
      const [kh = 0, kw = 0] = filter?.weights.shape ?? [];
      const terms = Array.from({ length: kh * kw }, (_, k) => {
        const [y, x] = [Math.floor(height / 2) + Math.floor(k / kw), Math.floor(width / 2) + (k % kw)];
        return (filter?.weights.data[k] as number) * (input.data[y * (input.shape[2] as number) + x] as number);
      });
      const sum = terms.reduce((total, term) => total + term, filter?.bias ?? 0);
      const found = map.data[(Math.floor(height / 2) * width + Math.floor(width / 2)) * channels + channel] as number;
      // A sum of K products and a bias in f32: K + 1 roundings of at most the sum of magnitudes.
      const magnitude = terms.reduce((total, term) => total + Math.abs(term), Math.abs(filter?.bias ?? 0));
      expect(Math.abs(found - sum)).toBeLessThanOrEqual((kh * kw + 1) * 2 ** -23 * magnitude);
    }
  });

  test('sees a filter through activations and pooling, and none in front of a dense layer', () => {
    for (const id of ['relu1', 'pool1']) expect(network.filterOf(id, 5)).toEqual(network.filterOf('conv1', 5));
    expect(network.filterOf('pool2', 63)?.weights.shape).toEqual([3, 3, 32]);
    for (const id of ['flatten', 'dense1', 'relu3']) expect(network.filterOf(id, 0)).toBeUndefined();
  });

  test('refuses a model that does not say what it is for', () => {
    const { task: _, ...card } = model.card;
    expect(() => new Network({ ...model, card } as Model, kernels)).toThrow('lacks "task"');
  });
});

describe('agrees', () => {
  const answer = {
    label: '7',
    scores: new Map([
      ['7', 0.9],
      ['1', 0.1],
    ]),
    roundTripMs: 1,
    runMs: undefined,
  };
  const ours = (seven: number, one: number) => (label: string) => ({ 7: seven, 1: one })[label];
  test('means the same label and the same percentages', () => {
    expect(agrees(answer, '7', ours(0.9, 0.1))).toBe(true);
    expect(agrees(answer, '7', ours(0.9004, 0.0996))).toBe(true);
    expect(agrees(answer, '7', ours(0.901, 0.099))).toBe(false);
    expect(agrees(answer, '1', ours(0.9, 0.1))).toBe(false);
    expect(agrees({ ...answer, scores: new Map([['unheard of', 0.9]]) }, '7', ours(0.9, 0.1))).toBe(false);
  });
});
