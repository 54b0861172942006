import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, percent, table } from '../../../scripts/cli/table.ts';

test('numbers stand to the right, words to the left', () => {
  const text = table(
    ['layer', 'weights', 'kind'],
    [
      ['conv1', 320, 'conv2d'],
      ['dense', 134_217_728, 'dense'],
    ],
  );
  expect(text.split('\n')).toEqual([
    'layer      weights  kind',
    'conv1          320  conv2d',
    'dense  134,217,728  dense',
  ]);
});

test('every column begins where its header does, and no line ends in blanks', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const columns = fc.integer({ min: 1, max: 6 });
  const grids = columns.chain((n) =>
    fc.array(fc.array(word, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 8 }),
  );
  fc.assert(
    fc.property(grids, (rows) => {
      const [header, ...body] = rows as [string[], ...string[][]];
      const lines = table(header, body).split('\n');
      expect(lines).toHaveLength(rows.length);
      let start = 0;
      for (let column = 0; column < header.length; column++) {
        rows.forEach((row, i) => {
          expect(lines[i]!.startsWith(row[column]!, start)).toBe(true);
        });
        start += Math.max(...rows.map((row) => row[column]!.length)) + 2;
      }
      for (const line of lines) expect(line).toBe(line.trimEnd());
    }),
  );
});

describe('bytes', () => {
  test.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1.0 KB'],
    [1536, '1.5 KB'],
    [2 ** 20, '1.0 MB'],
    [536_872_192, '512.0 MB'],
    [2 ** 40, '1024.0 GB'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

test('a fraction is shown in percent', () => expect(percent(0.9906)).toBe('99.06 %'));
