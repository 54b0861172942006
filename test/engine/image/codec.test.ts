import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import { checkLimits, defaultImageLimits, readHeader, sniff } from '../../../engine/image/codec.ts';
import { engineError, errorCode, fixture, ihdr, pngOf, testCodecs } from './load.ts';

const codecs = testCodecs();

describe('types', () => {
  test.each([
    ['webp', 'WebP'],
    ['gif', 'GIF'],
    ['bmp', 'BMP'],
    ['tiff', 'TIFF'],
  ])('%s is known by its content, and named', (extension, name) => {
    const bytes = fixture(`refused/picture.${extension}`);
    expect(sniff(bytes)).toBe(name);
    const error = engineError(() => codecs.decode(bytes));
    expect(error.code).toBe('unsupported-image');
    expect(error.message).toBe(`PNG or JPEG is expected; this is ${name}, which is not read yet`);
  });

  test('AVIF and HEIC, by the brand of their first box', () => {
    const box = (brand: string) => Buffer.concat([Buffer.from([0, 0, 0, 28]), Buffer.from(`ftyp${brand}`)]);
    expect(sniff(box('avif'))).toBe('AVIF');
    expect(sniff(box('heic'))).toBe('HEIC');
    expect(engineError(() => codecs.decode(box('avif'))).message).toMatch(/this is AVIF/);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['half a signature', Uint8Array.from([0x89, 0x50, 0x4e, 0x47])],
  ])('%s is no picture', (_, bytes) => {
    expect(sniff(bytes)).toBeUndefined();
    expect(errorCode(() => codecs.decode(bytes))).toBe('unsupported-image');
  });

  test('an animated PNG is refused as such', () => {
    expect(engineError(() => codecs.decode(fixture('refused/animation.png'))).message).toMatch(/animation/);
  });
});

describe('limits', () => {
  const pngOfSize = (width: number, height: number, options = {}) =>
    pngOf(ihdr(width, height, options), ['IDAT', deflateSync(Buffer.alloc(8))], ['IEND', []]);

  test('69 bytes that declare 60000×60000 cost nothing', () => {
    const png = pngOfSize(60_000, 60_000, { colorType: 0 });
    expect(png.length).toBeLessThan(80);
    const error = engineError(() => codecs.decode(png));
    expect(error.code).toBe('limit-exceeded');
    expect(error.message).toBe('the PNG of 60000×60000 pixels has 60000 pixels a side, at most 16384 are decoded');
    expect(readHeader(png)).toMatchObject({ width: 60_000, height: 60_000 });
  });

  test.each([
    ['a side', pngOfSize(16_385, 1), pngOfSize(16_384, 1)],
    ['pixels', pngOfSize(4_000, 3_051), pngOfSize(4_000, 3_050)],
    ['pixels of 48 bits', pngOfSize(2_000, 3_051, { bitDepth: 16 }), pngOfSize(2_000, 3_050, { bitDepth: 16 })],
  ])('%s', (_, above, within) => {
    expect(errorCode(() => checkLimits(readHeader(above)))).toBe('limit-exceeded');
    expect(() => checkLimits(readHeader(within))).not.toThrow();
  });

  test('each can be set', () => {
    const png = fixture('png/rgb-8.png');
    const jpeg = fixture('jpeg/420.jpg');
    const progressive = fixture('jpeg/progressive.jpg');
    expect(errorCode(() => testCodecs({ side: 12 }).decode(png))).toBe('limit-exceeded');
    expect(errorCode(() => testCodecs({ pngPixels: 142 }).decode(png))).toBe('limit-exceeded');
    expect(errorCode(() => testCodecs({ pngChunks: 3 }).decode(png))).toBe('limit-exceeded');
    expect(errorCode(() => testCodecs({ jpegPixels: 37 * 29 - 1 }).decode(jpeg))).toBe('limit-exceeded');
    expect(errorCode(() => testCodecs({ bufferedJpegPixels: 37 * 29 - 1 }).decode(progressive))).toBe('limit-exceeded');
    expect(errorCode(() => testCodecs({ jpegBytes: jpeg.length - 1 }).decode(jpeg))).toBe('limit-exceeded');
    const exact = testCodecs({ pngPixels: 143, jpegPixels: 37 * 29, jpegBytes: jpeg.length, side: 37 });
    expect(exact.decode(png).width).toBe(13);
    expect(exact.decode(jpeg).width).toBe(37);
  });

  test('are within what HTTP allows', () => {
    const { side, pngPixels, jpegPixels, bufferedJpegPixels } = defaultImageLimits;
    expect(side).toBe(16_384);
    for (const pixels of [pngPixels, jpegPixels, bufferedJpegPixels]) expect(pixels).toBeLessThanOrEqual(16_000_000);
  });
});

describe('any bytes', () => {
  /** Decodes; a refusal has to be one of the three. */
  const survives = (bytes: Uint8Array) => {
    try {
      const { width, height, channels, data } = codecs.decode(bytes);
      expect(data.length).toBe(width * height * channels);
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      expect(['unsupported-image', 'invalid-image', 'limit-exceeded']).toContain((error as EngineError).code);
      expect((error as EngineError).message.length).toBeLessThan(300);
    }
  };
  const beginnings = [
    [],
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    [0xff, 0xd8, 0xff],
    [...fixture('jpeg/gray.jpg').subarray(0, 330)],
  ];

  test('random ones behind any beginning', () => {
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), (beginning, bytes) =>
        survives(Uint8Array.from([...beginning, ...bytes])),
      ),
      { numRuns: 2000 },
    );
  });

  const names = [
    'png/palette-4-alpha-adam7.png',
    'jpeg/420.jpg',
    'jpeg/progressive.jpg',
    'jpeg/restart.jpg',
    'jpeg/three-scans.jpg',
  ];
  test.each(names)('%s with bytes changed, removed and put in', (name) => {
    const whole = fixture(name);
    const changes = fc.array(
      fc.record({
        at: fc.nat({ max: whole.length - 1 }),
        remove: fc.constantFrom(0, 1, 1, 1, 2, 40),
        insert: fc.uint8Array({ maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = [...whole];
        for (const { at, remove, insert } of list) bytes.splice(at, remove, ...insert);
        survives(Uint8Array.from(bytes));
      }),
      { numRuns: 300 },
    );
  });

  test('a picture decodes as before after all that', () => {
    expect(codecs.decode(fixture('jpeg/420.jpg'))).toEqual(testCodecs().decode(fixture('jpeg/420.jpg')));
  });
});
