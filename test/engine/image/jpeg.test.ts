import { describe, expect, test } from 'vitest';
import { readJpegHeader } from '../../../engine/image/jpeg.ts';
import { engineError, errorCode, fixture, fixtureJson, type StoredPixels, testCodecs, toImage } from './load.ts';

const expected = fixtureJson<Record<string, StoredPixels>>('jpeg/expected.json');
const codecs = testCodecs();
const decode = (bytes: Uint8Array) => codecs.decode(bytes);
const photo = fixture('jpeg/420.jpg');

/** Offset of the first marker of this code (0xFF and `code`). */
function markerAt(bytes: Uint8Array, code: number, from = 2): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === code) return at;
  throw new Error(`no marker ${code.toString(16)}`);
}

/** A copy in which the byte `offset` behind the first marker `code` is `value`. */
function patched(bytes: Uint8Array, code: number, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[markerAt(bytes, code) + offset] = value;
  return copy;
}

const joined = (...parts: (Uint8Array | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const SOF0 = 0xc0;
const SOF2 = 0xc2;
const SOS = 0xda;

describe('decoding', () => {
  // Both decoders descend from libjpeg and use its integer inverse DCT and its colour tables: equal, not similar.
  test.each(Object.keys(expected))('%s gives the pixels that libjpeg-turbo gives', (name) => {
    expect(decode(fixture(`jpeg/${name}`))).toEqual(toImage(expected[name]!));
  });

  test('the header says what the decoder will give', () => {
    expect(readJpegHeader(fixture('jpeg/gray.jpg'))).toMatchObject({
      channels: 1,
      progressive: false,
      buffered: false,
    });
    expect(readJpegHeader(fixture('jpeg/progressive.jpg'))).toMatchObject({ progressive: true, buffered: true });
    expect(readJpegHeader(fixture('jpeg/three-scans.jpg'))).toMatchObject({
      scans: 3,
      progressive: false,
      buffered: true,
    });
    for (let orientation = 1; orientation <= 8; orientation++) {
      const header = readJpegHeader(fixture(`jpeg/orientation-${orientation}.jpg`));
      expect(header).toMatchObject({ orientation, width: 14, height: 9, channels: orientation % 3 ? 3 : 1 });
    }
  });

  test('a fault in one picture does not reach the next', () => {
    const good = decode(photo);
    const bad = photo.slice();
    bad.fill(0, markerAt(photo, 0xc4) + 4, markerAt(photo, 0xc4) + 21); // a Huffman table without codes
    for (let i = 0; i < 3; i++) {
      expect(errorCode(() => decode(bad))).toBe('invalid-image');
      expect(decode(photo)).toEqual(good);
    }
  });

  test('leaves the global names as they were', async () => {
    const names = ['ImageData', 'Uint8ClampedArray', 'location'];
    const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
    const fresh = testCodecs();
    await fresh.ready();
    fresh.decode(photo);
    expect(errorCode(() => fresh.decode(photo.subarray(0, 300)))).toBe('invalid-image');
    expect(names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))).toEqual(before);
  });

  test('what follows EOI is no part of the picture', () => {
    expect(decode(joined(photo, [0x50, 0x4b, 3, 4], photo))).toEqual(decode(photo));
  });

  test('a few bytes of padding before EOI are harmless, many are not', () => {
    const body = photo.subarray(0, -2);
    expect(decode(joined(body, [0, 0, 0], [0xff, 0xd9]))).toEqual(decode(photo));
    expect(engineError(() => decode(joined(body, new Uint8Array(500), [0xff, 0xd9]))).message).toMatch(/corrupt/);
  });
});

