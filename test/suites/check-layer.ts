/** The laws that a layer's kernels keep, as functions: the suite tries them on samples, property tests on any shape. */
import { expect } from 'vitest';
import { Random } from '../../engine/random.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { references, trainingReferences } from '../reference/index.ts';
import type { TrainingDraw } from '../reference/reference.ts';
import { type Tensor64, toTensor64 } from '../reference/tensor64.ts';
import { oneOfBatch, uniformTensor } from './layer-cases.ts';
import { type Case64, type GradientError, type Rounding, roundings, type Target, tensorOf, U } from './rounding.ts';
import {
  type ForwardOptions,
  type Gradients,
  type LayerCase,
  type LayerRunner,
  layerOfKind,
  type RunOptions,
} from './run-layer.ts';
import { slope, slopeError } from './slope.ts';

export const draw: TrainingDraw = { key: [12_345, 1, 17, 3], nodeIndex: 9 };

export const toCase64 = (c: LayerCase): Case64 => ({
  ...c,
  x: c.x.map(toTensor64),
  w: Object.fromEntries(Object.entries(c.w).map(([role, tensor]) => [role, toTensor64(tensor)])),
});

const roundingOf = (c: LayerCase): Rounding => roundings[c.kind];

export const referenceOf = (c: Case64): Tensor64 => references[c.kind](c.x, c.w, c.attributes);

/** What the layer computes in training. */
export const trainingReferenceOf = (c: Case64): Tensor64 =>
  trainingReferences[c.kind]?.(c.x, c.w, c.attributes, draw) ?? referenceOf(c);

/** Fails at the first element that is further from what it should be than it may be. */
export function expectWithin(actual: Tensor, expected: Tensor64, bounds: ArrayLike<number>, what = 'y'): void {
  expect(actual.shape, `shape of ${what}`).toEqual(expected.shape);
  expect(actual.data.length, `elements of ${what}`).toBe(expected.data.length);
  actual.data.forEach((value, i) => {
    const wanted = expected.data[i] as number;
    const bound = bounds[i] as number;
    if (Math.abs(value - wanted) <= bound || Object.is(value, wanted)) return; // NaN for NaN
    const digits = `${value} is ${Math.abs(value - wanted)} from ${wanted}, allowed ${bound}`;
    expect.fail(`${what}[${i}] of ${actual.shape.join('×')}: ${digits}`);
  });
}

/** How far an algorithm may be from exact arithmetic; without a name, any of the layer's. */
export function forwardBounds(exact: Case64, y: Tensor64, algorithm?: string): ArrayLike<number> {
  const { forward, algorithms = {} } = roundings[exact.kind] as Rounding;
  if (algorithm !== undefined) return (algorithms[algorithm]?.forward ?? forward)(exact, y);
  const all = [forward(exact, y), ...Object.values(algorithms).map((own) => own.forward(exact, y))];
  return y.data.map((_, i) => Math.max(...all.map((bounds) => bounds[i] as number)));
}

/** Forward against the naive loop, by every algorithm. */
export function checkForward(
  runner: LayerRunner,
  c: LayerCase,
  options: ForwardOptions = {},
  isWanted: (algorithm: string) => boolean = () => true,
): void {
  const exact = toCase64(c);
  const expected = referenceOf(exact);
  for (const algorithm of runner.algorithms(c, options).filter(isWanted)) {
    const bounds = forwardBounds(exact, expected, algorithm);
    expectWithin(runner.forward(c, { ...options, algorithm }), expected, bounds, algorithm);
  }
}

/** What is fused behind the layer: y = clamp(y + residual, lo, hi), by every algorithm. */
export function checkEpilogue(runner: LayerRunner, c: LayerCase, withResidual: boolean): void {
  const exact = toCase64(c);
  const y = referenceOf(exact);
  const random = new Random(31);
  const residual = withResidual ? uniformTensor(y.shape, random, -1, 1) : undefined;
  const sums = y.data.map((value, i) => value + (residual?.data[i] ?? 0));
  // Limits in the middle of what there is, so that about half of all values meet one.
  const sorted = [...sums].sort((a, b) => a - b);
  const quartile = (share: number) => Math.fround(sorted[Math.floor(share * (sorted.length - 1))] as number);
  const [lo, hi] = [quartile(0.25), quartile(0.75)];
  const expected = { shape: y.shape, data: sums.map((value) => Math.min(Math.max(value, lo), hi)) };
  for (const algorithm of runner.algorithms(c)) {
    const error = forwardBounds(exact, y, algorithm);
    const bounds = sums.map((sum, i) => (error[i] as number) + (withResidual ? U * Math.abs(sum) : 0));
    const epilogue = { lo, hi, ...(residual && { residual }) };
    expectWithin(runner.forward(c, { algorithm, epilogue }), expected, bounds, `${algorithm} with epilogue`);
  }
}

/** A sample's result does not depend on its batch: bit for bit, by every algorithm. */
export function checkBatch(runner: LayerRunner, c: LayerCase): void {
  for (const algorithm of runner.algorithms(c)) {
    const together = runner.forward(c, { algorithm }).data;
    const alone = Array.from({ length: c.x[0]?.shape[0] as number }, (_, n) => [
      ...runner.forward(oneOfBatch(c, n), { algorithm }).data,
    ]);
    expect([...together], algorithm).toEqual(alone.flat());
  }
}

