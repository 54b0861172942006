/** Arithmetic by hand (signs, zeros, ties, powers), and at shapes that nobody chose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { commonShape } from '../../reference/broadcast.ts';
import { checkForward, checkGradients, expectWithin, referenceOf, toCase64 } from '../../suites/check-layer.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { roundings } from '../../suites/rounding.ts';
import { type LayerCase, LayerRunner, layerOfKind } from '../../suites/run-layer.ts';

const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

const shape = (kind: LayerKind, raw: object, ...x: readonly Shape[]) =>
  layerOfKind(kind).inferShape(x, parseAttributes(layerOfKind(kind), raw));

/** A row of pairs. */
const pairs = (kind: LayerKind, a: readonly number[], b: readonly number[]): LayerCase => ({
  kind,
  attributes: {},
  x: [a, b].map((data) => ({ shape: [1, data.length], data: Float32Array.from(data) })),
  w: {},
});

const reduction = (kind: LayerKind, data: readonly number[], axes: readonly number[], of: Shape): LayerCase => ({
  kind,
  attributes: { axes, keepDimensions: false },
  x: [{ shape: of, data: Float32Array.from(data) }],
  w: {},
});

describe('shapes', () => {
  test('are aligned at the last axis, and stretched where they are 1', () => {
    expect(shape('add', {}, [2, 4, 4, 3], [3])).toEqual([2, 4, 4, 3]);
    expect(shape('mul', {}, [2, 4, 4, 3], [2, 1, 1, 3])).toEqual([2, 4, 4, 3]);
    expect(shape('sub', {}, [4, 1], [3, 1, 5])).toEqual([3, 4, 5]);
    expect(shape('pow', {}, [], [])).toEqual([]);
  });

  test('that do not fit are told', () => {
    expect(() => shape('add', {}, [1, 4, 4, 3], [1, 4, 4, 2])).toThrow(
      'the shapes [1,4,4,3] and [1,4,4,2] do not fit each other: expected equal lengths or 1, got 3 and 2',
    );
    expect(() => shape('add', {}, [1, 1, 1, 1, 1, 1, 1], [])).toThrow('at most 6 axes');
  });

  test('lose reduced axes, or keep them as 1', () => {
    expect(shape('reduceMean', { axes: [1, 2] }, [2, 5, 7, 3])).toEqual([2, 3]);
    expect(shape('reduceMean', { axes: [1, 2], keepDimensions: true }, [2, 5, 7, 3])).toEqual([2, 1, 1, 3]);
    expect(shape('reduceSum', { axes: [0] }, [7])).toEqual([]);
    expect(() => shape('reduceSum', { axes: [2] }, [7, 1])).toThrow(
      'axis 2 is to be reduced, the input [7,1] has 2 axes',
    );
  });

  test.each([[[1, 1]], [[2, 1]], [[-1]], [[6]], [[0.5]]])('axes %j are refused', (axes) => {
    expect(() => parseAttributes(layerOfKind('reduceSum'), { axes })).toThrow();
  });
});

