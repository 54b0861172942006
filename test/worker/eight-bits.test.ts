/** A model of eight bits behind HTTP: the same routes, the same answers as its f32 form, the same bits by every dot product. */
import { expect, test } from 'vitest';
import { parseModel, serializeModel } from '../../engine/model-file.ts';
import { quantize } from '../../engine/quantization/quantize.ts';
import { Session } from '../../engine/session.ts';
import { seededInput } from '../suites/seeded.ts';
import { sevenPng } from './pictures.ts';
import { digits, kernels, makeApp, post, predictPath } from './support.ts';

const model = parseModel(digits);
const [input] = model.graph.inputs;
const name = input?.name as string;
const shape = [1, ...(input?.shape.slice(1) ?? [])];
const pictures = [1, 2, 3, 4].map((seed) => ({ [name]: seededInput(shape, seed).map(Math.abs) }));
const program = await quantize(model, { samples: () => pictures, method: 'minmax', source: kernels });
const file = serializeModel({ card: model.card, ...program });

test('is served, and calls a picture what the f32 model calls it', async () => {
  const app = makeApp({ models: { digits, small: file } });
  const answers = await Promise.all(
    [predictPath, predictPath.replace('digits', 'small')].map(async (path) => {
      const response = await post(app, `${path}?top_k=1`, sevenPng);
      expect(response.status).toBe(200);
      const [best] = (await response.json()) as { label: string }[];
      return best?.label;
    }),
  );
  expect(answers[1]).toBe(answers[0]);
});

test('cards say how weights are stored', async () => {
  const half = serializeModel({ ...model, storage: 'F16' });
  const app = makeApp({ models: { digits, half, small: file } });
  const { models } = (await (await app.request('/v1/models')).json()) as {
    models: { name: string; precision: string }[];
  };
  expect(models.map(({ name, precision }) => [name, precision])).toEqual([
    ['digits', 'f32'],
    ['half', 'f16'],
    ['small', 'int8'],
  ]);
});

test('the dot product of this host gives the bits of the one that every host has', () => {
  const small = parseModel(file);
  const [own, plain] = [kernels, { ...kernels, capabilities: { ...kernels.capabilities, dot8: 0 as const } }].map(
    (source) => new Session(small, source),
  ) as [Session, Session];
  for (const picture of pictures) expect(own.run(picture)).toEqual(plain.run(picture));
  expect(own.plan(1).calls.map(({ kernel }) => kernel)).toContain('conv2dU8');
});
