/**
 * sin, cos, exp, log and their kin in f64, of our own: those of a host differ from host to host in the last bit, and a
 * picture's bytes hang on them. Only +, −, ×, ÷, √ and floor are used, which IEEE 754 fixes to the bit, so the results are
 * the same on every machine. Off by less than 2 units in the last place over the ranges named.
 *
 * Range reductions and polynomials are those of Sun's fdlibm (netlib.org/fdlibm: k_sin.c, k_cos.c, e_exp.c, e_log.c; 1993).
 */

/** π/2 as a head of 33 bits, whose products with small integers are exact, and a tail. */
const HALF_PI_HEAD = 1.5707963267341256;
const HALF_PI_TAIL = 6.077100506506192e-11;
const LN2_HEAD = 0.6931471803691238;
const LN2_TAIL = 1.9082149292705877e-10;

function sinKernel(x: number): number {
  const z = x * x;
  const tail =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (0.0000027557313707070068 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x + x * z * (-0.16666666666666632 + z * tail);
}

function cosKernel(x: number): number {
  const z = x * x;
  const sum =
    0.0416666666666666 +
    z *
      (-0.001388888888887411 +
        z *
          (0.00002480158728947673 +
            z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))));
  return 1 - (0.5 * z - z * z * sum);
}

/** sin and cos of quarter·π/2 + rest, |rest| ≤ π/4. */
function sinOfQuarter(quarter: number, rest: number): number {
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return sinKernel(rest);
    case 1:
      return cosKernel(rest);
    case 2:
      return -sinKernel(rest);
    default:
      return -cosKernel(rest);
  }
}

/** Angle in radians, |x| ≤ 1e5. */
export function sin(x: number): number {
  const quarter = Math.floor(x / (HALF_PI_HEAD + HALF_PI_TAIL) + 0.5);
  return sinOfQuarter(quarter, x - quarter * HALF_PI_HEAD - quarter * HALF_PI_TAIL);
}

/** Angle in radians, |x| ≤ 1e5. */
export function cos(x: number): number {
  const quarter = Math.floor(x / (HALF_PI_HEAD + HALF_PI_TAIL) + 0.5);
  return sinOfQuarter(quarter + 1, x - quarter * HALF_PI_HEAD - quarter * HALF_PI_TAIL);
}

/** Angle in degrees, any finite size; exact at whole multiples of 90. */
export function sinDegrees(degrees: number): number {
  const turn = degrees % 360;
  const quarter = Math.floor(turn / 90 + 0.5);
  return sinOfQuarter(quarter, (turn - quarter * 90) * (Math.PI / 180)) + 0; // never −0
}

/** Angle in degrees, any finite size; exact at whole multiples of 90. */
export function cosDegrees(degrees: number): number {
  const turn = degrees % 360;
  const quarter = Math.floor(turn / 90 + 0.5);
  return sinOfQuarter(quarter + 1, (turn - quarter * 90) * (Math.PI / 180)) + 0;
}

/** e^x; 0 below −745, infinite above 710. */
export function exp(x: number): number {
  if (x < -745.2) return 0;
  if (x > 709.8) return Number.POSITIVE_INFINITY;
  const n = Math.floor(x / Math.LN2 + 0.5);
  const high = x - n * LN2_HEAD;
  const low = n * LN2_TAIL;
  const r = high - low;
  const z = r * r;
  const c =
    r -
    z *
      (0.16666666666666602 +
        z *
          (-0.0027777777777015593 +
            z * (0.00006613756321437934 + z * (-0.0000016533902205465252 + z * 4.1381367970572385e-8))));
  const power = 1 - (low - (r * c) / (2 - c) - high);
  const half = Math.floor(n / 2);
  return power * powerOfTwo(half) * powerOfTwo(n - half);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const upperWord = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0; // little-endian or not

/** 2^n for −1022 ≤ n ≤ 1023, put together from its bits: a host's `**` need not be exact. */
function powerOfTwo(n: number): number {
  words[1 - upperWord] = 0;
  words[upperWord] = (n + 1023) << 20;
  return double[0]!;
}

/** ln x; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  // x = 2^k·m with m in [√½, √2); halving and doubling are exact.
  let m = x;
  let k = 0;
  for (; m >= Math.SQRT2 * 0x1_0000; k += 16) m /= 0x1_0000;
  for (; m < Math.SQRT1_2 / 0x1_0000; k -= 16) m *= 0x1_0000;
  for (; m >= Math.SQRT2; k++) m /= 2;
  for (; m < Math.SQRT1_2; k--) m *= 2;
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return k * LN2_HEAD - (half - (s * (half + even + odd) + k * LN2_TAIL) - f);
}

/** x^y for x ≥ 0, relative error about |y·ln x| units in the last place. */
export function power(x: number, y: number): number {
  if (x === 0) return y === 0 ? 1 : y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exp(y * log(x));
}
