/** The levels' powers, for gamma. */
import { exp, log } from '../elementary.ts';

/** For each level its least prime factor, and for primes the logarithm: a power of a product is the product of powers. */
interface Factors {
  readonly least: Uint8Array;
  readonly logarithms: Float64Array;
}

let factors: Factors | undefined;

function makeFactors(): Factors {
  const least = Uint8Array.from({ length: 256 }, (_, level) => {
    let factor = 2;
    while (factor < level && level % factor) factor++;
    return factor;
  });
  return { least, logarithms: Float64Array.from({ length: 256 }, (_, level) => log(level)) };
}

/** 255·(level/255)^exponent for 0–255, exponent > 0: an exponential for each of 54 primes, products for the rest. */
export function levelPowers(exponent: number): Float64Array {
  factors ??= makeFactors();
  const { least, logarithms } = factors;
  const table = new Float64Array(256);
  table[1] = 1;
  for (let level = 2; level < 256; level++) {
    const factor = least[level] as number;
    table[level] =
      factor === level
        ? exp(exponent * (logarithms[level] as number))
        : (table[factor] as number) * (table[level / factor] as number);
  }
  const scale = 255 / (table[255] as number);
  for (let level = 1; level < 256; level++) table[level] = (table[level] as number) * scale;
  return table;
}