/** One NaN among the inputs reaches just those outputs that depend on it. */
export function checkNaN(runner: LayerRunner, c: LayerCase, input: number, i: number): void {
  const x = c.x.map(({ shape, data }) => ({ shape, data: data.slice() }));
  (x[input] as Tensor).data[i] = Number.NaN;
  const poisoned = { ...c, x };
  const spreading = Object.entries(roundingOf(c).algorithms ?? {}).flatMap(([name, own]) =>
    own.spreadsNaN ? name : [],
  );
  checkForward(runner, poisoned, {}, (algorithm) => !spreading.includes(algorithm));
  // Where it spreads, at least no NaN is lost.
  const expected = referenceOf(toCase64(poisoned));
  for (const algorithm of runner.algorithms(poisoned).filter((name) => spreading.includes(name))) {
    const { data } = runner.forward(poisoned, { algorithm });
    expected.data.forEach((value, at) => {
      if (Number.isNaN(value)) expect(data[at], `${algorithm} at ${at}`).toBeNaN();
    });
  }
}

/** Coordinates of a tensor to try: all of a small one, else one in each of `limit` equal parts. */
function coordinates(length: number, limit: number, random: Random): readonly number[] {
  if (length <= limit) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: limit }, (_, part) => {
    const from = Math.floor((part * length) / limit);
    return from + random.below(Math.floor(((part + 1) * length) / limit) - from);
  });
}

/** Names of algorithms by gradient, so that all together every algorithm has its turn. */
export function gradientVariants(
  runner: LayerRunner,
  c: LayerCase,
  options: RunOptions = {},
): readonly Readonly<Record<string, string>>[] {
  const { gradients } = runner.trainingAlgorithms(c, options);
  const most = Math.max(1, ...gradients.map(({ names }) => names.length));
  return Array.from({ length: most }, (_, i) =>
    Object.fromEntries(gradients.map(({ of, names }) => [of, names[i % names.length] as string])),
  );
}

/** How the algorithm rounds that computes a target's gradient. */
export function gradientErrors(rounding: Rounding, target: Target, names: Readonly<Record<string, string>>) {
  const of = typeof target === 'number' ? 'input' : target;
  return rounding.gradientAlgorithms?.[of]?.[names[of] ?? ''] ?? rounding.gradient;
}

/**
 * Training: forward against its reference, and the gradient of every input and learned weight against the slope of the
 * reference. `limit`: coordinates a tensor.
 */
export function checkGradients(runner: LayerRunner, c: LayerCase, limit: number, options: RunOptions = {}): void {
  const exact = toCase64(c);
  const y = trainingReferenceOf(exact);
  const random = new Random(77);
  const dy = uniformTensor(y.shape, random, -1, 1).data;
  const dy64 = Float64Array.from(dy);
  const variants = gradientVariants(runner, c, options);
  const { forward } = runner.trainingAlgorithms(c, options);
  const computed = variants.map((names) => runner.backward(c, dy, { draw, ...options, gradients: names }));
  const gradients = computed[0] as Gradients;
  const rounding = roundingOf(c);
  for (const algorithm of forward) {
    const bounds = rounding.training?.(exact, y) ?? forwardBounds(exact, y, algorithm);
    expectWithin(runner.backward(c, dy, { draw, ...options, algorithm }).y, y, bounds, `y in training by ${algorithm}`);
  }

  const measured = slopeError(y, dy64);
  const compare = (target: Target, name: string, of: (computed: Gradients) => Tensor) => {
    const { data, shape } = tensorOf(exact, target);
    const known = new Map<unknown, GradientError>();
    const bounds = variants.map((names) => {
      const errors = gradientErrors(rounding, target, names);
      const bound = known.get(errors) ?? errors(exact, dy64);
      known.set(errors, bound);
      return bound;
    });
    for (const i of coordinates(data.length, limit, random)) {
      const wanted = slope(() => trainingReferenceOf(exact), data, i, dy64);
      computed.forEach((each, variant) => {
        const allowed = (bounds[variant] as GradientError)(target, i, wanted) + measured;
        const value = of(each).data[i] as number;
        if (Math.abs(value - wanted) <= allowed) return;
        const by = JSON.stringify(variants[variant]);
        expect.fail(`${name}[${i}] of ${shape.join('×')} by ${by}: ${value}, the slope is ${wanted} ± ${allowed}`);
      });
    }
    for (const each of computed) {
      expect(of(each).shape, `shape of ${name}`).toEqual(shape);
      // Where no slope was measured, at least nothing is left unwritten.
      expect(of(each).data.every(Number.isFinite), `${name} is finite`).toBe(true);
    }
  };
  c.x.forEach((_, input) => {
    compare(input, `dx${input}`, ({ dx }) => dx[input] as Tensor);
  });
  const specs = layerOfKind(c.kind).weights?.(
    c.x.map(({ shape }) => shape),
    c.attributes,
  );
  for (const [role, spec] of Object.entries(specs ?? {})) {
    if (spec.update !== 'running') compare(role, `d${role}`, ({ dw }) => dw[role] as Tensor);
  }
  // Nobody needs dx of a first layer; the weights' gradients do not change by that.
  const withoutInputs = runner.backward(
    c,
    dy,
    { draw, ...options, gradients: variants[0] as Readonly<Record<string, string>> },
    c.x.map(() => false),
  );
  expect(withoutInputs.dw).toEqual(gradients.dw);
}
