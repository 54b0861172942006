/** The optimisers' arithmetic against PyTorch's, and the sums that training makes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KernelName } from '../../engine/kernels.ts';
import { trainingBuilds } from '../suites/node-kernels.ts';
import { U } from '../suites/rounding.ts';
import { LayerRunner } from '../suites/run-layer.ts';
import { seededData } from '../suites/seeded.ts';

interface Options {
  readonly lr: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weight_decay?: number;
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/optimizers.json', import.meta.url), 'utf8')) as {
  readonly weights: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly options: Options;
    readonly after: readonly (readonly number[])[];
  }[];
};

/** Weights and state of one optimiser, stepped by the kernel. */
class Stepper {
  readonly w: Float32Array;
  private readonly m: Float32Array;
  private readonly v: Float32Array;
  private readonly runner: LayerRunner;
  private steps = 0;

  constructor(weights: ArrayLike<number>, runner: LayerRunner) {
    this.runner = runner;
    this.w = Float32Array.from(weights);
    this.m = new Float32Array(weights.length);
    this.v = new Float32Array(weights.length);
  }

  step(name: string, gradient: ArrayLike<number>, options: Options): void {
    const g = Float32Array.from(gradient);
    const decay = options.weight_decay ?? 0;
    this.steps++;
    if (name.startsWith('sgd')) {
      const { lr, momentum = 0, nesterov } = options;
      this.runner.call('sgdUpdate', this.w, g, this.m, g.length, lr, momentum, decay, Number(nesterov ?? false));
      return;
    }
    const { lr, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8 } = options;
    const corrections = [1 - beta1 ** this.steps, 1 - beta2 ** this.steps];
    const isDecoupled = Number(name === 'adamw');
    const settings = [lr, beta1, beta2, eps, ...corrections, decay, isDecoupled];
    this.runner.call('adamUpdate', this.w, g, this.m, this.v, g.length, ...settings);
  }
}

describe.each(trainingBuilds)('optimizers, $label', ({ source }) => {
  const runner = new LayerRunner(source);

  test.each(fixture.cases)('$name steps as PyTorch does', ({ name, options, after }) => {
    const stepper = new Stepper(fixture.weights, runner);
    let before = fixture.weights;
    let travelled = before.map(() => 0);
    after.forEach((expected, step) => {
      stepper.step(name, fixture.gradients[step] as readonly number[], options);
      travelled = travelled.map((way, i) => way + Math.abs((expected[i] as number) - (before[i] as number)));
      before = expected;
      expected.forEach((wanted, i) => {
        // Each step rounds the weight once or twice; the step itself goes through some ten roundings, and moments add
        // three more a step. Steps of opposite sign hide how far a momentum reached: hence the learning rate.
        const roundings = 10 + 3 * (step + 1);
        const largest = Math.max(
          ...after.map((weights) => Math.abs(weights[i] as number)),
          Math.abs(fixture.weights[i]!),
        );
        const bound = U * (2 * (step + 1) * largest + roundings * ((travelled[i] as number) + (step + 1) * options.lr));
        expect(Math.abs((stepper.w[i] as number) - wanted)).toBeLessThanOrEqual(bound);
      });
    });
  });

  test.each(fixture.cases)('$name: an element has the same bits wherever it lies', ({ name, options }) => {
    const { weights, gradients } = fixture;
    const whole = new Stepper(weights, runner);
    for (const gradient of gradients) whole.step(name, gradient, options);
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [3, 9],
      [4, 11],
    ] as const) {
      const part = new Stepper(weights.slice(from, to), runner);
      for (const gradient of gradients) part.step(name, gradient.slice(from, to), options);
      expect([...part.w]).toEqual([...whole.w.subarray(from, to)]);
    }
  });
});

describe.each(trainingBuilds)('moments, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const smallest = 2 ** -126;
  const step = (name: string, moment: number, gradient: number) => {
    const [w, g, m, v] = [1, gradient, moment, moment].map((value) => Float32Array.of(value)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    if (name === 'sgd') runner.call('sgdUpdate', w, g, m, 1, 0.1, 0.9, 0, 0);
    else runner.call('adamUpdate', w, g, m, v, 1, 0.1, 0.9, 0.999, 1e-8, 0.1, 0.001, 0, 0);
    return name === 'sgd' ? [...m] : [...m, ...v];
  };

  test.each(['sgd', 'adam'])('of %s below the smallest normal number are zero', (name) => {
    expect(step(name, smallest, 0)).toEqual(name === 'sgd' ? [0] : [0, 0]);
    expect(step(name, 4 * 2 ** -149, 0)).toEqual(name === 'sgd' ? [0] : [0, 0]);
    for (const moment of step(name, 2 * smallest, 0)) expect(moment).toBeGreaterThan(smallest);
  });

  test.each(['sgd', 'adam'])('of %s keep a NaN', (name) => {
    for (const moment of step(name, 1, Number.NaN)) expect(moment).toBeNaN();
  });
});

describe.each(trainingBuilds)('sums, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const f = Math.fround;
  const rate = f(0.1);
  const laws: [KernelName, number[], (a: number, b: number) => number][] = [
    ['accumulate', [], (a, b) => f(a + b)],
    ['moveTowards', [rate], (a, b) => f(a + f(rate * f(b - a)))],
  ];

  test.each(laws)('%s, rounded as written, at every length', (name, settings, law) => {
    for (let n = 1; n <= 13; n++) {
      const target = seededData(n, 1);
      const source = seededData(n, 2);
      const expected = target.map((value, i) => law(value, source[i] as number));
      runner.call(name, target, source, n, ...settings);
      expect(target).toEqual(expected);
    }
  });
});
