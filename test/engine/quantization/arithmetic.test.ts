/** The numbers that the host gives to the kernels. */
import { describe, expect, test } from 'vitest';
import {
  biasLevels,
  channelScales,
  isSame,
  leastScale,
  levelOf,
  multipliers,
  outputArguments,
  ratio,
  requantizeTable,
} from '../../../engine/quantization/arithmetic.ts';

const f = Math.fround;
const x = { scale: 0.5, zeroPoint: 3 };
const y = { scale: 0.25, zeroPoint: 10 };

test('levels of real numbers: nearest, saturating, of infinities too', () => {
  const numbers = [
    0,
    0.25,
    0.3,
    -2.5,
    -2.6,
    -100,
    61.25,
    61.5,
    1e30,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  expect(numbers.map((number) => levelOf(number, y))).toEqual([10, 11, 11, 0, 0, 0, 255, 255, 255, 255, 0]);
});

test('a clamp in levels, after the zero point', () => {
  expect(outputArguments(y, { lo: 0, hi: 6 })).toEqual([10, 10, 34]);
  expect(outputArguments(y, { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY })).toEqual([10, 0, 255]);
});

test('scales by channel, from one for all or as many', () => {
  expect(channelScales(Float32Array.of(2), 3)).toEqual(Float32Array.of(2, 2, 2));
  expect(channelScales(Float32Array.of(1, 2, 3), 3)).toEqual(Float32Array.of(1, 2, 3));
});

test('a bias in units of its channel, rounded', () => {
  const scales = Float32Array.of(0.125, 0.5, 2);
  expect(biasLevels(Float32Array.of(1, -1, 3.4), x, scales)).toEqual(Int32Array.of(16, -4, 3));
  expect(biasLevels(undefined, x, scales)).toEqual(Int32Array.of(0, 0, 0));
  expect(biasLevels(Float32Array.of(1e30, -1e30, 0), x, scales)).toEqual(Int32Array.of(2 ** 30, -(2 ** 30), 0));
});

test('the least scale of a channel lets its bias keep 29 bits', () => {
  for (const bias of [1e-6, -0.3, 12, -3e4].map(f)) {
    const scale = f(leastScale(bias, x));
    const [levels] = biasLevels(Float32Array.of(bias), x, Float32Array.of(scale)) as unknown as [number];
    expect(Math.abs(levels)).toBeGreaterThan(2 ** 28);
    expect(Math.abs(levels)).toBeLessThan(2 ** 30);
    expect(Math.abs(levels * x.scale * scale - bias)).toBeLessThanOrEqual(x.scale * scale);
  }
  expect(leastScale(0, x)).toBe(0);
});

describe('multipliers', () => {
  const scales = Float32Array.of(0.1, 0.3);
  const levels = Int8Array.of(100, -100, -100, 3);

  test('x · channel / y, in f32 once', () => {
    const bias = Int32Array.of(5, -7);
    expect(multipliers(levels, bias, x, scales, y)).toEqual(
      Float32Array.of((x.scale * f(0.1)) / y.scale, (x.scale * f(0.3)) / y.scale),
    );
    expect(multipliers(levels, bias, x, scales, undefined)).toEqual(
      Float32Array.of(x.scale * f(0.1), x.scale * f(0.3)),
    );
  });

  test('no larger than the largest sum allows, channel by channel', () => {
    const tiny = { scale: 1e-9, zeroPoint: 0 };
    const largest = [255 * 200 + 5 + 1, 255 * 103 + 7 + 1];
    expect(multipliers(levels, Int32Array.of(5, -7), x, scales, tiny)).toEqual(
      Float32Array.from(largest, (sum) => 2 ** 22 / sum),
    );
  });
});

test('ratios, and where each step saturates', () => {
  expect(ratio(x, y)).toBe(2);
  expect(ratio(x, { scale: 0.3, zeroPoint: 0 })).toBe(f(0.5 / 0.3));
  const limited = ratio(x, { scale: 1e-20, zeroPoint: 0 });
  expect(limited).toBeGreaterThan(255);
  expect(255 * limited).toBeLessThanOrEqual(2 ** 21 * (1 + 2 ** -23));
});

test('a table from levels to levels', () => {
  const table = requantizeTable(x, y);
  expect([...table.subarray(0, 8)]).toEqual([4, 6, 8, 10, 12, 14, 16, 18]);
  expect(table[255]).toBe(255);
  expect(requantizeTable(x, x)).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
  // Halves go to the even level.
  const halves = requantizeTable(y, x).subarray(0, 14);
  expect([...halves]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 3, 4, 5]);
});

test('one quantization or two', () => {
  expect(isSame(x, { ...x })).toBe(true);
  expect(isSame(x, { ...x, scale: 0.25 })).toBe(false);
  expect(isSame(x, { ...x, zeroPoint: 4 })).toBe(false);
});
