/**
 * Model files that nobody's quantizer would write: scales and zero points at and beyond their limits, sums as large as
 * they get. Such a file is refused with a sentence, or its results have the same bits on every dot product and in every
 * build; nothing traps.
 */
import { describe, expect, test } from 'vitest';
import { buildGraph, type GraphDocument } from '../../../engine/graph.ts';
import { parseModel, serializeModel } from '../../../engine/model-file.ts';
import { biasLevels, multipliers, outputArguments, ratio } from '../../../engine/quantization/arithmetic.ts';
import {
  eightBitTensor,
  type Quantization,
  quantizeWeight,
  SCALES,
} from '../../../engine/quantization/quantization.ts';
import { Session } from '../../../engine/session.ts';
import { elementCount, type Shape, type Tensor } from '../../../engine/tensor.ts';
import { quantizedBuilds } from '../../assembly/quantized/builds.ts';
import type { Levels } from '../../reference/quantized/levels.ts';
import { expectedOf } from '../../suites/quantized-cases.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import { type QuantizedCase, QuantizedRunner } from '../../suites/run-quantized.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

const runners = quantizedBuilds.map((host) => new QuantizedRunner(host));
const plain = new LayerRunner(quantizedBuilds[0]!.source);

const every = (shape: Shape, level: (i: number) => number, quantization: Quantization): Levels => ({
  shape,
  data: Uint8Array.from({ length: elementCount(shape) }, (_, i) => level(i)),
  quantization,
});

const filterOf = (shape: Shape, level: (i: number) => number, scale: number): Tensor =>
  eightBitTensor(shape, {
    levels: Int8Array.from({ length: elementCount(shape) }, (_, i) => level(i)),
    scales: Float32Array.of(scale),
  });

const open = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };

/** Every host gives what the reference gives. */
function checkEverywhere(c: QuantizedCase): void {
  const expected = expectedOf(c, plain);
  expect(expected).toBeDefined();
  runners.forEach((runner, i) => {
    expect(runner.run(c), quantizedBuilds[i]!.label).toEqual(expected);
  });
}

const tiny = 2 ** -126;
const huge = 2 ** 119;
const extremes = [tiny, 1, huge];
const around = [
  [0, 0],
  [1, 2],
  [2, 0],
  [0, 1],
];
const resizing = {
  ...{ mode: 'linear', coordinates: 'half_pixel', nearest: 'floor', cubicA: -0.75 },
  ...{ excludeOutside: false, antialias: false, extrapolation: 0 },
};
const windowed = { size: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] };

