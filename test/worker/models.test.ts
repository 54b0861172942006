import { describe, expect, test } from 'vitest';
import { describeGraph } from '../../engine/describe.ts';
import { parseModel } from '../../engine/model-file.ts';
import { standInModel } from './stand-in.ts';
import { digits, makeApp } from './support.ts';

describe('cards', () => {
  test('say what the file says, and count as inspect does', async () => {
    const response = await makeApp().request('/v1/models/digits');
    expect(response.status).toBe(200);
    const { parameters, macs, bytes } = describeGraph(parseModel(digits).graph);
    expect(await response.json()).toEqual({
      name: 'digits',
      version: '1',
      versions: ['1'],
      task: 'classify',
      input: {
        name: 'image',
        datatype: 'FP32',
        shape: [-1, 28, 28, 1],
        size: [28, 28],
        mean: [0],
        std: [1],
        scale: 1 / 255,
        channels: 'gray',
      },
      labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      layers: ['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'pool2', 'flatten', 'dense1', 'relu3', 'dense2'],
      precision: 'f32',
      parameters,
      macs,
      bytes,
      provenance: { command: 'stand-in', licence: 'MIT' },
    });
  });

  test('the list has the cards of all models, under the names of their files', async () => {
    const app = makeApp({ models: { one: standInModel(1), two: standInModel(2) } });
    const { models } = (await (await app.request('/v1/models')).json()) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(['one', 'two']);
    for (const card of models) expect(await (await app.request(`/v1/models/${card.name}`)).json()).toEqual(card);
  });
});
