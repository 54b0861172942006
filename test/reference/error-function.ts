/** The error function in double precision, which JavaScript lacks (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14). */

/** Below this the series is taken, above it the continued fraction. */
const LIMIT = 3;

/** erf x = 2/√π·e^−x²·Σ 2ⁿ·x^(2n+1) / (1·3·…·(2n+1)): all terms have one sign, so nothing cancels. */
function series(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 0; n < 80; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc x = e^−x²/√π / (x + ½ / (x + 1 / (x + 3/2 / (x + …)))) for x ≥ LIMIT. */
function continuedFraction(x: number): number {
  let denominator = x;
  for (let n = 80; n > 0; n--) denominator = x + n / 2 / denominator;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / denominator;
}

export function erf64(x: number): number {
  if (x < 0) return -erf64(-x);
  return x >= LIMIT ? 1 - continuedFraction(x) : series(x);
}

/** 1 − erf x, with all its digits where x is large. */
export const erfc64 = (x: number): number => (x >= LIMIT ? continuedFraction(x) : 1 - erf64(x));
