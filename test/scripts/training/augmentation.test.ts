/** `train --augment`: the same file at any number of threads and after an interruption; what the network is fed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Augmenter } from '../../../engine/augment/augmenter.ts';
import { compilePipeline } from '../../../engine/augment/pipeline.ts';
import { parseModel } from '../../../engine/model-file.ts';
import { loadImageKernels } from '../../../scripts/kernels.ts';
import { BatchMaker, type FeedSettings } from '../../../scripts/training/augmentation/batch-maker.ts';
import { trainingDocument } from '../../../scripts/training/augmentation/training-pipeline.ts';
import { epochBatches } from '../../../scripts/training/batch-order.ts';
import { borde, temporaryFolder } from '../cli.ts';

const pipeline = {
  format: 'aug/1',
  pipeline: {
    type: 'compose',
    children: [
      { type: 'affine', rotate: [-10, 10], translateX: [-0.1, 0.1] },
      { type: 'brightness', multiply: [0.8, 1.2] },
    ],
  },
};

const small = [
  '--data',
  'mnist',
  '--limit',
  '400',
  '--seed',
  '3',
  '--simd',
  'baseline',
  '--model',
  'lenet',
  '--epochs',
  '2',
];

function setUp(document: unknown = pipeline) {
  const folder = temporaryFolder();
  const file = join(folder, 'turn.json');
  writeFileSync(file, JSON.stringify(document));
  const path = (name: string) => join(folder, name);
  const train = (name: string, ...more: string[]) =>
    borde(['train', ...small, '--augment', file, '--out', path(name), '--json', ...more]);
  return { path, file, train };
}

describe('borde train --augment', () => {
  test('the same file at any number of threads, and after an interruption without the pipeline at hand', async () => {
    const { path, train } = setUp();
    expect(await train('one', '--threads', '1', '--mixup', '0.4')).toMatchObject({ code: 0, err: '' });
    const bytes = readFileSync(path('one'));
    await train('three', '--threads', '3', '--mixup', '0.4');
    expect(readFileSync(path('three')).equals(bytes)).toBe(true);

    const { file } = { file: path('turn.json') };
    const cut = await borde(
      ['train', ...small, '--augment', file, '--mixup', '0.4', '--out', path('cut'), '--json'],
      (_, interrupt) => interrupt(),
    );
    expect(cut.code).toBe(1);
    expect((await borde(['train', '--resume', path('cut.checkpoint'), '--json'])).code).toBe(0);
    expect(readFileSync(path('cut')).equals(bytes)).toBe(true);

    const { provenance } = parseModel(bytes).card;
    expect(provenance?.command).toContain('--augment turn.json --mixup 0.4 --seed 3');
    expect(provenance?.augmentation).toEqual(
      trainingDocument({ augment: { name: '', document: pipeline }, mixup: 0.4 }),
    );
  });

  test('another pipeline gives other weights; a checkpoint refuses it', async () => {
    const { path, train } = setUp();
    await train('a', '--epochs', '1');
    const other = setUp({ format: 'aug/1', pipeline: { type: 'hflip' } });
    await other.train('b', '--epochs', '1');
    expect(readFileSync(path('a')).equals(readFileSync(other.path('b')))).toBe(false);

    await borde(['train', ...small, '--augment', path('turn.json'), '--out', path('cut'), '--json'], (_, interrupt) =>
      interrupt(),
    );
    const refused = await borde(['train', '--resume', path('cut.checkpoint'), '--augment', other.path('turn.json')]);
    expect(refused).toMatchObject({ code: 2, err: "borde: --augment turn.json is not the checkpoint's pipeline" });
  });

  test('normalize becomes the pre-processing of the model', async () => {
    const node = { type: 'normalize', mean: 0.1307, std: [0.3081] };
    const { path, train } = setUp({ format: 'aug/1', pipeline: { type: 'compose', children: [node] } });
    expect((await train('n', '--epochs', '1')).code).toBe(0);
    expect(parseModel(readFileSync(path('n'))).card.preprocess).toMatchObject({
      mean: [0.1307],
      std: [0.3081],
      scale: 1 / 255,
    });
  });

  test.each([
    [{ format: 'aug/1', pipeline: { type: 'rotate', angl: 1 } }, '$.pipeline.angl: unknown key'],
    [
      { format: 'aug/1', pipeline: { type: 'normalize', mean: [0, 0, 0] } },
      'normalize has 3 numbers of mean, the pictures 1 channels',
    ],
  ])('what does not fit is said before the first batch', async (document, sentence) => {
    const { code, err } = await setUp(document).train('x', '--epochs', '1');
    expect(code).toBe(1);
    expect(err).toContain(sentence);
  });
});

describe('batches', () => {
  const [height, width, channels] = [9, 7, 3] as const;
  const length = height * width * channels;
  const count = 40;
  const settings: FeedSettings = {
    document: pipeline,
    seed: 4,
    shape: [height, width, channels],
    pixels: Uint8Array.from({ length: count * length }, (_, i) => (i * 7919) % 251),
    classes: Uint16Array.from({ length: count }, (_, i) => i % 5),
    classCount: 5,
    labelSmoothing: 0.1,
    training: Uint32Array.from({ length: count - 5 }, (_, i) => i + 5),
    batchSize: 16,
    firstEpoch: 1,
    epochs: 3,
  };
  const make = (number: number, given: Partial<FeedSettings> = {}) => {
    const pixels = new Uint8Array(16 * length);
    const targets = new Float32Array(16 * 5);
    new BatchMaker({ ...settings, ...given }).make(number, pixels, targets);
    return { pixels, targets };
  };

  test('hold each picture as the pipeline makes it for seed, epoch and place in the data', () => {
    const kind = { channels, type: 'u8' } as const;
    const compiled = compilePipeline(pipeline, { ...kind, training: true });
    const augmenter = new Augmenter(loadImageKernels());
    const { pixels, targets } = make(4); // the second batch of epoch 2
    const indices = [...epochBatches(settings.training, 4, 2, 16)][1] as Uint32Array;
    indices.forEach((index, i) => {
      const data = settings.pixels.subarray(index * length, (index + 1) * length);
      const { image } = augmenter.run(
        compiled,
        { width, height, channels, data },
        { seed: 4, epoch: 2, sample: index },
      );
      expect(pixels.subarray(i * length, (i + 1) * length)).toEqual(image.data);
      expect(targets[i * 5 + (index % 5)]).toBeCloseTo(0.92, 6);
    });
  });

  test('in any order, from any first epoch', () => {
    const maker = new BatchMaker({ ...settings, firstEpoch: 2 });
    expect(maker.count).toBe(3);
    const pixels = new Uint8Array(16 * length);
    maker.make(2, pixels, new Float32Array(80));
    maker.make(1, pixels, new Float32Array(80));
    expect(pixels).toEqual(make(4).pixels);
  });

  test('a picture of another size is brought back to that of the network', () => {
    const document = { format: 'aug/1', pipeline: { type: 'rotate90', times: 1 } };
    const { pixels } = make(0, { document });
    expect(new Set(pixels.subarray(0, length)).size).toBeGreaterThan(50);
  });
});
