import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { resample, resize } from '../../../engine/image/resize.ts';
import { resizeReference } from '../../reference/resize.ts';
import { fixtureJson, type StoredPixels, toImage } from './load.ts';

interface Cases {
  readonly sources: Record<string, StoredPixels>;
  readonly cases: readonly { source: string; antialias: boolean; result: StoredPixels }[];
}
const { sources, cases } = fixtureJson<Cases>('resize.json');

const images = fc
  .record({
    width: fc.integer({ min: 1, max: 30 }),
    height: fc.integer({ min: 1, max: 30 }),
    channels: fc.constantFrom<Image['channels'][]>(1, 2, 3, 4),
  })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data): Image => ({ ...shape, data }));
  });
const side = fc.integer({ min: 1, max: 40 });

describe.each(cases)(
  '$source to $result.width×$result.height, antialias $antialias',
  ({ source, antialias, result }) => {
    const wanted = toImage(result);
    const found = resize(toImage(sources[source]!), result.width, result.height, antialias);
    if (antialias) test('is what Pillow gives, to the bit', () => expect(found).toEqual(wanted));
    else {
      // OpenCV rounds its two passes apart and drops bits between them.
      test('is what OpenCV gives, to one level', () => {
        expect(found.data.length).toBe(wanted.data.length);
        const off = found.data.map((value, i) => Math.abs(value - wanted.data[i]!));
        expect(Math.max(...off)).toBeLessThanOrEqual(1);
      });
    }
  },
);

describe('resize', () => {
  test('is the exact mean, rounded: twice 0.5 with antialias, for its two passes, 0.5 and the weights’ rounding without', () => {
    fc.assert(
      fc.property(images, side, side, fc.boolean(), (image, width, height, antialias) => {
        const { data } = resize(image, width, height, antialias);
        const exact = resizeReference(image, width, height, antialias);
        // 2⁻¹¹ off in each of two weights that share a range of 255, both ways.
        const bound = antialias ? 1 + 1e-3 : 0.5 + (2 * 255) / 2048 / 2 + 1e-3;
        for (let i = 0; i < data.length; i++) expect(Math.abs(data[i]! - exact[i]!)).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 200 },
    );
  });

  test('the same size is the same picture', () => {
    fc.assert(
      fc.property(images, fc.boolean(), (image, antialias) => {
        expect(resize(image, image.width, image.height, antialias)).toEqual(image);
      }),
    );
  });

  test('a flat picture stays flat at any size', () => {
    const flat = (width: number, height: number, level: number): Image => ({
      width,
      height,
      channels: 1,
      data: new Uint8Array(width * height).fill(level),
    });
    for (const level of [0, 1, 127, 254, 255]) {
      for (const [from, to] of [
        [16_384, 1],
        [16_381, 3],
        [5_000, 7],
        [1, 300],
      ] as const) {
        for (const antialias of [true, false]) {
          expect(resize(flat(from, 2, level), to, 2, antialias)).toEqual(flat(to, 2, level));
          expect(resize(flat(2, from, level), 2, to, antialias)).toEqual(flat(2, to, level));
        }
      }
    }
  });

  test('a part of the resized picture is that part of the whole', () => {
    fc.assert(
      fc.property(images, side, side, fc.boolean(), fc.nat(), fc.nat(), (image, width, height, antialias, a, b) => {
        const left = a % width;
        const top = b % height;
        const { channels } = image;
        const whole = resize(image, width, height, antialias).data;
        const across = { full: width, first: left, count: width - left };
        const down = { full: height, first: top, count: height - top };
        const part = resample(image, { across, down, antialias, channels });
        for (let y = 0; y < down.count; y++) {
          const from = ((top + y) * width + left) * channels;
          const row = part.subarray(y * across.count * channels, (y + 1) * across.count * channels);
          expect(row).toEqual(whole.subarray(from, from + row.length));
        }
      }),
    );
  });
});