describe('scales at the limits', () => {
  const combinations = extremes.flatMap((x) =>
    extremes.flatMap((w) => extremes.flatMap((y) => [0, 255].map((zeroPoint) => ({ x, w, y, zeroPoint })))),
  );

  test.each(combinations)('a convolution, with and without a residual: $x · $w → $y, zero point $zeroPoint', (s) => {
    const shape = [1, 5, 3, 9];
    const c: QuantizedCase = {
      kind: 'conv2d',
      a: { ...windowed, filters: 11, groups: 1, bias: true },
      x: [every(shape, (i) => [0, 255, 17][i % 3]!, { scale: s.x, zeroPoint: s.zeroPoint })],
      w: {
        filter: filterOf([1, 1, 9, 11], (i) => [127, -127, 0, 5][i % 4]!, s.w),
        bias: { shape: [11], data: Float32Array.from({ length: 11 }, (_, i) => [0, 3e38, -3e38, 1e-45][i % 4]!) },
      },
      y: { scale: s.y, zeroPoint: 255 - s.zeroPoint },
      ...open,
    };
    checkEverywhere(c);
    checkEverywhere({ ...c, y: undefined });
    const residual = every([1, 5, 3, 11], (i) => (i % 2) * 255, { scale: huge, zeroPoint: 128 });
    checkEverywhere({ ...c, residual });
    checkEverywhere({ ...c, lo: -1, hi: 3e38, residual: { ...residual, quantization: { scale: tiny, zeroPoint: 0 } } });
  });

  test.each(combinations)('depthwise, sums, means, casts: $x, $w → $y, zero point $zeroPoint', (s) => {
    const shape = [1, 3, 5, 6];
    const x = every(shape, (i) => [255, 0, 128, 1][i % 4]!, { scale: s.x, zeroPoint: s.zeroPoint });
    const other = every(shape, (i) => [0, 255, 1][i % 3]!, { scale: s.w, zeroPoint: 255 });
    const y = { scale: s.y, zeroPoint: 255 - s.zeroPoint };
    const window = { ...windowed, size: [3, 3], padding: [1, 1, 1, 1] };
    const filter = filterOf([3, 3, 6, 1], (i) => (i % 2 ? 127 : -127), s.w);
    const none = { w: {}, y, ...open };
    checkEverywhere({
      ...none,
      kind: 'depthwiseConv2d',
      a: { ...window, multiplier: 1, bias: false },
      x: [x],
      w: { filter },
    });
    checkEverywhere({ ...none, kind: 'add', a: {}, x: [x, other] });
    checkEverywhere({ ...none, kind: 'concat', a: { axis: 3 }, x: [x, other] });
    checkEverywhere({ ...none, kind: 'resize', a: { ...resizing, size: [5, 7] }, x: [x] });
    checkEverywhere({ ...none, kind: 'resize', a: { ...resizing, scales: [0.4, 2], antialias: true }, x: [x] });
    checkEverywhere({ ...none, kind: 'pad', a: { padding: around, mode: 'constant', value: -3e38 }, x: [x] });
    checkEverywhere({ ...none, kind: 'pad', a: { padding: around, mode: 'reflect', value: 0 }, x: [x] });
    checkEverywhere({ ...none, kind: 'transpose', a: { permutation: [0, 3, 1, 2] }, x: [x] });
    checkEverywhere({ ...none, kind: 'averagePool2d', a: { ...window, ceilMode: false, countPadding: true }, x: [x] });
    checkEverywhere({ ...none, kind: 'globalAveragePool2d', a: {}, x: [x] });
    for (const kind of ['relu', 'neg', 'reciprocal', 'sigmoid'] as const)
      checkEverywhere({ ...none, kind, a: {}, x: [x] });
  });
});

describe('products at the limits', () => {
  const scales = [tiny, 2 ** -60, 1, 2 ** 60, huge];
  const combinations = scales.flatMap((a) => scales.flatMap((b) => scales.map((y) => ({ a, b, y }))));

  test.each(combinations)('$a · $b → $y: the same bits everywhere, or f32', ({ a, b, y }) => {
    for (const zeroPoint of [0, 128, 255]) {
      const x = every([2, 3, 5, 9], (i) => [0, 255, zeroPoint, 17, 254][i % 5]!, { scale: a, zeroPoint });
      const gate = every([2, 1, 1, 9], (i) => [255, 0, 1][i % 3]!, { scale: b, zeroPoint: 255 - zeroPoint });
      const c: QuantizedCase = { kind: 'mul', a: {}, x: [x, gate], w: {}, y: { scale: y, zeroPoint: 77 }, ...open };
      const factor = Math.fround((a * b) / y);
      if (factor * 255 ** 2 <= 2 ** 22) checkEverywhere(c);
      else for (const runner of runners) expect(runner.run(c)).toBeUndefined();
    }
  });
});

test('a product of nothing', () => {
  const x = every([1, 0, 3, 5], () => 1, { scale: 1, zeroPoint: 0 });
  const gate = every([1, 1, 3, 1], () => 1, { scale: 1, zeroPoint: 0 });
  const c: QuantizedCase = { kind: 'mul', a: {}, x: [x, gate], w: {}, y: { scale: 1, zeroPoint: 0 }, ...open };
  for (const runner of runners) expect(runner.run(c)?.data).toEqual(new Uint8Array(0));
});

