import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng, readPngHeader } from '../../../engine/image/png.ts';
import { encodePng } from '../../../engine/image/png-encode.ts';
import { engineError, fixture, fixtureJson, ihdr, pngOf, type StoredPixels, toImage } from './load.ts';

const expected = fixtureJson<Record<string, StoredPixels>>('png/expected.json');

describe('decodePng', () => {
  test('the fixtures hold every colour type and depth, plain and interlaced', () => {
    const headers = Object.keys(expected).map((name) => readPngHeader(fixture(`png/${name}`)));
    const kinds = new Set(headers.map(({ bitDepth, channels, interlaced }) => `${bitDepth} ${channels} ${interlaced}`));
    for (const interlaced of [false, true]) {
      for (const channels of [1, 2, 3, 4]) {
        for (const bitDepth of [8, 16]) expect(kinds).toContain(`${bitDepth} ${channels} ${interlaced}`);
      }
      for (const bitDepth of [1, 2, 4]) expect(kinds).toContain(`${bitDepth} 1 ${interlaced}`);
    }
  });

  test.each(Object.keys(expected))('%s', (name) => {
    expect(decodePng(fixture(`png/${name}`))).toEqual(toImage(expected[name]!));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('reads orientation %i, and the header keeps the stored sides', (orientation) => {
    const header = readPngHeader(fixture(`png/orientation-${orientation}.png`));
    expect(header).toMatchObject({ orientation, width: 14, height: 9 });
  });
});

const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom<Image['channels'][]>(1, 2, 3, 4),
    step: fc.integer({ min: 0, max: 255 }),
    noise: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  })
  .map(({ width, height, channels, step, noise }): Image => {
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => i * step + noise[i % noise.length]!);
    return { width, height, channels, data };
  });

describe('encodePng', () => {
  test('decodes to the same picture', () => {
    fc.assert(
      fc.property(pictures, (image) => {
        expect(decodePng(encodePng(image))).toEqual(image);
      }),
    );
  });

  test('writes a zlib stream of one filter byte and the samples a row', () => {
    fc.assert(
      fc.property(pictures, (image) => {
        const png = Buffer.from(encodePng(image));
        const at = png.indexOf('IDAT');
        const raw = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
        expect(raw.length).toBe(image.height * (1 + image.width * image.channels));
      }),
    );
  });

  test('a smooth picture takes far less than its pixels', () => {
    const data = Uint8Array.from({ length: 128 * 128 * 3 }, (_, i) => (i >> 3) + (i % 3) * 50);
    expect(encodePng({ width: 128, height: 128, channels: 3, data }).length).toBeLessThan(data.length / 10);
  });
});

/** Rows of zeros of an RGB picture, each with filter 0. */
const rows = (width: number, height: number) => deflateSync(Buffer.alloc(height * (1 + 3 * width)));
const end = ['IEND', []] as const;

