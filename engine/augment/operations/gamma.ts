import { exp, log, power } from '../../elementary.ts';
import { augmentation } from '../augmentation.ts';
import { number } from '../options.ts';

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

/** level^exponent of 0–255: an exponential for each of 54 primes, a product for the rest. */
function powers(exponent: number): Float64Array {
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
  return table;
}

/** 255·(v/255)^gamma; levels below 0 count as 0. */
export const gamma = augmentation({
  summary: 'lighter or darker in the middle tones',
  options: { gamma: number({ default: [0.7, 1.7], min: 1e-6, max: 100, neutral: 1 }) },
  table: ({ gamma }) => {
    const table = powers(gamma);
    const scale = 255 / (table[255] as number);
    return (level) => scale * (table[level] ?? power(Math.max(level, 0), gamma));
  },
  samples: [{ gamma: 0.5 }, { gamma: 1.5 }],
});