describe('a JPEG that is not whole', () => {
  test.each(['420.jpg', 'progressive.jpg', 'gray.jpg', 'orientation-6.jpg'])('%s cut anywhere is refused', (name) => {
    const bytes = fixture(`jpeg/${name}`);
    for (let length = 3; length < bytes.length; length++) {
      const error = engineError(() => decode(bytes.subarray(0, length)));
      expect(error.code).toBe('invalid-image');
      expect(error.message).toMatch(/truncated/);
    }
  });

  test.each(['420.jpg', 'gray.jpg', 'restart.jpg'])('%s cut in its data and closed with an EOI is refused', (name) => {
    const bytes = fixture(`jpeg/${name}`);
    const start = markerAt(bytes, SOS) + 14;
    // Up to the last bytes, where nothing but the padding of the last block may be missing.
    for (let length = start; length < bytes.length - 12; length += 7) {
      if (bytes[length - 1] === 0xff) continue;
      const error = engineError(() => decode(joined(bytes.subarray(0, length), [0xff, 0xd9])));
      expect(error.code).toBe('invalid-image');
    }
  });

  test('a component that is never sent', () => {
    const bytes = fixture('jpeg/three-scans.jpg');
    const second = markerAt(bytes, SOS, markerAt(bytes, SOS) + 2);
    const third = markerAt(bytes, SOS, second + 2);
    const without = joined(bytes.subarray(0, second), bytes.subarray(third));
    expect(engineError(() => decode(without)).message).toMatch(/component 2 has no data/);
  });

  test.each<[string, RegExp, Uint8Array]>([
    ['12 bits', /12 bits a sample/, patched(photo, SOF0, 4, 12)],
    ['lossless', /lossless/, patched(photo, SOF0, 1, 0xc3)],
    ['hierarchical', /hierarchical/, patched(photo, SOF0, 1, 0xc5)],
    ['arithmetic coding', /arithmetic-coded/, fixture('refused/arithmetic.jpg')],
    ['CMYK', /CMYK/, fixture('refused/cmyk.jpg')],
    ['height 0', /37×0/, patched(patched(photo, SOF0, 5, 0), SOF0, 6, 0)],
    ['sampling factor 0', /sampling factors 0×2/, patched(photo, SOF0, 11, 0x02)],
    ['a component named twice', /component 1 twice/, patched(photo, SOF0, 13, 1)],
    ['a scan of an unknown component', /component 9/, patched(photo, SOS, 5, 9)],
    ['a scan of four components', /scan header/, patched(photo, SOS, 4, 4)],
    ['two frames', /two frames/, joined(photo.subarray(0, 2), frameOf(photo), photo.subarray(2))],
    ['a scan before the frame', /before its frame/, joined(photo.subarray(0, 2), photo.subarray(markerAt(photo, SOS)))],
    ['no scan', /no picture/, joined(photo.subarray(0, markerAt(photo, SOS)), [0xff, 0xd9])],
    ['a second SOI', /stray 0xFFD8/, joined(photo.subarray(0, 2), photo)],
    [
      'a segment of length 1',
      /impossible length 1/,
      joined(photo.subarray(0, 2), [0xff, 0xfe, 0, 1], photo.subarray(2)),
    ],
    [
      'a byte where a marker must stand',
      /no marker at byte 20/,
      joined(photo.subarray(0, 20), [7], photo.subarray(20)),
    ],
  ])('%s', (_, message, bytes) => {
    const error = engineError(() => decode(bytes));
    expect(error.code).toBe('invalid-image');
    expect(error.message).toMatch(message);
  });

  test('more scans than allowed are refused before the decoder runs', () => {
    const bytes = fixture('jpeg/progressive.jpg');
    expect(readJpegHeader(bytes).scans).toBe(10);
    expect(errorCode(() => testCodecs({ jpegScans: 9 }).decode(bytes))).toBe('limit-exceeded');
    const last = bytes.subarray(lastScanAt(bytes), -2);
    const many = joined(bytes.subarray(0, -2), ...Array.from({ length: 100 }, () => last), [0xff, 0xd9]);
    expect(errorCode(() => decode(many))).toBe('limit-exceeded');
  });

  test('sizes that a header claims are refused before the decoder runs', () => {
    const claim = (bytes: Uint8Array, code: number, side: number) =>
      [side >> 8, side & 255, side >> 8, side & 255].reduce((copy, byte, i) => patched(copy, code, 5 + i, byte), bytes);
    expect(errorCode(() => decode(claim(photo, SOF0, 30_000)))).toBe('limit-exceeded');
    expect(errorCode(() => decode(claim(photo, SOF0, 3_600)))).toBe('limit-exceeded');
    expect(errorCode(() => decode(claim(fixture('jpeg/progressive.jpg'), SOF2, 2_700)))).toBe('limit-exceeded');
  });
});

function frameOf(bytes: Uint8Array): Uint8Array {
  const at = markerAt(bytes, SOF0);
  return bytes.subarray(at, at + 2 + bytes[at + 3]!);
}

function lastScanAt(bytes: Uint8Array): number {
  for (let at = bytes.length - 2; at > 0; at--) if (bytes[at] === 0xff && bytes[at + 1] === SOS) return at;
  throw new Error('no scan');
}