describe('a PNG that is not well formed', () => {
  test('stands: the smallest one', () => {
    const image = decodePng(pngOf(ihdr(1, 1), ['IDAT', rows(1, 1)], end));
    expect(image).toEqual({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) });
  });

  test('bytes behind IEND are no part of the picture', () => {
    const png = pngOf(ihdr(2, 2), ['IDAT', rows(2, 2)], end);
    expect(decodePng(new Uint8Array([...png, 0x50, 0x4b, 3, 4]))).toEqual(decodePng(png));
  });

  test.each<[string, RegExp, Uint8Array]>([
    ['no IHDR', /begins with IDAT/, pngOf(['IDAT', rows(1, 1)], end)],
    ['a short IHDR', /begins with IHDR of 12 bytes/, pngOf(['IHDR', new Uint8Array(12)], end)],
    ['width 0', /size of 0×5/, pngOf(ihdr(0, 5), ['IDAT', rows(1, 1)], end)],
    ['width 2³¹', /size of 2147483648×1/, pngOf(ihdr(2 ** 31, 1), ['IDAT', rows(1, 1)], end)],
    ['RGB of 4 bits', /colour type 2 with 4 bits/, pngOf(ihdr(1, 1, { bitDepth: 4 }), ['IDAT', rows(1, 1)], end)],
    ['colour type 5', /colour type 5 with 8 bits/, pngOf(ihdr(1, 1, { colorType: 5 }), ['IDAT', rows(1, 1)], end)],
    ['interlace 2', /interlace 2/, pngOf(ihdr(1, 1, { interlace: 2 }), ['IDAT', rows(1, 1)], end)],
    ['no IDAT', /no image data/, pngOf(ihdr(1, 1), end)],
    ['no IEND', /truncated/, pngOf(ihdr(1, 1), ['IDAT', rows(1, 1)])],
    ['an unknown critical chunk', /critical chunk CgBI/, pngOf(ihdr(1, 1), ['CgBI', []], ['IDAT', rows(1, 1)], end)],
    ['an animation', /animation/, pngOf(ihdr(1, 1), ['acTL', new Uint8Array(8)], ['IDAT', rows(1, 1)], end)],
    ['IDAT apart', /do not follow/, pngOf(ihdr(1, 1), ['IDAT', rows(1, 1)], ['tEXt', [65, 0]], ['IDAT', []], end)],
    ['no palette', /no palette/, pngOf(ihdr(1, 1, { colorType: 3 }), ['IDAT', rows(1, 1)], end)],
    ['a palette behind IDAT', /late palette/, pngOf(ihdr(1, 1), ['IDAT', rows(1, 1)], ['PLTE', [1, 2, 3]], end)],
    ['a gray palette', /gray and has a palette/, pngOf(ihdr(1, 1, { colorType: 0 }), ['PLTE', [1, 2, 3]], end)],
    ['a palette of 4 bytes', /palette of 4 bytes/, pngOf(ihdr(1, 1, { colorType: 3 }), ['PLTE', [1, 2, 3, 4]], end)],
    ['tRNS of a wrong size', /tRNS chunk\) of 5/, pngOf(ihdr(1, 1), ['tRNS', [0, 1, 0, 1, 0]], end)],
    ['tRNS beside alpha', /tRNS chunk\) of 2/, pngOf(ihdr(1, 1, { colorType: 6 }), ['tRNS', [0, 1]], end)],
    ['no zlib header', /not a zlib stream/, pngOf(ihdr(1, 1), ['IDAT', [0xff, 0xff, 0, 0]], end)],
    ['corrupt data', /stream is corrupt/, pngOf(ihdr(1, 1), ['IDAT', [0x78, 0x9c, 0xff, 0xff]], end)],
    ['empty data', /stream ends early/, pngOf(ihdr(1, 1), ['IDAT', []], end)],
    ['too few rows', /end before the last row/, pngOf(ihdr(3, 3), ['IDAT', rows(3, 2)], end)],
    ['too many rows', /more image data/, pngOf(ihdr(3, 3), ['IDAT', rows(3, 4)], end)],
    ['filter 5', /unknown filter 5/, pngOf(ihdr(1, 1), ['IDAT', deflateSync(Buffer.from([5, 1, 2, 3]))], end)],
    [
      'a colour beyond the palette',
      /colour 3; its palette has 1/,
      pngOf(ihdr(1, 1, { colorType: 3 }), ['PLTE', [1, 2, 3]], ['IDAT', deflateSync(Buffer.from([0, 3]))], end),
    ],
  ])('%s', (_, message, bytes) => {
    const error = engineError(() => decodePng(bytes));
    expect(error.code).toBe('invalid-image');
    expect(error.message).toMatch(message);
  });

  test('a wrong bit anywhere is found by a CRC, or leaves no PNG at all', () => {
    const png = pngOf(ihdr(5, 4), ['IDAT', rows(5, 4)], end);
    for (let bit = 64; bit < png.length * 8; bit++) {
      const damaged = png.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(engineError(() => decodePng(damaged)).code).toBe('invalid-image');
    }
  });

  test('every beginning is truncated', () => {
    for (const name of ['gray-1-adam7.png', 'rgba-16.png', 'palette-4-alpha.png']) {
      const png = fixture(`png/${name}`);
      for (let length = 8; length < png.length; length++) {
        expect(engineError(() => decodePng(png.subarray(0, length))).code).toBe('invalid-image');
      }
    }
  });

  test('data that swell beyond the size are stopped at the size', () => {
    const bomb = deflateSync(Buffer.alloc(100_000_000), { level: 9 });
    expect(engineError(() => decodePng(pngOf(ihdr(4, 4), ['IDAT', bomb], end))).message).toMatch(/more image data/);
  });

  test('a million empty chunks are refused for their number', () => {
    const one = Buffer.from(pngOf(['tEXt', []]).subarray(8));
    const png = Buffer.concat([pngOf(ihdr(1, 1)), Buffer.alloc(1_000_000 * one.length, one)]);
    expect(engineError(() => decodePng(png)).code).toBe('limit-exceeded');
  });
});
