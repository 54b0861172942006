/** Masks as PNG: what other decoders read out of them, and how large they are. */
import { inflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { encodeMask } from '../../../engine/image/mask-png.ts';
import { decodePng } from '../../../engine/image/png.ts';
import { encodePng } from '../../../engine/image/png-encode.ts';

/** Runs of 0 and 255 of all lengths, so that every code of a length is met. */
const masks = fc
  .record({
    width: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 900 })),
    height: fc.integer({ min: 1, max: 6 }),
    runs: fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 600 })), { maxLength: 40 }),
  })
  .map(({ width, height, runs }) => {
    const data = new Uint8Array(width * height);
    let [at, level] = [0, 0];
    for (const run of runs) {
      data.fill(level, at, at + run);
      at += run;
      level = 255 - level;
    }
    return { width, height, data };
  });

test('come back from our decoder and another one, checksums included', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      const png = encodeMask(mask);
      expect(decodePng(png)).toEqual({ ...mask, channels: 1 });
      const other = decode(png, { checkCrc: true });
      expect(other).toMatchObject({ width: mask.width, height: mask.height, channels: 1, depth: 8 });
      expect(Uint8Array.from(other.data as Uint8Array)).toEqual(mask.data);
    }),
    { numRuns: 300 },
  );
});

test('every length of a run up to beyond the longest copy', () => {
  for (let width = 1; width <= 600; width++) {
    const mask = { width: width + 1, height: 1, data: new Uint8Array(width + 1) };
    mask.data[width] = 255;
    const png = encodeMask(mask);
    // 8 + 25 bytes of signature and header, 8 of the chunk's frame; 16 for its CRC and IEND. Node's inflate checks Adler-32.
    const rows = inflateSync(png.subarray(41, png.length - 16));
    expect([...rows]).toEqual([2, ...new Uint8Array(width), 255]);
  }
});

describe('size', () => {
  const disc = (side: number) => {
    const at = (i: number) => Math.hypot((i % side) - side / 2, Math.floor(i / side) - side / 2) < side / 3;
    return { width: side, height: side, data: Uint8Array.from({ length: side * side }, (_, i) => (at(i) ? 255 : 0)) };
  };

  test('is about that of the encoder for any picture', () => {
    for (const side of [64, 1000]) {
      const mask = disc(side);
      expect(encodeMask(mask).length).toBeLessThan(1.3 * encodePng({ ...mask, channels: 1 }).length + 100);
    }
  });

  test('of the worst mask is below three fourths of its pixels', () => {
    // No pixel is like the one above: four bits each; otherwise at most three for a literal 0 beside them.
    const data = Uint8Array.from({ length: 400 * 400 }, (_, i) => ((i + Math.floor(i / 400)) % 2 === 0 ? 255 : 0));
    expect(encodeMask({ width: 400, height: 400, data }).length).toBeLessThan(0.75 * data.length);
  });
});
