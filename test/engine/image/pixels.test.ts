import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Orientation, readOrientation } from '../../../engine/image/exif.ts';
import type { Image } from '../../../engine/image/image.ts';
import { orient } from '../../../engine/image/orientation.ts';
import { flattenAlpha, toGray, toRgb } from '../../../engine/image/pixels.ts';
import { fixtureJson, type StoredPixels, toImage } from './load.ts';

const images = fc
  .record({
    width: fc.integer({ min: 1, max: 7 }),
    height: fc.integer({ min: 1, max: 7 }),
    channels: fc.constantFrom<Image['channels'][]>(1, 2, 3, 4),
  })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data): Image => ({ ...shape, data }));
  });

describe('orient', () => {
  test('the letters of a picture, by the names of TIFF', () => {
    const stored: Image = { width: 3, height: 2, channels: 1, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) };
    const upright = ([1, 2, 3, 4, 5, 6, 7, 8] as const).map((orientation) => {
      const { width, data } = orient(stored, orientation);
      return Array.from({ length: data.length / width }, (_, y) =>
        data.subarray(y * width, (y + 1) * width).join(''),
      ).join(' ');
    });
    expect(upright).toEqual([
      '123 456',
      '321 654',
      '654 321',
      '456 123',
      '14 25 36',
      '41 52 63',
      '63 52 41',
      '36 25 14',
    ]);
  });

  const inverse: Record<Orientation, Orientation> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6 };
  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('%i and back', (orientation) => {
    fc.assert(
      fc.property(images, (image) => {
        expect(orient(orient(image, orientation), inverse[orientation])).toEqual(image);
      }),
    );
  });
});

describe('readOrientation', () => {
  test('any bytes give a number from 1 to 8', () => {
    const header = fc.constantFrom([], [0x49, 0x49, 42, 0, 8, 0, 0, 0], [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 60 }), (start, bytes) => {
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(readOrientation(Uint8Array.from([...start, ...bytes])));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['SHORT 6', [3, 0, 1, 0, 0, 0, 6, 0, 0, 0], 6],
    ['LONG 8', [4, 0, 1, 0, 0, 0, 8, 0, 0, 0], 8],
    ['SHORT 0', [3, 0, 1, 0, 0, 0, 0, 0, 0, 0], 1],
    ['SHORT 9', [3, 0, 1, 0, 0, 0, 9, 0, 0, 0], 1],
    ['two values', [3, 0, 2, 0, 0, 0, 6, 0, 6, 0], 1],
    ['ASCII', [2, 0, 1, 0, 0, 0, 6, 0, 0, 0], 1],
  ])('%s', (_, entry, orientation) => {
    const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, ...entry, 0, 0, 0, 0];
    expect(readOrientation(Uint8Array.from(tiff))).toBe(orientation);
  });
});

describe('channels', () => {
  test('gray is the luma of Pillow', () => {
    const { rgb, gray } = fixtureJson<{ rgb: StoredPixels; gray: StoredPixels }>('gray.json');
    expect(toGray(toImage(rgb))).toEqual(toImage(gray));
  });

  test('alpha over white: 0 is white, 255 is the colour, between them the nearest level', () => {
    for (let value = 0; value < 256; value++) {
      const data = Uint8Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? value : i >> 1));
      const flat = flattenAlpha({ width: 256, height: 1, channels: 2, data });
      expect(flat.channels).toBe(1);
      for (let alpha = 0; alpha < 256; alpha++) {
        const exact = (value * alpha) / 255 + (255 * (255 - alpha)) / 255;
        expect(Math.abs(flat.data[alpha]! - exact)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  test('an opaque picture only loses its alpha channel', () => {
    const rgba: Image = { width: 2, height: 1, channels: 4, data: Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255]) };
    expect(flattenAlpha(rgba)).toEqual({ width: 2, height: 1, channels: 3, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) });
    expect(flattenAlpha({ ...rgba, data: new Uint8Array(8) }, 7).data).toEqual(new Uint8Array(6).fill(7));
  });

  test('gray to RGB and back is the same; alpha goes first either way', () => {
    fc.assert(
      fc.property(images, (image) => {
        const flat = flattenAlpha(image);
        expect(toGray(image)).toEqual(toGray(flat));
        expect(toRgb(image)).toEqual(toRgb(flat));
        expect(toGray(toRgb(toGray(image)))).toEqual(toGray(image));
        expect(toRgb(image).data.length).toBe(image.width * image.height * 3);
      }),
    );
  });
});
