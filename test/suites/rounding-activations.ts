/** How the kernels of activations round: errors of one value at a time, from the formulas in assembly/. */
import { references } from '../reference/index.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import type { Case64, Rounding } from './rounding.ts';

/** Unit roundoff of f32. */
const U = 2 ** -24;
/** exp, log, tanh, erf and e^x − 1 are off by at most 2 ulp: math.test.ts. An ulp is at most 2·U of the number. */
const FUNCTION = 4;
/** What a result may be off where it or its factor has no normal form: 2 ulp of a denormal number. */
const DENORMAL = 2 ** -148;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** φ, the density of the normal distribution. */
const bell = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

interface Pointwise {
  /** Largest error of f(x) = y in units of U. */
  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer
  forward(x: number, y: number, a: any): number;
  /** Largest error of f′(x), that of its product with dy included, in units of U; absent where there is no gradient. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  slope?(x: number, y: number, a: any): number;
}

const pointwise = ({ forward, slope }: Pointwise): Rounding => ({
  forward: ({ x: [x], attributes }, y) => {
    const { data } = x as Tensor64;
    return y.data.map((value, i) => {
      const at = data[i] as number;
      const units = forward(at, value, attributes);
      return units === 0 ? 0 : U * units + DENORMAL * Math.max(1, Math.abs(at));
    });
  },
  gradient: (c, dy) => {
    const { data } = c.x[0] as Tensor64;
    const y = references[c.kind](c.x, c.w, c.attributes).data;
    return (_, i) => U * Math.abs(dy[i] as number) * (slope?.(data[i] as number, y[i] as number, c.attributes) ?? 0);
  },
});

const exact: Pointwise = { forward: () => 0, slope: () => 0 };

/**
 * sigmoid: t = e^−|x| and then 1 + t and the quotient. The error of t counts once in t / (1 + t), and less in
 * 1 / (1 + t).
 */
const SIGMOID = FUNCTION + 2;

const gelu: Pointwise = {
  forward(x, y, { approximate }) {
    // The argument v of the sigmoid has five factors and sums; an error of v is one of sigmoid(v), times 1 − sigmoid(v).
    if (approximate === 'tanh') return Math.abs(y) * (geluArgument(x) * 5 + SIGMOID + 1);
    return Math.abs(x) * cumulativeError(x) + Math.abs(y);
  },
  slope(x, y, { approximate }) {
    const density = Math.abs(x) * bell(x);
    // Φ; x·φ, whose exponent is off by U·x²/2, with its two factors; the sum; the product with dy.
    const phi = y / x;
    const sum = Math.abs(phi + x * bell(x));
    if (approximate === 'none') return cumulativeError(x) + density * ((x * x) / 2 + FUNCTION + 4) + 2 * sum;
    // s and s·(1 − s)·x·v′: v is off by 5·U of itself, v′ by 5·U as well; then three products, a sum and that with dy.
    const v = geluArgument(x);
    const dv = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    const s = sigmoid(x < 0 ? -v : v);
    const second = Math.abs(x) * s * (1 - s) * dv;
    return s * (5 * v + SIGMOID) + second * (2 * (5 * v + SIGMOID) + 5 + 3) + 2 * (s + second);
  },
};

/** |v|, v = 2·√(2/π)·(x + 0.044715·x³). */
const geluArgument = (x: number): number => Math.abs(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));

/**
 * Error of Φ(x). The tail is ½ − ½·erf z near 0: erf is off by FUNCTION of at most 0.85, and by 2·|x|·φ for the rounding
 * of z = |x|/√2; the difference rounds once. Further out it is a product of erfcx (measured: 6; z adds at most 2) and
 * e^(−x²/2), whose exponent is off by U of itself. 1 − tail rounds once more.
 */
function cumulativeError(x: number): number {
  const half = 0.5;
  if (Math.abs(x) < Math.SQRT2) return FUNCTION * half * 0.85 + 2 * Math.abs(x) * bell(x) + 2 * half;
  // Mills' ratio: the tail is less than φ(x) / |x|.
  const tail = bell(x) / Math.abs(x);
  return tail * ((x * x) / 2 + FUNCTION + 6 + 2 + 1) + (x > 0 ? half : 0);
}

const hardSwish: Pointwise = {
  // The line x/6 + ½ has a rounded factor, a product and a sum; then comes the product with x.
  forward: (x, y) => Math.abs(x) * ((2 * Math.abs(x)) / 6 + Math.min(1, Math.abs(x / 6 + 0.5))) + Math.abs(y),
  slope: (x) => (2 * Math.abs(x)) / 3 + 2 * Math.abs(x / 3 + 0.5),
};

const hardSigmoid: Pointwise = {
  forward: (x, _, { alpha, beta }) => 2 * Math.abs(alpha * x) + Math.abs(beta) + Math.abs(alpha * x + beta),
  slope: (_, __, { alpha }) => 2 * Math.abs(alpha),
};

const leakyRelu: Pointwise = {
  forward: (x, y) => (x > 0 ? 0 : 2 * Math.abs(y)),
  slope: (x, _, { alpha }) => (x > 0 ? 0 : 2 * Math.abs(alpha)),
};

