import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InflateError } from '../../../engine/image/bit-reader.ts';
import { inflate } from '../../../engine/image/inflate.ts';

/** A stream that arrives in pieces of `pieceBytes`. */
function inPieces(stream: Uint8Array, pieceBytes: number): () => Uint8Array | undefined {
  let at = 0;
  return () => {
    const piece = stream.subarray(at, at + pieceBytes);
    at += piece.length;
    return piece.length > 0 ? piece : undefined;
  };
}

/** Inflates a stream that arrives in pieces of `pieceBytes`. */
function inflated(stream: Uint8Array, pieceBytes = stream.length, maxTables?: number): Buffer {
  const parts: Uint8Array[] = [];
  inflate(inPieces(stream, pieceBytes), (piece) => void parts.push(piece.slice()), maxTables);
  return Buffer.concat(parts);
}

type Field = readonly [value: number, bits: number];

/** Fields one behind the other, each from its lowest bit on. */
function packed(fields: readonly Field[]): Uint8Array {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, at) => byte | (bit << at), 0),
  );
}

/** Bytes that compress in every way: runs, repeats from far back, noise. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 3000 }))
        .map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 900 }))
        .map(([word, count]) => {
          const repeated = new Uint8Array(word.length * count);
          for (let i = 0; i < repeated.length; i++) repeated[i] = word[i % word.length]!;
          return repeated;
        }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
});

describe('inflate', () => {
  test('undoes what zlib deflates, however the stream is cut into pieces', () => {
    fc.assert(
      fc.property(compressible, settings, fc.integer({ min: 1, max: 5000 }), (bytes, options, pieceBytes) => {
        expect(inflated(deflateRawSync(bytes, options), pieceBytes).equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('codes of all lengths, up to fifteen bits', () => {
    // Frequencies like Fibonacci numbers make the deepest tree.
    const bytes: number[] = [];
    for (let symbol = 0, a = 1, b = 1; symbol < 22; symbol++, [a, b] = [b, a + b]) {
      for (let i = 0; i < a; i++) bytes.push(symbol);
    }
    const input = Buffer.from(bytes);
    const stream = deflateRawSync(input, { strategy: constants.Z_HUFFMAN_ONLY, level: 9, memLevel: 9 });
    for (const pieceBytes of [1, 13, stream.length]) expect(inflated(stream, pieceBytes).equals(input)).toBe(true);
  });

  test('megabytes with matches from far back, across every edge of the window', () => {
    const bytes = Buffer.alloc(3_000_000);
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 16;
    };
    for (let at = 0; at < bytes.length; ) {
      const distance = 1 + (next() % 32_000);
      const length = 3 + (next() % 400);
      for (let i = 0; i < length && at < bytes.length; i++, at++) {
        bytes[at] = next() % 20 > 0 && distance <= at ? bytes[at - distance]! : next();
      }
    }
    const stream = deflateRawSync(bytes, { level: 9 });
    expect(stream.length).toBeLessThan(bytes.length / 2);
    expect(inflated(stream, 8192).equals(bytes)).toBe(true);
  });

  test('a damaged stream gives what zlib gives, or is refused as zlib refuses it', () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(compressible, settings, damages, (bytes, options, flips) => {
        const stream = deflateRawSync(bytes, options);
        for (const [at, bit] of flips) stream[at % Math.min(stream.length, 200)]! ^= 1 << bit;
        let wanted: Buffer | undefined;
        try {
          wanted = inflateRawSync(stream);
        } catch {
          refused++;
        }
        if (wanted) expect(inflated(stream).equals(wanted)).toBe(true);
        else expect(() => inflated(stream)).toThrow(InflateError);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  test('every beginning of a stream is too short, and says so', () => {
    const stream = deflateRawSync(Buffer.from('the quick brown fox jumps over the lazy dog, the lazy dog '.repeat(9)));
    for (let length = 0; length < stream.length; length++) {
      expect(() => inflated(stream.subarray(0, length))).toThrow(/ends early/);
    }
  });

  test('any bytes either inflate or are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          inflated(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(InflateError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[string, readonly Field[]]>([
    [
      'a block of unknown type',
      [
        [1, 1],
        [3, 2],
      ],
    ],
    [
      'a stored block whose length and complement differ',
      [
        [1, 1],
        [0, 2],
        [0, 5],
        [5, 16],
        [5, 16],
      ],
    ],
    [
      'a copy from before the start',
      [
        [1, 1],
        [1, 2],
        [0b1000000, 7],
        [0, 5],
      ],
    ],
    [
      'a length symbol that does not exist',
      [
        [1, 1],
        [1, 2],
        [0b01100011, 8],
      ],
    ],
    [
      'an over-subscribed code',
      [
        [1, 1],
        [2, 2],
        [0, 5],
        [0, 5],
        [0, 4],
        [1, 3],
        [1, 3],
        [1, 3],
        [1, 3],
      ],
    ],
    [
      'an incomplete code',
      [
        [1, 1],
        [2, 2],
        [0, 5],
        [0, 5],
        [0, 4],
        [2, 3],
        [2, 3],
        [0, 3],
        [0, 3],
      ],
    ],
    [
      'a repeat of nothing',
      [
        [1, 1],
        [2, 2],
        [0, 5],
        [0, 5],
        [0, 4],
        [1, 3],
        [1, 3],
        [0, 3],
        [0, 3],
        [0, 1],
      ],
    ],
    [
      'more literals than there are',
      [
        [1, 1],
        [2, 2],
        [30, 5],
        [0, 5],
        [0, 4],
        [1, 3],
        [1, 3],
        [0, 6],
      ],
    ],
    [
      'a single code for code lengths',
      [
        [1, 1],
        [2, 2],
        [0, 5],
        [0, 5],
        [0, 4],
        [0, 3],
        [0, 3],
        [1, 3],
        [0, 3],
        [0, 1],
        [127, 7],
        [0, 1],
        [127, 7],
      ],
    ],
    // The first three are the lengths of 18, 1 and 2 (1, 2, 2 bits); then literals 0 and 256 of 2 bits each, a distance.
    [
      'an incomplete code that is used as far as it goes',
      [
        ...([
          [1, 1],
          [2, 2],
          [0, 5],
          [0, 5],
          [14, 4],
          [0, 6],
          [1, 3],
          [0, 36],
          [2, 3],
          [0, 3],
          [2, 3],
        ] as const),
        ...([
          [3, 2],
          [0, 1],
          [127, 7],
          [0, 1],
          [106, 7],
          [3, 2],
          [1, 2],
          [0, 2],
          [2, 2],
        ] as const),
      ],
    ],
  ])('refuses %s, as zlib does', (_, fields) => {
    for (const zeros of [0, 4, 100]) {
      const stream = Buffer.concat([packed(fields), Buffer.alloc(zeros)]);
      expect(() => inflateRawSync(stream)).toThrow();
      expect(() => inflated(stream)).toThrow(zeros > 0 ? /is corrupt/ : InflateError);
    }
  });

  const maxPieceBytes = 32_768 + 65_536 + 258; // the first piece, before there is any history to keep

  test('a stream that swells is handed on in bounded pieces, and ends when the receiver says so', () => {
    const bomb = deflateRawSync(Buffer.alloc(50_000_000), { level: 9 });
    let received = 0;
    const take = (piece: Uint8Array) => {
      expect(piece.length).toBeLessThanOrEqual(maxPieceBytes);
      received += piece.length;
      if (received > 200_000) throw new RangeError('enough');
    };
    expect(() => inflate(inPieces(bomb, bomb.length), take)).toThrow(RangeError);
    expect(received).toBeLessThanOrEqual(200_000 + maxPieceBytes);
  });

  test('more tables than allowed are refused', () => {
    const blocks = Buffer.concat(
      Array.from({ length: 5 }, (_, i) =>
        deflateRawSync(Buffer.from(`block ${i} of some text that is worth a table of its own, `.repeat(20)), {
          finishFlush: i < 4 ? constants.Z_FULL_FLUSH : constants.Z_FINISH,
        }),
      ),
    );
    expect(inflated(blocks, blocks.length, 5).length).toBeGreaterThan(5000);
    expect(() => inflated(blocks, blocks.length, 4)).toThrow(/is corrupt/);
  });
});
