/** The input side of inflate: bits out of pieces of bytes, and the symbols that they spell (RFC 1951, §3.1.1). */
import { DIRECT_MASK, MAX_CODE_BITS, type PrefixCode } from './huffman.ts';

/** Thrown where the data are no deflate stream, or only the beginning of one. */
export class InflateError extends Error {
  constructor(fault: 'ends early' | 'is corrupt') {
    super(`the compressed stream ${fault}`);
  }
}

export class BitReader {
  /** The current piece of input and the offset of its next byte. */
  input: Uint8Array = new Uint8Array(0);
  at = 0;
  /** The next bits of the stream, the first lowest, and how many there are; bits above are 0. */
  bits = 0;
  count = 0;
  readonly #next: () => Uint8Array | undefined;

  /** @param next the next piece of input, undefined at its end */
  constructor(next: () => Uint8Array | undefined) {
    this.#next = next;
  }

  /** Fills the bit buffer to at least `needed` (≤ 25) bits if the stream has as many; true if it has. */
  fill(needed: number): boolean {
    while (this.count < needed) {
      if (this.at === this.input.length) {
        const input = this.#next();
        if (!input) return false;
        this.input = input;
        this.at = 0;
        continue;
      }
      this.bits |= this.input[this.at++]! << this.count;
      this.count += 8;
    }
    return true;
  }

  /** The next `count` (≤ 16) bits as a number. */
  read(count: number): number {
    if (!this.fill(count)) throw new InflateError('ends early');
    const value = this.bits & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  drop(count: number): void {
    this.bits >>>= count;
    this.count -= count;
  }

  /** The next symbol, with no assumption on how much input is left. */
  symbol(code: PrefixCode): number {
    this.fill(MAX_CODE_BITS);
    const entry = code.direct[this.bits & DIRECT_MASK]!;
    if (entry === 0) return this.#longSymbol(code);
    if ((entry & 15) > this.count) throw new InflateError('ends early');
    this.drop(entry & 15);
    return entry >> 4;
  }

  /** A symbol with a code longer than the table, a bit at a time: codes of a length are consecutive numbers. */
  #longSymbol({ counts, symbols }: PrefixCode): number {
    let code = 0;
    let first = 0; // the first code of the current length
    let index = 0; // its symbol
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      if (length > this.count) throw new InflateError('ends early');
      code |= (this.bits >> (length - 1)) & 1;
      const count = counts[length]!;
      if (code - first < count) {
        this.drop(length);
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new InflateError('is corrupt');
  }
}