const elu: Pointwise = {
  forward: (x, y) => (x > 0 ? 0 : (FUNCTION + 2) * Math.abs(y)),
  slope: (x, _, { alpha }) => (x > 0 ? 0 : (FUNCTION + 3) * Math.abs(alpha) * Math.exp(x)),
};

const silu: Pointwise = {
  forward: (_, y) => (SIGMOID + 1) * Math.abs(y),
  // s·(1 + x·(1 − s)): two sigmoids, a product, a sum, a product and that with dy.
  slope(x) {
    const s = sigmoid(x);
    const second = Math.abs(x) * (1 - s);
    return s * ((SIGMOID + 1) * second + (SIGMOID + 3) * (1 + second));
  },
};

/**
 * softplus: ln(1 + t) with u = 1 + t. ln u ≤ 2·ln(1 + t), since u − 1 is at most twice t where it is not 0; the
 * correction is at most t ≤ ln(1 + t) / ln 2 and rounds twice; their sum once; t is off by FUNCTION; and max(x, 0) is
 * added.
 */
const SOFTPLUS = 2 * FUNCTION + 3 + 1 + FUNCTION + 1;

export const activationRoundings = {
  abs: pointwise(exact),
  ceil: pointwise(exact),
  /** Limits are rounded to f32. */
  clip: pointwise({ forward: (x, y) => (x === y ? 0 : Math.abs(y)), slope: () => 0 }),
  elu: pointwise(elu),
  erf: pointwise({
    forward: (_, y) => FUNCTION * Math.abs(y),
    // The exponent is off by U·x²; 2/√π and two products.
    slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * (x * x + FUNCTION + 3),
  }),
  exp: pointwise({ forward: (_, y) => FUNCTION * y, slope: (_, y) => (FUNCTION + 1) * y }),
  floor: pointwise(exact),
  gelu: pointwise(gelu),
  hardSigmoid: pointwise(hardSigmoid),
  hardSwish: pointwise(hardSwish),
  leakyRelu: pointwise(leakyRelu),
  log: pointwise({ forward: (_, y) => FUNCTION * Math.abs(y), slope: (x) => 1 / Math.abs(x) }),
  neg: pointwise(exact),
  /** Its quotient counts twice in −y². */
  reciprocal: pointwise({ forward: (_, y) => Math.abs(y), slope: (_, y) => 4.01 * y * y }),
  sigmoid: pointwise({
    forward: (_, y) => SIGMOID * y,
    slope: (_, y) => SIGMOID * y * Math.abs(1 - 2 * y) + 3 * y * (1 - y),
  }),
  silu: pointwise(silu),
  softplus: pointwise({ forward: (_, y) => SOFTPLUS * y, slope: (x) => (SIGMOID + 1) * sigmoid(x) }),
  sqrt: pointwise({ forward: (_, y) => y, slope: (_, y) => 2 / (2 * y) }),
  /** (1 − y)·(1 + y): two sums and two products, and twice y's own error. */
  tanh: pointwise({
    forward: (_, y) => FUNCTION * Math.abs(y),
    slope: (_, y) => 2 * FUNCTION * y * y + 4 * (1 - y * y),
  }),

  prelu: {
    forward: ({ x: [x] }, y) => y.data.map((value, i) => ((x as Tensor64).data[i]! > 0 ? 0 : U * Math.abs(value))),
    gradient(c, dy) {
      const { data, shape } = c.x[0] as Tensor64;
      const channels = shape.at(-1) ?? 1;
      return (target, i, slope) => {
        if (typeof target === 'number') return U * Math.abs(slope);
        let sum = 0; // one product and one addition a row
        for (let j = i; j < data.length; j += channels) sum += Math.abs(Math.min(data[j]!, 0) * dy[j]!);
        return (data.length / channels + 1) * U * sum;
      };
    },
  },

  logSoftmax: {
    forward: (c, y) => y.data.map((_, i) => logSoftmaxError(c, i)),
    gradient(c, dy) {
      const y = references.logSoftmax(c.x, {}, {});
      const n = y.shape.at(-1) ?? 1;
      return (_, i) => {
        const row = Math.floor(i / n) * n;
        const terms = dy.subarray(row, row + n);
        const sum = terms.reduce((total, value) => total + Math.abs(value), 0);
        const p = Math.exp(y.data[i] as number);
        // e^y is off by what y is off and by FUNCTION, the sum of n terms by n − 1; product and difference.
        return p * sum * (logSoftmaxError(c, i) + (FUNCTION + n + 1) * U) + U * Math.abs(dy[i] as number);
      };
    },
  },
} as const satisfies Record<string, Rounding>;

/**
 * x − max is off by U of itself, which is a relative error of its power; exp adds FUNCTION, the sum n. That relative error
 * is an absolute one of the logarithm, which adds FUNCTION of itself; the second difference rounds once.
 */
function logSoftmaxError(c: Case64, i: number): number {
  const { shape, data } = c.x[0] as Tensor64;
  const n = shape.at(-1) ?? 1;
  const row = data.subarray(Math.floor(i / n) * n, (Math.floor(i / n) + 1) * n);
  const largest = Math.max(...row);
  const spread = largest - Math.min(...row);
  const distance = largest - (data[i] as number);
  return U * (distance + spread + FUNCTION + n + FUNCTION * Math.log(n) + (distance + Math.log(n)));
}
