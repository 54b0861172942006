import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Border, borderIndex, borders } from '../../../engine/image/border.ts';
import { type ConvolveLimits, type ConvolveOptions, convolve } from '../../../engine/image/convolve.ts';
import { parseFilter } from '../../../engine/image/filters.ts';
import type { Image } from '../../../engine/image/image.ts';
import { flattenAlpha } from '../../../engine/image/pixels.ts';
import { convolveReference } from '../../reference/convolve.ts';
import { engineError, errorCode, fixtureJson, type StoredPixels, testImageKernels, toImage } from './load.ts';

const kernels = testImageKernels();

/** A gray picture, or one with a channel for every matrix. */
function picture(...channels: (readonly (readonly number[])[])[]): Image {
  const [first] = channels;
  const height = first!.length;
  const width = first![0]!.length;
  const count = channels.length as Image['channels'];
  const data = Uint8Array.from({ length: width * height * count }, (_, i) => {
    const pixel = Math.floor(i / count);
    return channels[i % count]![Math.floor(pixel / width)]![pixel % width]!;
  });
  return { width, height, channels: count, data };
}

/** The sums of one channel, row by row. */
function sums(image: Image, filter: unknown, options: Omit<ConvolveOptions, 'filter'> = {}, channel = 0): number[][] {
  const { shape, data } = convolve(kernels, image, { filter: parseFilter(filter), ...options });
  const [height, width, channels] = shape;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[(y * width + x) * channels + channel]!),
  );
}

describe('the example of the course', () => {
  const slide = [
    [7, 2, 3, 3, 8],
    [4, 5, 3, 8, 4],
    [3, 3, 2, 8, 4],
    [2, 8, 7, 2, 7],
    [5, 4, 4, 5, 4],
  ];
  const answer = [
    [6, -9, -8],
    [-3, -2, -3],
    [-3, 0, -2],
  ];

  test('5×5 with [1 0 −1]×3 gives 6 at the first place: 7 + 4 + 3 − 3 − 3 − 2', () => {
    expect(sums(picture(slide), 'verticalEdges', { padding: 'valid' })).toEqual(answer);
    expect(sums(picture(slide), '[[1,0,-1],[1,0,-1],[1,0,-1]]', { padding: 'valid' })).toEqual(answer);
  });

  test('several channels: each on its own', () => {
    const doubled = slide.map((row) => row.map((value) => 2 * value));
    const turned = slide[0]!.map((_, x) => slide.map((row) => row[x]!));
    const rgb = picture(slide, doubled, turned);
    expect(sums(rgb, 'verticalEdges', { padding: 'valid' }, 0)).toEqual(answer);
    expect(sums(rgb, 'verticalEdges', { padding: 'valid' }, 1)).toEqual(answer.map((row) => row.map((v) => 2 * v)));
    const transposed = answer[0]!.map((_, x) => answer.map((row) => row[x]!));
    expect(sums(rgb, '[[1,1,1],[0,0,0],[-1,-1,-1]]', { padding: 'valid' }, 2)).toEqual(transposed);
  });

  test('a bright half: [1 0 −1]×3 answers along the edge, and with its sign', () => {
    const half = Array.from({ length: 6 }, () => [10, 10, 10, 0, 0, 0]);
    const edge = Array.from({ length: 4 }, () => [0, 30, 30, 0]);
    expect(sums(picture(half), 'verticalEdges', { padding: 'valid' })).toEqual(edge);
    const mirrored = half.map((row) => row.toReversed());
    const negative = edge.map((row) => row.map((value) => 0 - value));
    expect(sums(picture(mirrored), 'verticalEdges', { padding: 'valid' })).toEqual(negative);
  });

  test('a vertical line answers to verticalLines, not to horizontalLines, and a horizontal one the other way', () => {
    const line = Array.from({ length: 5 }, () => [0, 0, 9, 0, 0]);
    const strong = Array.from({ length: 3 }, () => [-27, 54, -27]);
    const silent = Array.from({ length: 3 }, () => [0, 0, 0]);
    expect(sums(picture(line), 'verticalLines', { padding: 'valid' })).toEqual(strong);
    expect(sums(picture(line), 'horizontalLines', { padding: 'valid' })).toEqual(silent);
    const turned = [0, 0, 9, 0, 0].map((value) => Array<number>(5).fill(value));
    expect(sums(picture(turned), 'horizontalLines', { padding: 'valid' })).toEqual([
      [-27, -27, -27],
      [54, 54, 54],
      [-27, -27, -27],
    ]);
    expect(sums(picture(turned), 'verticalLines', { padding: 'valid' })).toEqual(silent);
  });

  test('edges: 8 times a single point, −1 around it, 0 on a flat picture', () => {
    const point = Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => (x === 2 && y === 2 ? 5 : 0)),
    );
    expect(sums(picture(point), 'edges')).toEqual([
      [0, 0, 0, 0, 0],
      [0, -5, -5, -5, 0],
      [0, -5, 40, -5, 0],
      [0, -5, -5, -5, 0],
      [0, 0, 0, 0, 0],
    ]);
    const flat = Array.from({ length: 3 }, () => [77, 77, 77, 77]);
    expect(sums(picture(flat), 'edges').flat()).toEqual(Array(12).fill(0));
  });
});

