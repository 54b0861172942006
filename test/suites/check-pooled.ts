/**
 * The laws of a layer that takes a maximum of 2×2 windows behind its clamp, in training: the same as of the three layers one
 * after the other. Which of four nearly equal values wins is the kernel's to say, within its error; then the gradient has to
 * go that way.
 */
import { expect } from 'vitest';
import { Random } from '../../engine/random.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { references } from '../reference/index.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import { expectWithin, forwardBounds, gradientErrors, gradientVariants, referenceOf, toCase64 } from './check-layer.ts';
import { uniformTensor } from './layer-cases.ts';
import { roundings, type Target, tensorOf } from './rounding.ts';
import type { LayerCase, LayerRunner, RunOptions } from './run-layer.ts';
import { slopeOfLine } from './slope.ts';

const window = { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceilMode: false };
const maximum = (x: Tensor64): Tensor64 => references.maxPool2d([x], {}, window as never);

/** Places of the four values of pooled element i in what is pooled, in reading order. */
function placesOf(i: number, [, h, w, c]: readonly number[]): readonly number[] {
  const [across, down] = [(w as number) >> 1, (h as number) >> 1];
  const channel = i % (c as number);
  const pixel = Math.floor(i / (c as number));
  const [image, row, column] = [Math.floor(pixel / (across * down)), Math.floor(pixel / across) % down, pixel % across];
  const place = (dy: number, dx: number) =>
    ((image * (h as number) + 2 * row + dy) * (w as number) + 2 * column + dx) * (c as number) + channel;
  return [place(0, 0), place(0, 1), place(1, 0), place(1, 1)];
}

/** By every algorithm forward, and every one of each gradient. `limit`: coordinates a tensor. */
export function checkPooled(
  runner: LayerRunner,
  c: LayerCase,
  [lo, hi]: readonly [number, number],
  limit: number,
  options: RunOptions = {},
): void {
  const exact = toCase64(c);
  const whole = referenceOf(exact);
  const clamped = { shape: whole.shape, data: whole.data.map((value) => Math.min(Math.max(value, lo), hi)) };
  const y = maximum(clamped);
  const random = new Random(78);
  const dy = uniformTensor(y.shape, random, -1, 1).data;
  const epilogue = { lo, hi, maxPool: true };

  const errors = forwardBounds(exact, whole);
  const { forward } = runner.trainingAlgorithms(c, { ...options, epilogue });
  const variants = gradientVariants(runner, c, { ...options, epilogue });
  for (const algorithm of forward) {
    const bounds = y.data.map((_, i) => Math.max(...placesOf(i, whole.shape).map((place) => errors[place] as number)));
    for (const names of variants) {
      const computed = runner.backward(c, dy, { ...options, epilogue, algorithm, gradients: names });
      expectWithin(computed.y, y, bounds, algorithm);
      const routed = new Float64Array(whole.data.length);
      computed.y.data.forEach((value, i) => {
        if (!(value > lo && value < hi)) return;
        const places = placesOf(i, whole.shape);
        const winner = places[computed.saved.routes![i] as number] as number;
        const largest = Math.max(...places.map((place) => whole.data[place] as number));
        expect(whole.data[winner], `route ${i} by ${algorithm}`).toBeGreaterThanOrEqual(largest - 2 * bounds[i]!);
        routed[winner] = dy[i] as number;
      });
      const compare = (target: Target, actual: Tensor) => {
        const { data, shape } = tensorOf(exact, target);
        expect(actual.shape, `gradient of ${target}`).toEqual(shape);
        const error = gradientErrors(roundings[c.kind], target, names)(exact, routed);
        const step = Math.max(1, Math.floor(data.length / limit));
        for (let i = random.below(step); i < data.length; i += step) {
          const wanted = slopeOfLine(() => referenceOf(exact), data, i, routed);
          // The slope itself is a difference of two sums in f64.
          const allowed = error(target, i, wanted) + 2 ** -40;
          if (!(Math.abs((actual.data[i] as number) - wanted) <= allowed)) {
            const by = `${algorithm}, ${JSON.stringify(names)}`;
            expect.fail(`gradient of ${target} at ${i} by ${by}: ${actual.data[i]}, should be ${wanted} ± ${allowed}`);
          }
        }
        expect(actual.data.every(Number.isFinite), `gradient of ${target} is finite`).toBe(true);
      };
      computed.dx.forEach((dx, input) => {
        compare(input, dx as Tensor);
      });
      for (const [role, dw] of Object.entries(computed.dw)) compare(role, dw);
    }
  }
}
