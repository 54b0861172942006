/** What calibration makes of the values it saw, against all that could be made of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Observer } from '../../../engine/quantization/observer.ts';
import { type Quantization, quantizationOf, quantized, SCALES } from '../../../engine/quantization/quantization.ts';
import { Random } from '../../../engine/random.ts';

/** Both looks, at each part in turn. */
function watched(...parts: readonly Float32Array[]): Observer {
  const observer = new Observer();
  for (const part of parts) expect(observer.watchRange(part)).toBeUndefined();
  for (const part of parts) observer.watchDistribution(part);
  return observer;
}

const loss = (data: Float32Array, q: Quantization): number =>
  data.reduce((sum, value) => sum + (quantized(value, q) - value) ** 2, 0);

/** Most values near 0, a few far out: what mse is for. */
function heavyTail(seed: number, length: number, shift: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => {
    const [u, v] = [random.float(), random.float()];
    return shift + (u - 0.5) * (v > 0.998 ? 40 : 2);
  });
}

const numbers = fc.array(fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) }), {
  minLength: 1,
  maxLength: 40,
});

describe('minmax', () => {
  test('0 is a level, ends are within half a step, whatever the values', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const q = watched(Float32Array.from(values)).quantization('minmax');
        expect(q.scale).toBe(Math.fround(q.scale));
        expect(Number.isInteger(q.zeroPoint) && q.zeroPoint >= 0 && q.zeroPoint <= 255).toBe(true);
        expect(quantized(0, q)).toBe(0);
        const [lo, hi] = [Math.min(0, ...values), Math.max(0, ...values)];
        if (hi - lo < 255 * SCALES.min) return;
        // The scale is rounded once, the zero point to an integer: an end may be cut by half a step.
        for (const value of values) {
          const allowed = q.scale * (0.5 + 255 * 2 ** -24);
          expect(Math.abs(quantized(value, q) - value)).toBeLessThanOrEqual(allowed * (1 + 2 ** -40));
        }
        // No smaller scale reaches from end to end.
        expect(255 * q.scale).toBeLessThanOrEqual((hi - lo) * (1 + 2 ** -23));
      }),
    );
  });

  test.each([
    ['of one sign reach to 0', [2, 5.1], { scale: Math.fround(0.02), zeroPoint: 0 }],
    ['below 0', [-5.1, -2], { scale: Math.fround(0.02), zeroPoint: 255 }],
    ['of one number', [0.5], { scale: Math.fround(0.5 / 255), zeroPoint: 0 }],
    ['of one number below 0', [-0.5, -0.5], { scale: Math.fround(0.5 / 255), zeroPoint: 255 }],
    ['of both', [-1, 1.55], { scale: Math.fround(0.01), zeroPoint: 100 }],
    ['that are 0', [0, 0, -0], { scale: 1, zeroPoint: 0 }],
    ['of next to nothing', [1e-40, -1e-42], { scale: 1, zeroPoint: 0 }],
    ['as large as f32 has them', [-3.4e38, 3.4e38], { scale: SCALES.max, zeroPoint: 255 }],
  ] as const)('values %s', (_, values, expected) => {
    for (const method of ['minmax', 'mse'] as const) {
      const found = watched(Float32Array.from(values)).quantization(method);
      if (method === 'minmax' || new Set(values).size < 2) expect(found).toEqual(expected);
      else expect(quantized(0, found)).toBe(0);
    }
  });

  test('several samples count as one', () => {
    const [a, b] = [heavyTail(1, 500, 0.3), heavyTail(2, 700, -1)];
    const whole = Float32Array.from([...a, ...b]);
    for (const method of ['minmax', 'mse'] as const) {
      expect(watched(a, b).quantization(method)).toEqual(watched(whole).quantization(method));
    }
  });
});

describe('mse', () => {
  const cases: readonly (readonly [string, Float32Array])[] = [
    ['heavy tails', heavyTail(3, 6000, 0)],
    ['heavy tails, shifted', heavyTail(4, 6000, 0.7)],
    ['heavy tails, of one sign', heavyTail(5, 6000, 0).map(Math.abs)],
    ['evenly spread', Float32Array.from({ length: 4000 }, (_, i) => i / 1000 - 1)],
    ['one far out', Float32Array.from({ length: 100_000 }, (_, i) => (i === 7 ? 30 : (i % 1000) / 1000))],
  ];

  test.each(cases)('%s: no share of the range loses less', (_, data) => {
    const [min, max] = [Math.min(...data.slice(0, 1), ...minmax(data)), Math.max(...minmax(data))];
    const found = watched(data).quantization('mse');
    const candidates = Array.from({ length: 100 }, (__, i) =>
      quantizationOf((min * (i + 1)) / 100, (max * (i + 1)) / 100),
    );
    expect(candidates).toContainEqual(found);
    const best = Math.min(...candidates.map((candidate) => loss(data, candidate)));
    // Values are known by their bins, each of which is half of 1/2048 of the range wide to either side: the root of the
    // mean square of an error is known to within that, for what was found and for what is best.
    const halfBin = (max - min) / 2048 / 2;
    const rms = (total: number) => Math.sqrt(total / data.length);
    expect(rms(loss(data, found))).toBeLessThanOrEqual(rms(best) + 2 * halfBin);
    expect(loss(data, found)).toBeLessThanOrEqual(loss(data, quantizationOf(min, max)) * (1 + 1e-9));
  });

  test('a value far out is cut off, evenly spread ones are not', () => {
    const scaleOf = (i: number) => watched(cases[i]![1]).quantization('mse').scale;
    // n·(t·30/255)²/12 of rounding and (30·(1 − t))² of cutting are least at t = 1 / (1 + n / (12·255²)) = 0.89.
    expect(scaleOf(4)).toBeLessThan((0.95 * 30) / 255);
    expect(scaleOf(3)).toBeGreaterThan((0.97 * 4) / 255);
  });
});

function minmax(data: Float32Array): readonly [number, number] {
  return [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
}

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%f is given back', (wrong) => {
  expect(new Observer().watchRange(Float32Array.of(1, 2, wrong, 3))).toBe(wrong);
});
