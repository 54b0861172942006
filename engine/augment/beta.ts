/** Beta-distributed numbers, for mixtures of pictures. */
import { log, power } from '../elementary.ts';
import type { Random } from '../random.ts';
import { normal } from './number.ts';

/** Gamma(shape, 1) by Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; shape > 0. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * power(1 - random.float(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    if (log(1 - random.float()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}

/** A number of Beta(a, b) in 0…1, a and b > 0. */
export function beta(a: number, b: number, random: Random): number {
  const x = gamma(a, random);
  const y = gamma(b, random);
  // With shapes near 0 both may underflow: then the mass lies at the ends, evenly for a = b.
  return x + y > 0 ? x / (x + y) : random.float() < a / (a + b) ? 1 : 0;
}
