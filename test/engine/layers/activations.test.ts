/** Activations by hand: corners, NaN and numbers of every size. */
import { describe, expect, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import { Random } from '../../../engine/random.ts';
import { checkForward, referenceOf, toCase64 } from '../../suites/check-layer.ts';
import { splitSample } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { activationRoundings } from '../../suites/rounding-activations.ts';
import { type LayerCase, LayerRunner, layerOfKind } from '../../suites/run-layer.ts';

const of = (kind: LayerKind, data: ArrayLike<number>, raw: object = {}): LayerCase => ({
  kind,
  attributes: parseAttributes(layerOfKind(kind), raw),
  x: [{ shape: [1, data.length], data: Float32Array.from(data) }],
  w: {},
});

/** Every sign and exponent, with a few random mantissas of each, and evenly spread numbers around 0. */
function everySize(): Float32Array {
  const random = new Random(11);
  const bits = Uint32Array.from({ length: 2 * 255 * 8 }, (_, i) => {
    const exponent = (i >> 1) % 255;
    return (((i % 2) << 31) | (exponent << 23) | random.below(2 ** 23)) >>> 0;
  });
  const near = Float32Array.from({ length: 20_000 }, () => 40 * random.float() - 30);
  return Float32Array.from([...new Float32Array(bits.buffer), ...near]);
}

/** Activations that see one value at a time, each with every setting of its samples. */
const pointwise = (Object.keys(activationRoundings) as (keyof typeof activationRoundings)[])
  .filter((kind) => kind !== 'logSoftmax' && kind !== 'prelu')
  .flatMap((kind) => {
    const settings = layerOfKind(kind).samples.map((sample) => JSON.stringify(splitSample(sample).raw));
    return [...new Set(settings)].map((raw) => ({ kind, raw }));
  });

describe.each(trainingBuilds)('activations, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const forward = (c: LayerCase) => [...runner.forward(c).data];
  const dx = (c: LayerCase) => [
    ...runner.backward(
      c,
      Float32Array.from(c.x[0]!.data, (_, i) => i + 1),
    ).dx[0]!.data,
  ];
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number;

  test('relu', () => {
    const c = of('relu', [-1, 0, 2, -inf, inf, nan, 1e-45]);
    expect(forward(c)).toEqual([0, 0, 2, 0, inf, nan, Math.fround(1e-45)]);
    // At 0 the gradient is 0; a NaN does not stop it, so that it is seen at the other end as well.
    expect(dx(of('relu', [-1, 0, 2, 3, nan]))).toEqual([0, 0, 3, 4, 5]);
  });

  test('relu6', () => {
    expect(forward(of('relu6', [-1, 3, 6, 7, inf, nan]))).toEqual([0, 3, 6, 6, 6, nan]);
    expect(dx(of('relu6', [0, 3, 6, 7, 5.5, nan]))).toEqual([0, 2, 0, 0, 5, 6]);
  });

  test('softmax is not moved by a constant, however large', () => {
    const small = forward(of('softmax', [1, 2, 3, 4, 5]));
    expect(forward(of('softmax', [1001, 1002, 1003, 1004, 1005]))).toEqual(small);
    expect(forward(of('softmax', [-1e30, 0, 1e30]))).toEqual([0, 0, 1]);
    expect(forward(of('softmax', [3]))).toEqual([1]);
  });

  test('softmax is NaN where a NaN or an infinity is among its inputs', () => {
    for (const bad of [nan, inf]) {
      for (const place of [0, 3, 4, 6]) {
        const x = [1, 2, 3, 4, 5, 6, 7].with(place, bad);
        expect(forward(of('softmax', x)).some(Number.isNaN)).toBe(true);
      }
    }
  });

  test.each(pointwise)('$kind $raw keeps its bound for numbers of every size', ({ kind, raw }) => {
    const x = everySize();
    const exact = referenceOf(toCase64(of(kind, x, JSON.parse(raw)))).data;
    // What f32 cannot hold overflows, and is no error of a formula.
    const held = x.filter((_, i) => !(Math.abs(exact[i] as number) > 3.4e38));
    checkForward(runner, of(kind, held, JSON.parse(raw)));
  });

  test('clip', () => {
    const x = [-2, -1, 0, 1, 2, nan, inf, -inf];
    expect(forward(of('clip', x, { min: -1, max: 1.5 }))).toEqual([-1, -1, 0, 1, 1.5, nan, 1.5, -1]);
    expect(forward(of('clip', x, { max: 0 }))).toEqual([-2, -1, 0, 0, 0, nan, 0, -inf]);
    expect(forward(of('clip', x))).toEqual(x);
    // NumPy's and ONNX's: the upper limit wins.
    expect(forward(of('clip', x, { min: 1, max: -1 }))).toEqual([-1, -1, -1, -1, -1, nan, -1, -1]);
    expect(dx(of('clip', [-2, -1, 0, 2], { min: -1, max: 2 }))).toEqual([0, 0, 3, 0]);
    expect(dx(of('clip', [0, 1, 2], { min: 1, max: -1 }))).toEqual([0, 0, 0]);
  });

  test.each<[LayerKind, object, number[], number[]]>([
    ['abs', {}, [-2, -0, 3, -inf, nan], [2, 0, 3, inf, nan]],
    ['ceil', {}, [-1.5, 1.25, 3, -inf, nan], [-1, 2, 3, -inf, nan]],
    ['exp', {}, [0, 1000, -1000, nan], [1, inf, 0, nan]],
    ['floor', {}, [-1.5, 1.25, 3, -inf, nan], [-2, 1, 3, -inf, nan]],
    ['hardSigmoid', { alpha: 0.25 }, [-4, -2, 0, 1, 2, 4, nan], [0, 0, 0.5, 0.75, 1, 1, nan]],
    ['hardSwish', {}, [-4, -3, 0, 3, 5, nan], [-0, -0, 0, 3, 5, nan]],
    ['leakyRelu', { alpha: 0.5 }, [-4, 0, 3, -inf, inf, nan], [-2, 0, 3, -inf, inf, nan]],
    ['log', {}, [1, 0, -1, inf, nan], [0, -inf, nan, inf, nan]],
    ['neg', {}, [-2, 0, inf, nan], [2, -0, -inf, nan]],
    ['reciprocal', {}, [-2, 0, -0, inf, nan], [-0.5, inf, -inf, 0, nan]],
    ['sigmoid', {}, [0, -1000, 1000, nan], [0.5, 0, 1, nan]],
    ['silu', {}, [0, -1000, 1000, nan], [0, -0, 1000, nan]],
    ['softplus', {}, [0, -1000, 1000, nan], [Math.fround(Math.LN2), 0, 1000, nan]],
    ['sqrt', {}, [4, 0, -1, inf, nan], [2, 0, nan, inf, nan]],
  ])('%s %o', (kind, raw, x, y) => {
    expect(forward(of(kind, x, raw))).toEqual(y);
  });

  test('gelu is the value times the share of a normal distribution below it', () => {
    const [half, one, minusEight, large] = forward(of('gelu', [0.5, 1, -8, 1e30])) as [number, number, number, number];
    expect(half).toBeCloseTo(0.5 * 0.6914624613, 7);
    expect(one).toBeCloseTo(0.8413447461, 7);
    expect(minusEight / (-8 * 6.22096e-16)).toBeCloseTo(1, 5); // not 0, as 1 + erf would have it
    expect(large).toBe(Math.fround(1e30));
    expect(forward(of('gelu', [1], { approximate: 'tanh' }))[0]).toBeCloseTo(0.8411919906, 7);
  });

  test.each<[LayerKind, object, number[], number[]]>([
    ['abs', {}, [-2, 0, 3], [-1, 0, 3]],
    ['elu', { alpha: 2 }, [0, 1, -1000], [2, 2, 0]],
    ['gelu', {}, [-1e30, 0, 1e30], [0, 1, 3]],
    ['gelu', { approximate: 'tanh' }, [-1e30, 0, 1e30], [0, 1, 3]],
    ['hardSigmoid', { alpha: 0.25 }, [-2, 0, 2], [0, 0.5, 0]],
    ['hardSwish', {}, [-3, 0, 3], [0, 1, 3]],
    ['leakyRelu', { alpha: 0.5 }, [-1, 0, 1], [0.5, 1, 3]],
    ['silu', {}, [-1e30, 0, 1e30], [0, 1, 3]],
    ['softplus', {}, [-1000, 0, 1000], [0, 1, 3]],
  ])('gradient of %s %o at its corners', (kind, raw, x, expected) => {
    expect(dx(of(kind, x, raw)).map((value) => value + 0)).toEqual(expected);
  });

  test('prelu has a slope a channel', () => {
    const x = { shape: [2, 2], data: Float32Array.of(-2, -2, 3, -4) };
    const c: LayerCase = {
      kind: 'prelu',
      attributes: {},
      x: [x],
      w: { slope: { shape: [2], data: Float32Array.of(0.5, 2) } },
    };
    expect(forward(c)).toEqual([-1, -4, 3, -8]);
    const { dx: gradients, dw } = runner.backward(c, Float32Array.of(1, 2, 3, 4));
    expect([...gradients[0]!.data]).toEqual([0.5, 4, 3, 8]);
    expect([...dw.slope!.data]).toEqual([-2, -20]);
  });

  test('logSoftmax is finite where softmax is 0, and not moved by a constant', () => {
    expect(forward(of('logSoftmax', [0, 1000]))).toEqual([-1000, 0]);
    expect(forward(of('logSoftmax', [-inf, 0]))).toEqual([-inf, 0]);
    const small = forward(of('logSoftmax', [1, 2, 3, 4, 5]));
    expect(forward(of('logSoftmax', [1001, 1002, 1003, 1004, 1005]))).toEqual(small);
    for (const bad of [nan, inf]) {
      expect(forward(of('logSoftmax', [1, 2, bad, 4, 5])).every(Number.isNaN)).toBe(true);
    }
  });
});
