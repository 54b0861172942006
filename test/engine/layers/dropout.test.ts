/** Dropout by its law: who is dropped is chance, how many is not. */
import { describe, expect, test } from 'vitest';
import { dropout } from '../../../engine/layers/dropout.ts';
import type { TrainingDraw } from '../../reference/reference.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { LayerRunner } from '../../suites/run-layer.ts';

const COUNT = 10_003;
const ones = new Float32Array(COUNT).fill(1);

describe.each(trainingBuilds)('dropout, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const run = (rate: number, draw: TrainingDraw) => {
    const c = { kind: 'dropout', attributes: { rate }, x: [{ shape: [1, COUNT], data: ones }], w: {} } as const;
    const { y, dx } = runner.backward(c, ones, { draw });
    return { y: y.data, dx: dx[0]!.data };
  };
  const draw: TrainingDraw = { key: [1, 0, 2, 3], nodeIndex: 4 };

  test.each([0.1, 0.5, 0.9])('drops %d of all, and scales up the rest', (rate) => {
    const { y } = run(rate, draw);
    const kept = y.filter((value) => value !== 0);
    expect(kept.every((value) => value === Math.fround(1 / (1 - rate)))).toBe(true);
    const deviation = Math.sqrt(COUNT * rate * (1 - rate)); // of a binomial count
    expect(Math.abs(COUNT - kept.length - COUNT * rate)).toBeLessThan(5 * deviation);
  });

  test('the gradient passes where the value passed', () => {
    const { y, dx } = run(0.3, draw);
    expect(dx).toEqual(y);
  });

  test('the same key draws the same mask, any other key or node another', () => {
    const mask = (other: Partial<TrainingDraw>) => run(0.5, { ...draw, ...other }).y.join();
    const masks = [
      mask({}),
      mask({ key: [2, 0, 2, 3] }), // seed
      mask({ key: [1, 1, 2, 3] }), // seed's upper word
      mask({ key: [1, 0, 3, 3] }), // step
      mask({ key: [1, 0, 2, 4] }), // shard
      mask({ nodeIndex: 5 }),
    ];
    expect(mask({})).toBe(masks[0]);
    expect(new Set(masks).size).toBe(masks.length);
  });

  test('neighbours are dropped independently', () => {
    const { y } = run(0.5, draw);
    let agreements = 0;
    for (let i = 1; i < COUNT; i++) if ((y[i] === 0) === (y[i - 1] === 0)) agreements++;
    const deviation = Math.sqrt((COUNT - 1) / 4);
    expect(Math.abs(agreements - (COUNT - 1) / 2)).toBeLessThan(5 * deviation);
  });

  test('a NaN is not dropped', () => {
    const x = [{ shape: [1, 64], data: new Float32Array(64).fill(Number.NaN) }];
    const { y } = runner.backward({ kind: 'dropout', attributes: { rate: 0.5 }, x, w: {} }, new Float32Array(64), {
      draw,
    });
    expect(y.data.every(Number.isNaN)).toBe(true);
  });
});

test.each([-0.1, 1, 1.5, '0.5', undefined])('a rate of %s is refused', (rate) => {
  expect(() => parseAttributes(dropout, { rate })).toThrow('attributes.rate');
});
