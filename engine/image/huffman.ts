/** Prefix codes as deflate builds them from code lengths (RFC 1951, §3.2.2). */

/** Codes up to this length take one look-up, longer ones a step a bit. */
const DIRECT_BITS = 10;
export const DIRECT_MASK = (1 << DIRECT_BITS) - 1;

export const MAX_CODE_BITS = 15;

export interface PrefixCode {
  /** By the next ten bits of the stream: symbol · 16 + length of its code, or 0 where the code is longer or none. */
  readonly direct: Uint16Array;
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** Symbols by length of their code, then by value. */
  readonly symbols: Uint16Array;
}

/**
 * Builds the code whose symbol i has a code of `lengths[i]` bits (0–15, 0 for none).
 * @returns undefined where no prefix code has these lengths, or bit strings would be left without a meaning; as everywhere,
 * a single code of one bit is allowed
 */
export function prefixCode(lengths: Uint8Array): PrefixCode | undefined {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length]!++;
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1; // codes of the current length that are still free
  const offsets = new Uint16Array(MAX_CODE_BITS + 2);
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    left = 2 * left - counts[length]!;
    if (left < 0) return undefined;
    offsets[length + 1] = offsets[length]! + counts[length]!;
  }
  const isSingle = used === 1 && counts[1] === 1;
  if (left > 0 && used > 0 && !isSingle) return undefined;

  const symbols = new Uint16Array(used);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) symbols[offsets[length]!++] = symbol;
  }
  return { direct: directTable(counts, symbols), counts, symbols };
}

function directTable(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const direct = new Uint16Array(1 << DIRECT_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= DIRECT_BITS; length++) {
    for (let i = counts[length]!; i > 0; i--) {
      const entry = symbols[index++]! * 16 + length;
      // Codes are sent from their highest bit on, the table is read from the stream's lowest.
      for (let at = reverse(code, length); at <= DIRECT_MASK; at += 1 << length) direct[at] = entry;
      code++;
    }
    code <<= 1;
  }
  return direct;
}

/** The lowest `length` bits of a code, the other way round. */
export function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  return reversed;
}
