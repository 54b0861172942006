import { describe, expect, test } from 'vitest';
import { filterNames, parseFilter } from '../../../engine/image/filters.ts';
import { engineError } from './load.ts';

/** The rows of a filter. */
function rows(value: unknown): number[][] {
  const { height, width, weights } = parseFilter(value);
  return Array.from({ length: height }, (_, y) => [...weights.subarray(y * width, (y + 1) * width)]);
}
const transposed = (matrix: number[][]) => matrix[0]!.map((_, x) => matrix.map((row) => row[x]!));
const sum = (matrix: number[][]) => matrix.flat().reduce((a, b) => a + b, 0);

describe('the filters of the course', () => {
  test('are those that AUGMENTATIONS.md names', () => {
    expect(rows('verticalLines')).toEqual([
      [-1, 2, -1],
      [-1, 2, -1],
      [-1, 2, -1],
    ]);
    expect(rows('horizontalLines')).toEqual([
      [-1, -1, -1],
      [2, 2, 2],
      [-1, -1, -1],
    ]);
    expect(rows('edges')).toEqual([
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ]);
    expect(rows('verticalEdges')).toEqual([
      [1, 0, -1],
      [1, 0, -1],
      [1, 0, -1],
    ]);
    expect(rows('sobelX')).toEqual([
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ]);
    expect(rows('prewittX')).toEqual([
      [-1, 0, 1],
      [-1, 0, 1],
      [-1, 0, 1],
    ]);
    expect(rows('laplacian')).toEqual([
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ]);
    expect(rows('gaussian')).toEqual(
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ].map((row) => row.map((w) => w / 16)),
    );
    expect(rows('box').flat()).toEqual(Array(9).fill(Math.fround(1 / 9)));
    expect(rows('identity')).toEqual([[1]]);
  });

  test('X and Y are transposed', () => {
    expect(rows('sobelY')).toEqual(transposed(rows('sobelX')));
    expect(rows('prewittY')).toEqual(transposed(rows('prewittX')));
  });

  test('all sum to 0 or 1: a flat picture gives nothing, or itself', () => {
    expect(filterNames).toHaveLength(12);
    const blurs = ['box', 'gaussian', 'identity'];
    // Nine times 1/9 in f32 is off by at most nine halves of the last bit of 1/9.
    for (const name of filterNames) expect(sum(rows(name))).toBeCloseTo(blurs.includes(name) ? 1 : 0, 6);
  });
});

describe('parseFilter', () => {
  test('a matrix may be an array or JSON, with odd or even sides', () => {
    expect(rows('[[1, 0, -1]]')).toEqual([[1, 0, -1]]);
    expect(rows(' [[1],[2.5]] ')).toEqual([[1], [2.5]]);
    expect(
      rows([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]),
    ).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(parseFilter(Array.from({ length: 51 }, () => Array(51).fill(1))).weights.length).toBe(2601);
  });

  test.each<[string, unknown, RegExp, string | undefined]>([
    ['an unknown name', 'sobel', /no filter "sobel": expected verticalLines, horizontalLines/, undefined],
    ['a name from the prototype', 'constructor', /no filter "constructor"/, undefined],
    ['half a matrix', '[[1,2', /is not JSON/, undefined],
    ['a very long name', 'x'.repeat(1000), /"x{100}…"/, undefined],
    ['a flat array', [1, 2, 3], /expected a row/, '$[0]'],
    ['no rows', [], /non-empty/, '$'],
    ['an empty row', [[]], /expected a row/, '$[0]'],
    ['ragged rows', [[1, 2], [1]], /row 1 of the filter has 1 weights, row 0 has 2/, '$[1]'],
    ['a text for a weight', [[1, '2']], /finite number/, '$[0][1]'],
    ['NaN', [[Number.NaN]], /finite number/, '$[0][0]'],
    ['infinity', '[[1e999]]', /finite number/, '$[0][0]'],
    ['null', null, /name or a non-empty array/, '$'],
    ['an object', { length: 1, 0: [1] }, /name or a non-empty array/, '$'],
    ['52 rows', Array.from({ length: 52 }, () => [1]), /52×1 weights, at most 51×51/, '$'],
    ['52 columns', [Array(52).fill(1)], /1×52 weights, at most 51×51/, '$'],
  ])('refuses %s', (_, value, message, path) => {
    const error = engineError(() => parseFilter(value));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toMatch(message);
    expect(error.path).toBe(path);
  });

  test('the path begins where the document has the filter', () => {
    expect(engineError(() => parseFilter([[1, true]], '$.pipeline.matrix')).path).toBe('$.pipeline.matrix[0][1]');
  });
});