describe('what the rounding needs', () => {
  /** The largest magnitude that adding 1.5 · 2²³ may be given: below, a sum turns negative and its bits with it. */
  const edge = 1.5 * 2 ** 23;

  test.each([1, 9, 576, 4608, 32_768])('no sum of %i products leaves it, whatever scales and biases', (k) => {
    const levels = new Int8Array(k).fill(-127);
    for (const bias of [0, 1, 3e38, -3e38]) {
      const x = { scale: huge, zeroPoint: 0 };
      const scales = Float32Array.of(huge);
      const start = biasLevels(Float32Array.of(bias), x, scales);
      const [m] = multipliers(levels, start, x, scales, { scale: tiny, zeroPoint: 0 }) as unknown as [number];
      const largest = Math.abs(start[0] as number) + 255 * 127 * k;
      const product = Math.fround(Math.fround(largest) * m);
      expect(largest).toBeLessThan(2 ** 31);
      expect(m).toBeGreaterThan(0);
      // Beside it there is room for a residual.
      expect(product + 255 * ratio(x, { scale: tiny, zeroPoint: 0 })).toBeLessThan(edge);
    }
  });

  test('a sum of two stays within it', () => {
    expect(2 * 255 * ratio({ scale: huge, zeroPoint: 0 }, { scale: tiny, zeroPoint: 0 })).toBeLessThan(edge);
  });

  test('the longest sums, of one sign, with the largest bias', () => {
    const k = 32_768;
    for (const [sign, zeroPoint] of [
      [127, 0],
      [-127, 0],
      [127, 255],
      [-127, 255],
    ] as const) {
      checkEverywhere({
        kind: 'dense',
        a: { units: 3, bias: true },
        x: [every([7, k], (i) => (zeroPoint === 0 ? 255 : i % 5 === 0 ? 3 : 0), { scale: 1, zeroPoint })],
        w: {
          filter: filterOf([k, 3], () => sign, 1),
          bias: { shape: [3], data: Float32Array.of(0, Math.sign(sign) * 2 ** 30, -Math.sign(sign) * 2 ** 30) },
        },
        y: { scale: 2 ** 24, zeroPoint: 128 },
        ...open,
      });
    }
  });

  test('one product more is left to f32', () => {
    const c: QuantizedCase = {
      kind: 'dense',
      a: { units: 1, bias: false },
      x: [every([1, 32_769], () => 1, { scale: 1, zeroPoint: 0 })],
      w: { filter: filterOf([32_769, 1], () => 1, 1) },
      y: { scale: 1, zeroPoint: 0 },
      ...open,
    };
    expect(runners[0]!.run(c)).toBeUndefined();
  });

  test('means over as many pixels as i32 holds a sum of, and over no more', () => {
    const whole = (shape: Shape): QuantizedCase => ({
      kind: 'globalAveragePool2d',
      a: {},
      x: [every(shape, () => 255, { scale: 1, zeroPoint: 0 })],
      w: {},
      y: { scale: 1, zeroPoint: 0 },
      ...open,
    });
    for (const runner of runners.slice(0, 2)) {
      expect(runner.run(whole([1, 2048, 4096, 1]))?.data).toEqual(Uint8Array.of(255));
      expect(runner.run(whole([1, 2048, 4097, 1]))).toBeUndefined();
    }
  });

  test('limits of an activation are levels, also where it has none', () => {
    for (const scale of extremes) {
      for (const [lo, hi] of [
        [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        [0, 6],
        [-3e38, 3e38],
        [5, -5],
      ] as const) {
        for (const level of outputArguments({ scale, zeroPoint: 77 }, { lo, hi })) {
          expect(Number.isInteger(level) && level >= 0 && level <= 255).toBe(true);
        }
      }
    }
  });
});

const document = (quantization: Record<string, unknown>): GraphDocument & { format: 'borde/1' } =>
  ({
    format: 'borde/1',
    inputs: [{ name: 'x', shape: [-1, 4], datatype: 'FP32' }],
    nodes: [
      { id: 'a', kind: 'dense', inputs: ['x'], attributes: { units: 3, bias: false } },
      { id: 'b', kind: 'sigmoid', inputs: ['a'], attributes: {} },
    ],
    outputs: [{ name: 'y', from: 'b' }],
    quantization,
  }) as GraphDocument & { format: 'borde/1' };

const filter = (levels: (i: number) => number, scales: readonly number[]): Tensor =>
  eightBitTensor([4, 3], {
    levels: Int8Array.from({ length: 12 }, (_, i) => levels(i)),
    scales: Float32Array.from(scales),
  });

const good = { scale: 0.02, zeroPoint: 128 };

function file(quantization: Record<string, unknown>, weight: Tensor): Uint8Array {
  const graph = { ...buildGraph(document({})), quantization: quantization as Record<string, Quantization> };
  return serializeModel({ card: {}, graph, tensors: new Map([['a.filter', weight]]) });
}

describe('files', () => {
  const plainFilter = filter((i) => i * 10 - 60, [0.1, 0.2, 0.3]);

  test.each([0, -1, 1e-39, 2 ** -127, 1e-320, 1e37, 1e300, 2 ** 120])('a scale of %f is refused', (scale) => {
    expect(() => parseModel(file({ x: { scale, zeroPoint: 0 } }, plainFilter))).toThrow(/\$\.quantization\.x\.scale/);
  });

  test.each(['1', null, [1], 'NaN'])('a scale of %j is refused', (scale) => {
    expect(() => parseModel(file({ x: { scale, zeroPoint: 0 } }, plainFilter))).toThrow(/\$\.quantization\.x\.scale/);
  });

  test.each([-1, 256, 0.5, 1e9, null, '0'])('a zero point of %j is refused', (zeroPoint) => {
    expect(() => parseModel(file({ x: { scale: 1, zeroPoint } }, plainFilter))).toThrow(
      /\$\.quantization\.x\.zeroPoint/,
    );
  });

  test('a quantization of what is not there is refused', () => {
    expect(() => parseModel(file({ z: good }, plainFilter))).toThrow(/\$\.quantization\.z/);
  });

  test.each([0, -0.1, 1e-40, 2 ** 120])('a weight scale of %f is refused', (scale) => {
    expect(() =>
      parseModel(
        file(
          { x: good },
          filter(() => 1, [0.1, scale, 0.1]),
        ),
      ),
    ).toThrow(/"a\.filter\.scale": element 1 is .*, scales are/);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a weight scale of %f is refused', (scale) => {
    expect(() =>
      parseModel(
        file(
          { x: good },
          filter(() => 1, [0.1, 0.1, scale]),
        ),
      ),
    ).toThrow(/"a\.filter\.scale": element 2 is .*, weights must be finite/);
  });

  test('a weight level of −128 is refused: hosts that add pairs in sixteen bits would have another sum', () => {
    expect(() =>
      parseModel(
        file(
          { x: good },
          filter((i) => (i === 7 ? -128 : 1), [1]),
        ),
      ),
    ).toThrow(/"a\.filter": element 7 is -128, a weight's levels are −127 to 127/);
  });

  test.each([[2], [4], [6], [12]])('%i weight scales for three channels are refused', (count) => {
    const scales = Array.from({ length: count }, () => 0.1);
    expect(() =>
      parseModel(
        file(
          { x: good },
          filter(() => 1, scales),
        ),
      ),
    ).toThrow(
      new RegExp(
        `node "a": expected "a.filter.scale", F32 \\[3\\] or F32 \\[1\\] for \\[4,3\\], found F32 \\[${count}\\]`,
      ),
    );
  });

  test.each([
    [{ x: { scale: tiny, zeroPoint: 0 } }, [tiny]],
    [{ x: { scale: huge, zeroPoint: 255 } }, [huge]],
    [{ x: { scale: tiny, zeroPoint: 255 }, a: { scale: huge, zeroPoint: 0 } }, [tiny, huge, 1]],
    [{ x: { scale: huge, zeroPoint: 0 }, a: { scale: tiny, zeroPoint: 255 } }, [huge, tiny, 1]],
    [{ x: { scale: huge, zeroPoint: 7 }, a: { scale: tiny, zeroPoint: 0 }, b: { scale: tiny, zeroPoint: 0 } }, [1]],
    [{ x: good, a: { scale: huge, zeroPoint: 3 }, b: { scale: huge, zeroPoint: 255 } }, [0.1, 0.2, 0.3]],
  ] as const)('%j with weight scales %j runs, and has the same bits everywhere', (quantization, scales) => {
    const model = parseModel(
      file(
        quantization,
        filter((i) => (i % 2 ? 127 : -127), scales),
      ),
    );
    const inputs = [
      seededInput([3, 4], 1),
      Float32Array.of(3e38, -3e38, 1e-45, 0, Number.NaN, 1, 2, 3, Number.POSITIVE_INFINITY, -1, -0, 1e-38),
    ];
    for (const x of inputs) {
      const [first, ...others] = quantizedBuilds.map(({ source, path }) => {
        const session = new Session(model, { ...source, capabilities: { ...source.capabilities, dot8: path } });
        return session.run({ x }).y as Tensor;
      });
      for (const other of others) expect(other).toEqual(first);
      expect(first?.data.some(Number.isNaN)).toBe(false);
    }
    expect(scales.every((scale) => scale >= SCALES.min && scale <= SCALES.max)).toBe(true);
  });

  const sides: readonly (readonly [Shape, string, object])[] = [
    [[1, 0], 'dense', { units: 3 }],
    [[1, 4, 4, 0], 'conv2d', { filters: 3, size: 1 }],
    [[1, 4, 4, 0], 'conv2d', { filters: 3, size: 3, padding: 1 }],
    [[1, 4, 4, 0], 'depthwiseConv2d', { size: 3 }],
    [[1, 4, 4, 0], 'globalAveragePool2d', {}],
    [[1, 0, 4, 2], 'conv2d', { filters: 3, size: 3, padding: 2 }],
    [[1, 0, 4, 2], 'depthwiseConv2d', { size: 3, padding: 2 }],
    [[1, 0, 4, 2], 'globalAveragePool2d', {}],
    [[1, 0, 4, 2], 'averagePool2d', { size: 1, padding: 1 }],
    [[1, 0], 'relu', {}],
    [[1, 0, 4, 2], 'reduceMean', { axes: [1, 2] }],
    [[1, 0, 4, 2], 'slice', { starts: [0, 0, 1, 0], sizes: [-1, -1, 2, -1] }],
    [[1, 0, 4, 2], 'transpose', { permutation: [0, 3, 1, 2] }],
    [[1, 4, 4, 0], 'resize', { scales: [2, 2], mode: 'linear' }],
    [[1, 4, 4, 0], 'pad', { padding: around.map(([before]) => [before, 0]) }],
  ];

  test.each(sides)('an input %j of %s runs as it does in f32, or is refused as there', (shape, kind, attributes) => {
    const graph = buildGraph({
      inputs: [{ name: 'x', shape: [...shape], datatype: 'FP32' }],
      nodes: [{ id: 'a', kind, inputs: ['x'], attributes: { ...attributes } }],
      outputs: [{ name: 'y', from: 'a' }],
    } as GraphDocument);
    const count = elementCount(shape);
    const outcome = (quantization: Record<string, Quantization> | undefined): Shape | string => {
      try {
        const eightBits = quantization ? { ...graph, quantization } : graph;
        const tensors = new Map(
          [...seededTensors(graph)].map(([name, tensor]) => [
            name,
            name.endsWith('filter') && quantization ? quantizeWeight(tensor, 1) : tensor,
          ]),
        );
        const session = new Session({ graph: eightBits, tensors }, quantizedBuilds[0]!.source);
        return (session.run({ x: new Float32Array(count) }).y as Tensor).shape;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const inFloats = outcome(undefined);
    expect(String(inFloats)).not.toMatch(/out of bounds|no memory/);
    expect(outcome({ x: good, a: good })).toEqual(inFloats);
  });
});
