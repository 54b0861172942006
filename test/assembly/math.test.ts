/** exp, log, tanh, erf and e^x − 1 (as elu has it) against double precision. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { erf64 } from '../reference/error-function.ts';
import { trainingBuilds } from '../suites/node-kernels.ts';
import { LayerRunner } from '../suites/run-layer.ts';

const functions = {
  elu: (x: number) => (x > 0 ? x : Math.expm1(x)),
  erf: erf64,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
} as const;
type Name = keyof typeof functions;
/** alpha of elu; the others have no settings. */
const settings: Partial<Record<Name, number>> = { elu: 1 };
const argumentsOf = (name: Name, length: number) => [length, ...(name in settings ? [settings[name] as number] : [])];
const names = Object.keys(functions) as Name[];

const runners = trainingBuilds.map(({ label, source }) => ({ label, runner: new LayerRunner(source) }));
const runner = runners[0]?.runner as LayerRunner;

function run(name: Name, x: ArrayLike<number>, on = runner): Float32Array {
  const y = new Float32Array(x.length);
  on.call(name, Float32Array.from(x), y, ...argumentsOf(name, x.length));
  return y;
}

/** Distance between f32 numbers around x: 2⁻¹⁴⁹ where they are denormal. */
function ulp(x: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(x)) + 2 ** -40));
  return 2 ** (exponent - 23);
}

/** Every sign and exponent, with as many random mantissas of each. */
function allMagnitudes(perExponent: number): Float32Array {
  const random = new Random(3);
  const bits = new Uint32Array(2 * 255 * perExponent);
  bits.forEach((_, i) => {
    const exponent = Math.floor(i / 2 / perExponent);
    bits[i] = (((i % 2) << 31) | (exponent << 23) | random.below(2 ** 23)) >>> 0;
  });
  return new Float32Array(bits.buffer);
}

/** Evenly spread, for the ranges where a function bends. */
function between(lo: number, hi: number, count: number): Float32Array {
  const random = new Random(4);
  return Float32Array.from({ length: count }, () => lo + (hi - lo) * random.float());
}

const ranges = {
  elu: between(-20, 0, 60_000),
  erf: between(-4.5, 4.5, 60_000),
  exp: between(-105, 90, 60_000),
  log: between(0.4, 2.5, 60_000),
  tanh: between(-10, 10, 60_000),
};

/** Largest error in ulp; NaN must be NaN, and what overflows in f32 infinite (within the same 2 ulp). */
function worstError(name: Name, x: Float32Array): number {
  const y = run(name, x);
  let worst = 0;
  x.forEach((value, i) => {
    const exact = functions[name](value);
    const actual = y[i] as number;
    if (Object.is(actual, Math.fround(exact))) return;
    worst = Math.max(worst, Math.abs(actual - exact) / ulp(exact));
    if (Number.isNaN(actual - exact)) expect.fail(`${name}(${value}) = ${actual}, not ${exact}`);
  });
  return worst;
}

describe.each(names)('%s', (name) => {
  test('is within 2 ulp for numbers of every magnitude', () => {
    expect(worstError(name, allMagnitudes(150))).toBeLessThanOrEqual(2);
  });

  test('is within 2 ulp where it bends', () => {
    expect(worstError(name, ranges[name])).toBeLessThanOrEqual(2);
  });

  test('an element has the same bits wherever it lies', () => {
    const x = between(-3, 3, 23);
    const whole = run(name, x);
    for (let from = 0; from < x.length; from++) {
      for (const length of [1, 2, 3, 4, 7]) {
        const part = x.subarray(from, from + length);
        expect([...run(name, part)]).toEqual([...whole.subarray(from, from + length)]);
      }
    }
  });

  test('has the same bits in every build', () => {
    const x = [...allMagnitudes(20), ...ranges[name].subarray(0, 5000)];
    const [first, ...others] = runners.map((each) => run(name, x, each.runner));
    for (const other of others) expect(other).toEqual(first);
  });

  test('works in place', () => {
    const x = between(0, 3, 13);
    const y = x.slice();
    const expected = run(name, x);
    runner.call(name, y, y, ...argumentsOf(name, y.length));
    expect(y).toEqual(expected);
  });
});

describe('special values', () => {
  const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf, NaN: nan } = Number;
  test.each<[Name, number[], number[]]>([
    ['elu', [0, inf, minusInf, nan, -20, -1e30, -1e-30, 3], [0, inf, -1, nan, -1, -1, Math.fround(-1e-30), 3]],
    ['erf', [0, -0, inf, minusInf, nan, 5, -5], [0, -0, 1, -1, nan, 1, -1]],
    ['exp', [0, -0, inf, minusInf, nan, 88.8, -104, 1e30, -1e30], [1, 1, inf, 0, nan, inf, 0, inf, 0]],
    ['log', [1, 0, -0, inf, minusInf, -1, -1e-40, nan], [0, minusInf, minusInf, inf, nan, nan, nan, nan]],
    ['tanh', [0, -0, inf, minusInf, nan, 20, -20, 1e-40], [0, -0, 1, -1, nan, 1, -1, Math.fround(1e-40)]],
  ])('%s', (name, x, y) => {
    expect([...run(name, x)]).toEqual(y);
  });

  test('denormal results and arguments keep their digits', () => {
    const smallest = 2 ** -149;
    expect(Math.abs((run('exp', [-100])[0] as number) - Math.exp(-100))).toBeLessThanOrEqual(smallest);
    expect(Math.abs((run('log', [smallest])[0] as number) - Math.log(smallest))).toBeLessThanOrEqual(2 * ulp(103));
  });
});