describe.each(trainingBuilds)('arithmetic, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const forward = (kind: LayerKind, a: readonly number[], b: readonly number[]) => [
    ...runner.forward(pairs(kind, a, b)).data,
  ];
  test.each<[Shape, Shape]>([
    [
      [2, 0, 3, 5],
      [2, 1, 3, 1],
    ],
    [
      [0, 3, 5],
      [1, 3, 1],
    ],
    [
      [3, 5, 0],
      [1, 5, 1],
    ],
  ])('nothing is written where there is nothing: %j and %j', (a, b) => {
    const x = [a, b].map((each) => ({ shape: each, data: new Float32Array(elementCount(each)) }));
    // What lies around is NaN, and would stay so in a sum; to the power of 0 it is 1, which the guards see.
    expect(runner.forward({ kind: 'pow', attributes: {}, x, w: {} }).data.length).toBe(0);
  });

  const gradients = (c: LayerCase) => {
    const dy = Float32Array.from(referenceOf(toCase64(c)).data, (_, i) => i + 1);
    return runner.backward(c, dy).dx.map((dx) => [...dx!.data]);
  };

  test('division by zero', () => {
    expect(forward('div', [1, -1, 0, 6, 1], [0, 0, 0, -3, -0])).toEqual([inf, -inf, nan, -2, -inf]);
  });

  test('a NaN is neither larger nor smaller, and stays', () => {
    expect(forward('max', [1, nan, 3, -inf, nan], [2, 1, nan, inf, nan])).toEqual([2, nan, nan, inf, nan]);
    expect(forward('min', [1, nan, 3, -inf, nan], [2, 1, nan, inf, nan])).toEqual([1, nan, nan, -inf, nan]);
  });

  test.each<LayerKind>(['max', 'min'])('of two equal values, %s gives its gradient to the first', (kind) => {
    expect(gradients(pairs(kind, [5, 0, -2], [5, 0, -2]))).toEqual([
      [1, 2, 3],
      [0, 0, 0],
    ]);
  });

  test('powers of negative numbers, of zero and of one', () => {
    expect(forward('pow', [-2, -2, -2, -2, -8], [3, 2, -1, 0.5, 1 / 3])).toEqual([-8, 4, -0.5, nan, nan]);
    expect(forward('pow', [0, 0, 0, -0, -0], [0, 2, -1, -1, 3])).toEqual([1, 0, inf, -inf, -0]);
    expect(forward('pow', [1, 1, -1, 5, nan, nan], [nan, inf, inf, 0, 0, 1])).toEqual([1, 1, 1, 1, 1, nan]);
    expect(forward('pow', [inf, inf, 0.5, 2, 2], [2, -2, inf, 128, -150])).toEqual([inf, 0, 0, inf, 0]);
    expect(forward('pow', [3, 9, 2, 10, 7], [2, 0.5, 10, 3, 1])).toEqual([9, 3, 1024, 1000, 7]);
  });

  test('powers keep their bound over all magnitudes', () => {
    const steps = Array.from({ length: 61 }, (_, i) => i - 30);
    const bases = steps.map((i) => 2 ** (i * 1.3));
    const a = bases.flatMap((base) => [base, -base].flatMap((value) => steps.map(() => value)));
    const b = bases.flatMap(() => [0, 1].flatMap((sign) => steps.map((i) => (sign ? i : i / 7))));
    const c = pairs('pow', a, b);
    const exact = referenceOf(toCase64(c));
    // Beyond f32 a power is infinite, below its normal numbers it has fewer digits.
    const expected = {
      shape: exact.shape,
      data: exact.data.map((y) => (Number.isFinite(Math.fround(y)) ? y : Math.fround(y))),
    };
    const bounds = Array.from(roundings.pow.forward(toCase64(c), exact), (bound) => Math.max(bound, 2 ** -149));
    expectWithin(runner.forward(c), expected, bounds);
  });

  test('the slope of a power at zero', () => {
    expect(gradients(pairs('pow', [0, 0, 0, -3], [2, 1, 0, 2]))[0]).toEqual([0, 2, 0, -24]);
    expect(gradients(pairs('pow', [0, 0, 2], [2, 0, 0]))[1]).toEqual([0, 0, Math.fround(3 * Math.fround(Math.LN2))]);
  });

  test('of several largest values, the first gets the gradient', () => {
    const c = reduction('reduceMax', [1, 7, 7, 2, 7, 0, 3, 3, 9, 9], [1], [2, 5]);
    expect([...runner.forward(c).data]).toEqual([7, 9]);
    expect(gradients(c)).toEqual([[0, 1, 0, 0, 0, 0, 0, 0, 2, 0]]);
    const columns = reduction('reduceMin', [1, 2, 5, 1, 2, 4, 0, 2, 4], [0], [3, 3]);
    expect([...runner.forward(columns).data]).toEqual([0, 2, 4]);
    expect(gradients(columns)).toEqual([[0, 2, 0, 0, 0, 3, 1, 0, 0]]);
  });

  test('infinities are summed and compared as they are', () => {
    const row = [-inf, -inf, -inf, -inf, -inf];
    expect([...runner.forward(reduction('reduceMax', row, [1], [1, 5])).data]).toEqual([-inf]);
    expect([...runner.forward(reduction('reduceSum', row, [1], [1, 5])).data]).toEqual([-inf]);
  });

  /** A shape of up to six axes and two that stretch to it. */
  const stretched = fc
    .array(fc.record({ length: fc.integer({ min: 1, max: 4 }), operands: fc.constantFrom('both', 'both', 'a', 'b') }), {
      maxLength: 6,
    })
    .chain((axes) => {
      const lengths = (other: string) => axes.map(({ length, operands }) => (operands === other ? 1 : length));
      const dropOnes = (of: Shape) => {
        const kept = of.findIndex((length) => length > 1);
        return fc.nat(kept < 0 ? of.length : kept).map((count) => of.slice(count));
      };
      return fc.tuple(dropOnes(lengths('b')), dropOnes(lengths('a')));
    })
    .filter(([a, b]) => elementCount(commonShape(a, b)) <= 400);

  const reducible = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { maxLength: 6 })
    .filter((axes) => axes.reduce((product, [length]) => product * length, 1) <= 800);

  test.each<LayerKind>(['add', 'sub', 'mul', 'div', 'pow', 'max', 'min'])('%s at any shapes', (kind) => {
    const law = fc.property(stretched, fc.nat(1000), (shapes, seed) => {
      const c = layerCase(kind, shapes, {}, seed);
      checkForward(runner, c);
      checkGradients(runner, c, 4);
    });
    fc.assert(law, { numRuns: 60 });
  });

  test.each<LayerKind>(['reduceSum', 'reduceMean', 'reduceMax', 'reduceMin'])('%s at any shape', (kind) => {
    const law = fc.property(reducible, fc.boolean(), fc.nat(1000), (sides, keepDimensions, seed) => {
      const axes = sides.flatMap(([, isReduced], axis) => (isReduced ? [axis] : []));
      const c = layerCase(kind, [sides.map(([length]) => length)], { axes, keepDimensions }, seed);
      checkForward(runner, c);
      checkGradients(runner, c, 4);
    });
    fc.assert(law, { numRuns: 60 });
  });
});
