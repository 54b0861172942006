import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integer, real, several, sizePair } from '../../../scripts/cli/flags.ts';

test('an integer in its range is read, every other text is refused with the range', () => {
  const parse = integer(-5, 40);
  fc.assert(
    fc.property(fc.integer({ min: -100, max: 100 }), (value) => {
      if (value >= -5 && value <= 40) expect(parse(String(value))).toBe(value);
      else expect(() => parse(String(value))).toThrow('from -5 to 40');
    }),
  );
  for (const text of ['', ' ', '1.5', 'NaN', 'Infinity', '1,5', '3 4', 'five']) {
    expect(() => parse(text), text).toThrow(/expected an? /);
  }
});

test('a number, likewise, and its ends belong to the range', () => {
  const parse = real(0, 1);
  fc.assert(
    fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (drawn) => {
      const value = drawn + 0; // −0 is written as 0
      if (value >= 0 && value <= 1) expect(parse(String(value))).toBe(value);
      else expect(() => parse(String(value))).toThrow('from 0 to 1');
    }),
  );
  expect([parse('0'), parse('1')]).toEqual([0, 1]);
});

test('a size is two sides', () => {
  expect(sizePair('32,24')).toEqual([32, 24]);
  for (const text of ['32', '1,2,3', '0,5', '5,0', 'a,b', '32x24', '5000,1']) expect(() => sizePair(text)).toThrow();
});

test('a repeated flag collects its values in order', () => {
  expect(several('c', several('b', several('a')))).toEqual(['a', 'b', 'c']);
});
