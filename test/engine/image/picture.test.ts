import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Convolved, convolve } from '../../../engine/image/convolve.ts';
import { parseFilter } from '../../../engine/image/filters.ts';
import type { Image } from '../../../engine/image/image.ts';
import { convolveToPicture, toPicture } from '../../../engine/image/picture.ts';
import { fixture, testCodecs, testImageKernels } from './load.ts';

const row = (...values: number[]): Convolved => ({ shape: [1, values.length, 1], data: Float32Array.from(values) });

describe('clip', () => {
  test('rounds half to even and clips', () => {
    const { channels, data } = toPicture(row(-3, -0.5, 0.5, 1.5, 2.5, 2.51, 254.5, 255.5, 1000), 'clip');
    expect(channels).toBe(1);
    expect([...data]).toEqual([0, 0, 0, 2, 2, 3, 254, 255, 255]);
  });

  test('keeps the channels, so that the identity is the picture itself', () => {
    const photo = testCodecs().decode(fixture('photo.png'));
    const filter = parseFilter('identity');
    expect(toPicture(convolve(testImageKernels(), photo, { filter }), 'clip')).toEqual(photo);
  });
});

describe('signed', () => {
  const pixelsOf = ({ data }: Image) =>
    Array.from({ length: data.length / 3 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]);

  test('blue below 0, white at 0, red above, on one scale', () => {
    expect(pixelsOf(toPicture(row(-100, -50, 0, 50, 100), 'signed'))).toEqual([
      [0, 0, 255],
      [128, 128, 255], // 127.5
      [255, 255, 255],
      [255, 128, 128],
      [255, 0, 0],
    ]);
    expect(pixelsOf(toPicture(row(-20, 100), 'signed'))).toEqual([
      [204, 204, 255],
      [255, 0, 0],
    ]);
  });

  test('of several channels the sum counts', () => {
    const result: Convolved = { shape: [1, 2, 3], data: Float32Array.from([30, -10, -20, 10, 20, -10]) };
    expect(pixelsOf(toPicture(result, 'signed'))).toEqual([
      [255, 255, 255],
      [255, 0, 0],
    ]);
  });

  test('all zero is white', () => {
    expect(toPicture(row(0, 0), 'signed').data).toEqual(new Uint8Array(6).fill(255));
  });

  test('the other sign is the other colour', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 30 }), (values) => {
        const swapped = pixelsOf(toPicture(row(...values.map((value) => -value)), 'signed')).map((p) => p.toReversed());
        expect(pixelsOf(toPicture(row(...values), 'signed'))).toEqual(swapped);
      }),
    );
  });
});

test.each(['clip', 'signed'] as const)('straight to a picture, %s, is the same picture', (mode) => {
  const kernels = testImageKernels();
  const photo = testCodecs().decode(fixture('photo.png'));
  for (const stride of [1, 3]) {
    const options = { filter: parseFilter('sobelX'), stride };
    expect(convolveToPicture(kernels, photo, options, mode)).toEqual(
      toPicture(convolve(kernels, photo, options), mode),
    );
  }
});