describe('against OpenCV', () => {
  interface Case {
    readonly border: Border;
    readonly fill: number;
    readonly matrix: number[][];
    readonly sums: number[];
  }
  const stored = fixtureJson<{ picture: StoredPixels; cases: Case[] }>('convolve.json');
  const image = toImage(stored.picture);

  test.each(stored.cases)('$border $matrix', ({ border, fill, matrix, sums }) => {
    const found = convolve(kernels, image, { filter: parseFilter(matrix), border, fill });
    expect(found).toEqual({ shape: [image.height, image.width, 3], data: Float32Array.from(sums) });
  });
});

describe('against the loop', () => {
  const side = fc.integer({ min: 1, max: 21 });
  const window = fc.integer({ min: 1, max: 9 });
  const settings = fc.record({
    width: side,
    height: side,
    channels: fc.constantFrom<Image['channels'][]>(1, 2, 3, 4),
    kh: window,
    kw: window,
    stride: fc.integer({ min: 1, max: 5 }),
    padding: fc.constantFrom<('same' | 'valid')[]>('same', 'valid'),
    border: fc.constantFrom(...borders),
    fill: fc.integer({ min: 0, max: 255 }),
    seed: fc.integer(),
    whole: fc.boolean(),
  });

  test('equal to the last bit for any filter, stride, border and picture', () => {
    fc.assert(
      fc.property(settings, ({ width, height, channels, kh, kw, stride, padding, border, fill, seed, whole }) => {
        fc.pre(padding === 'same' || (kh <= height && kw <= width));
        let state = seed;
        const next = () => {
          state = (Math.imul(state, 1664525) + 1013904223) | 0;
          return state >>> 8;
        };
        const data = Uint8Array.from({ length: width * height * channels }, () => next() & 255);
        const image: Image = { width, height, channels, data };
        const matrix = Array.from({ length: kh }, () =>
          Array.from({ length: kw }, () => (whole ? (next() % 7) - 3 : (next() / 2 ** 23 - 1) * 4)),
        );
        const options = { stride, padding, border, fill };
        const found = convolve(kernels, image, { filter: parseFilter(matrix), ...options });
        const wanted = convolveReference(flattenAlpha(image), { matrix, ...options });
        expect(found.shape).toEqual(wanted.shape);
        expect(found.data).toEqual(wanted.data);
      }),
      { numRuns: 400 },
    );
  });

  test('the largest filter, wider than the picture', () => {
    const matrix = Array.from({ length: 51 }, (_, y) =>
      Array.from({ length: 51 }, (_, x) => ((x * 7 + y * 3) % 5) - 2),
    );
    const image = picture([
      [1, 200, 3],
      [40, 5, 60],
    ]);
    for (const border of borders) {
      const options = { stride: 1, padding: 'same', border, fill: 9 } as const;
      expect(convolve(kernels, image, { filter: parseFilter(matrix), ...options })).toEqual(
        convolveReference(image, { matrix, ...options }),
      );
    }
  });
});

describe('borders', () => {
  test('the rows of letters in the documentation', () => {
    const around = (border: Border) =>
      Array.from({ length: 9 }, (_, i) => 'abc'[borderIndex(i - 3, 3, border)] ?? '.').join('');
    expect(around('constant')).toBe('...abc...');
    expect(around('edge')).toBe('aaaabcccc');
    expect(around('symmetric')).toBe('cbaabccba');
    expect(around('reflect')).toBe('bcbabcbab');
    expect(around('wrap')).toBe('abcabcabc');
  });

  test('any index far outside lands inside', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), fc.constantFrom(...borders), (index, size, border) => {
        const found = borderIndex(index, size, border);
        if (border !== 'constant') expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThan(size);
      }),
    );
  });
});

describe('what is refused', () => {
  const image = picture([
    [1, 2],
    [3, 4],
  ]);
  const filter = parseFilter('edges');

  test.each<[string, Omit<ConvolveOptions, 'filter'>, RegExp]>([
    ['a stride of 0', { stride: 0 }, /stride is 0/],
    ['a fractional stride', { stride: 1.5 }, /stride is 1.5/],
    ['a fill of 300', { fill: 300 }, /fill is 300/],
    ['a filter that does not fit', { padding: 'valid' }, /filter of 3×3 does not fit into a picture of 2×2/],
  ])('%s', (_, options, message) => {
    const error = engineError(() => convolve(kernels, image, { filter, ...options }));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toMatch(message);
  });

  test('more values or products than the limits', () => {
    const attempt = (limits: Partial<ConvolveLimits>) => () => convolve(kernels, image, { filter, limits });
    expect(errorCode(attempt({ values: 3 }))).toBe('limit-exceeded');
    expect(errorCode(attempt({ products: 4 * 9 - 1 }))).toBe('limit-exceeded');
    expect(attempt({ values: 4, products: 4 * 9 })).not.toThrow();
  });
});
