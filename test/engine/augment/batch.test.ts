/** Mixtures of a batch: pixels and labels in the same shares. */
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../engine/augment/batch.ts';
import { beta } from '../../../engine/augment/beta.ts';
import { mixBatch } from '../../../engine/augment/mix-batch.ts';
import { compilePipeline } from '../../../engine/augment/pipeline.ts';
import { Random } from '../../../engine/random.ts';
import { engineError } from '../image/load.ts';

const count = 16;
const width = 8;
const height = 6;

/** Picture i is 10·i everywhere and of class i, so shares can be read off both. */
function batch(): Batch {
  const targets = new Float32Array(count * count);
  for (let i = 0; i < count; i++) targets[i * count + i] = 1;
  const pixels = Uint8Array.from({ length: count * width * height }, (_, i) => 10 * Math.floor(i / (width * height)));
  return { count, width, height, channels: 1, pixels, classes: count, targets };
}

function mixed(node: unknown, seed = 1, epoch = 0, index = 0): Batch {
  const pipeline = compilePipeline({ format: 'aug/1', pipeline: node }, { channels: 1, type: 'u8', training: true });
  const result = batch();
  mixBatch(pipeline, result, seed, epoch, index, batch());
  return result;
}

/** What the labels say that the mean level is. */
function levels({ targets }: Batch): number[] {
  return Array.from({ length: count }, (_, i) =>
    targets.subarray(i * count, (i + 1) * count).reduce((sum, share, c) => sum + share * 10 * c, 0),
  );
}

function means({ pixels }: Batch): number[] {
  const size = width * height;
  return Array.from(
    { length: count },
    (_, i) => pixels.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0) / size,
  );
}

test.each(['mixup', 'cutmix'])('%s: labels have the shares of the pixels, and sum to one', (type) => {
  const result = mixed({ type, alpha: 1 });
  // A level is rounded once; targets are f32.
  const off = means(result).map((mean, i) => Math.abs(mean - (levels(result)[i] as number)));
  expect(Math.max(...off)).toBeLessThanOrEqual(0.5 + 1e-4);
  const moved = means(result).filter((mean, i) => Math.abs(mean - 10 * i) > 1).length;
  expect(moved).toBeGreaterThan(count / 2);
  for (let i = 0; i < count; i++) {
    const sum = result.targets.subarray(i * count, (i + 1) * count).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
  }
});

test('cutmix pastes whole pixels of one other picture', () => {
  const { pixels } = mixed({ type: 'cutmix' });
  for (let i = 0; i < count; i++) {
    const values = new Set(pixels.subarray(i * width * height, (i + 1) * width * height));
    expect(values.size).toBeLessThanOrEqual(2);
  }
});

test('depends on seed, epoch and batch, and on nothing else', () => {
  const node = { type: 'mixup' };
  expect(mixed(node, 1, 2, 3)).toEqual(mixed(node, 1, 2, 3));
  for (const other of [mixed(node, 2, 2, 3), mixed(node, 1, 3, 3), mixed(node, 1, 2, 4)]) {
    expect(other.pixels).not.toEqual(mixed(node, 1, 2, 3).pixels);
  }
});

test('a node with p 0 leaves the batch alone', () => {
  expect(mixed({ type: 'compose', children: [{ type: 'mixup', p: 0 }] })).toEqual(batch());
});

describe('places in a pipeline', () => {
  const compile = (node: unknown, training = true) =>
    compilePipeline({ format: 'aug/1', pipeline: node }, { channels: 3, type: 'u8', training });
  const compose = (...children: unknown[]) => ({ type: 'compose', children });

  test('at the end of the outermost compose', () => {
    const {
      root,
      batch: mixers,
      normalize,
    } = compile(compose({ type: 'hflip' }, { type: 'normalize' }, { type: 'cutmix' }));
    expect(root).toMatchObject({ type: 'compose', children: [{ type: 'hflip' }] });
    expect(mixers).toMatchObject([{ type: 'cutmix' }]);
    expect(normalize).toMatchObject({ type: 'normalize' });
    expect(compile({ type: 'mixup' })).toMatchObject({ root: { children: [] }, batch: [{ type: 'mixup' }] });
  });

  test.each([
    [compose({ type: 'mixup' }, { type: 'hflip' }), '$.pipeline.children[0].type'],
    [compose(compose({ type: 'mixup' })), '$.pipeline.children[0].children[0].type'],
    [
      compose({ type: 'oneOf', children: [{ type: 'hflip' }, { type: 'normalize' }] }),
      '$.pipeline.children[0].children[1].type',
    ],
    [compose({ type: 'normalize' }, { type: 'normalize' }), '$.pipeline.children[0].type'],
    [compose({ type: 'normalize', p: 0.5 }), '$.pipeline.children[0].type'],
    [{ ...compose({ type: 'mixup' }), p: 0.5 }, '$.pipeline.children[0].type'],
  ])('refused elsewhere: %j', (node, path) => {
    expect(engineError(() => compile(node))).toMatchObject({ code: 'invalid-pipeline', path });
  });

  test.each(['mixup', 'cutmix', 'normalize'])('%s outside of training is refused', (type) => {
    expect(engineError(() => compile({ type }, false)).message).toMatch(/in training only$/);
  });
});

test('beta has the mean and variance of its distribution', () => {
  const draws = 20_000;
  for (const [a, b] of [
    [0.2, 0.2],
    [1, 1],
    [2, 5],
  ] as const) {
    const random = new Random(3, Math.round(a * 10));
    const values = Array.from({ length: draws }, () => beta(a, b, random));
    const mean = values.reduce((sum, x) => sum + x, 0) / draws;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws;
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    // Five standard errors of a mean, and of a variance whose kurtosis is at most that of two points (−2 … 3).
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(5 * Math.sqrt(expected / draws));
    expect(Math.abs(variance - expected)).toBeLessThan(5 * expected * Math.sqrt(2 / draws));
  }
});
