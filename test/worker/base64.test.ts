import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../worker/base64.ts';
import { toBase64 } from './pictures.ts';

describe('decodeBase64', () => {
  test('undoes what the platform encodes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  test('accepts a text only where encoding gives it back', () => {
    const letters = fc.constantFrom(...'ABab01+/=-_ \n');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        const bytes = decodeBase64(text);
        expect(bytes === undefined ? text : toBase64(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    'A',
    'AA',
    'AAA',
    '====',
    'A===',
    'AB==',
    'AAB=',
    'AA==AAAA',
    'AA= =',
    ' AAAA',
    'AAAA\n',
    'AA-_',
    'ÀAAA',
    '💥💥',
  ])('refuses %j', (text) => expect(decodeBase64(text)).toBeUndefined());
});
