/** Parsers of flag values; a wrong one is wrong usage with a sentence. */
import { InvalidArgumentError, Option } from 'commander';
import { simdChoices } from '../kernels.ts';

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
};

/** An integer in min…max. */
export const integer =
  (min = 0, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(
        `expected an integer from ${min}${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}.`,
      );
    }
    return value;
  };

/** A number in min…max. */
export const real =
  (min: number, max: number) =>
  (text: string): number => {
    const value = number(text);
    if (value < min || value > max) throw new InvalidArgumentError(`expected a number from ${min} to ${max}.`);
    return value;
  };

/** `28,28`. */
export function sizePair(text: string): [number, number] {
  const parts = text.split(',').map(integer(1, 4096));
  if (parts.length !== 2) throw new InvalidArgumentError('expected WIDTH,HEIGHT.');
  return parts as [number, number];
}

/** `a,b,c`: names. */
export function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('expected names with commas between them.');
  return names;
}

/** `0.485,0.456,0.406`: numbers. */
export const numbers = (text: string): number[] => text.split(',').map(number);

/** Collects a flag that may be given several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const simdOption = () =>
  new Option('--simd <build>', 'kernels to run: the fastest that this Node has, or one of them')
    .choices(simdChoices)
    .default('auto');

export const jsonOption = () => new Option('--json', 'machine-readable output, and nothing else on standard output');
