/**
 * Deflate, the compression inside PNG (RFC 1951), undone as a stream of bounded memory: 32 KB of history and 64 KB of new
 * output at a time, whatever the data swell to. The libraries at hand let one step of a hostile stream grow a thousandfold,
 * or run on behind the end of the buffer that they were given.
 */
import { DIRECT_MASK, MAX_CODE_BITS, type PrefixCode, prefixCode } from './huffman.ts';

/** How far back a copy may reach. */
const HISTORY_BYTES = 32_768;
/** New bytes that are gathered before they are handed on. */
const OUTPUT_BYTES = 65_536;
const MAX_COPY_BYTES = 258;
/** What one symbol with its distance and their extra bits may take from the input, if the bit buffer is refilled thrice. */
const MAX_SYMBOL_BYTES = 12;

const END_OF_BLOCK = 256;
const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceExtra = Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
const distanceBase = distanceExtra.map((extra, i) => (i < 4 ? i + 1 : ((2 + (i & 1)) << extra) + 1));
const lengthCodeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const fixedLiterals = prefixCode(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)))!;
const fixedDistances = prefixCode(new Uint8Array(32).fill(5))!;

/** Thrown where the data are no deflate stream; `ends` where they are the beginning of one. */
export class InflateError extends Error {
  readonly ends: boolean;
  constructor(ends: boolean) {
    super(ends ? 'the compressed data end early' : 'the compressed data are corrupt');
    this.ends = ends;
  }
}

/**
 * Inflates one stream.
 * @param next the next bytes of the stream, undefined at its end; bytes behind the last block are left alone
 * @param take is given the output in order, at most 64 KB at a time, in an array that is used again
 * @param maxTables how many blocks may bring codes of their own: building them is the dearest thing that a byte can ask for
 * @throws InflateError, and what `next` and `take` throw
 */
export function inflate(
  next: () => Uint8Array | undefined,
  take: (piece: Uint8Array) => void,
  maxTables: number = Number.POSITIVE_INFINITY,
): void {
  new Inflater(next, take, maxTables).run();
}

class Inflater {
  readonly #next: () => Uint8Array | undefined;
  readonly #take: (piece: Uint8Array) => void;
  #tablesLeft: number;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** The next bits of the stream, the first lowest, and how many there are; bits above are 0. */
  #bits = 0;
  #count = 0;
  /** History, then new output from `#taken` to `#end`. */
  readonly #output = new Uint8Array(HISTORY_BYTES + OUTPUT_BYTES + MAX_COPY_BYTES);
  #taken = 0;
  #end = 0;

  constructor(next: () => Uint8Array | undefined, take: (piece: Uint8Array) => void, maxTables: number) {
    this.#next = next;
    this.#take = take;
    this.#tablesLeft = maxTables;
  }

  run(): void {
    let isLast = false;
    while (!isLast) {
      isLast = this.#read(1) === 1;
      const type = this.#read(2);
      if (type === 0) this.#storedBlock();
      else if (type === 1) this.#codedBlock(fixedLiterals, fixedDistances);
      else if (type === 2) this.#dynamicBlock();
      else throw new InflateError(false);
    }
    this.#flush();
  }

  /** Fills the bit buffer to at least `needed` (≤ 25) bits if the stream has as many; true if it has. */
  #fill(needed: number): boolean {
    while (this.#count < needed) {
      if (this.#at === this.#input.length) {
        const input = this.#next();
        if (!input) return false;
        this.#input = input;
        this.#at = 0;
        continue;
      }
      this.#bits |= this.#input[this.#at++]! << this.#count;
      this.#count += 8;
    }
    return true;
  }

  /** The next `count` (≤ 16) bits as a number. */
  #read(count: number): number {
    if (!this.#fill(count)) throw new InflateError(true);
    const value = this.#bits & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  #drop(count: number): void {
    this.#bits >>>= count;
    this.#count -= count;
  }

  /** The next symbol, with no assumption on how much input is left. */
  #symbol(code: PrefixCode): number {
    this.#fill(MAX_CODE_BITS);
    const entry = code.direct[this.#bits & DIRECT_MASK]!;
    if (entry === 0) return this.#longSymbol(code);
    if ((entry & 15) > this.#count) throw new InflateError(true);
    this.#drop(entry & 15);
    return entry >> 4;
  }

  /** A symbol with a code longer than the table, a bit at a time: codes of a length are consecutive numbers. */
  #longSymbol({ counts, symbols }: PrefixCode): number {
    let code = 0;
    let first = 0; // the first code of the current length
    let index = 0; // its symbol
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      if (length > this.#count) throw new InflateError(true);
      code |= (this.#bits >> (length - 1)) & 1;
      const count = counts[length]!;
      if (code - first < count) {
        this.#drop(length);
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new InflateError(false);
  }

  #storedBlock(): void {
    this.#drop(this.#count & 7);
    const length = this.#read(16);
    if (this.#read(16) !== (length ^ 0xffff)) throw new InflateError(false);
    for (let left = length; left > 0; left--) {
      this.#makeRoom();
      this.#output[this.#end++] = this.#read(8);
    }
  }

  #dynamicBlock(): void {
    if (this.#tablesLeft-- <= 0) throw new InflateError(false);
    const literalCount = this.#read(5) + 257;
    const distanceCount = this.#read(5) + 1;
    const lengthCodeCount = this.#read(4) + 4;
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < lengthCodeCount; i++) codeLengths[lengthCodeOrder[i]!] = this.#read(3);
    const lengthCode = prefixCode(codeLengths);
    if (!lengthCode) throw new InflateError(false);

    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(lengthCode);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new InflateError(false);
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat = symbol === 16 ? 3 + this.#read(2) : symbol === 17 ? 3 + this.#read(3) : 11 + this.#read(7);
      if (i + repeat > lengths.length) throw new InflateError(false);
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    const literals = prefixCode(lengths.subarray(0, literalCount));
    const distances = prefixCode(lengths.subarray(literalCount));
    if (!literals || !distances || lengths[END_OF_BLOCK] === 0) throw new InflateError(false);
    this.#codedBlock(literals, distances);
  }

  #codedBlock(literals: PrefixCode, distances: PrefixCode): void {
    for (;;) {
      this.#makeRoom();
      this.#plainSymbols(literals, distances);
      this.#makeRoom();
      const symbol = this.#symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        this.#output[this.#end++] = symbol;
        continue;
      }
      const extra = lengthExtra[symbol - 257];
      if (extra === undefined) throw new InflateError(false);
      const length = lengthBase[symbol - 257]! + this.#read(extra);
      const distanceSymbol = this.#symbol(distances);
      const distanceBits = distanceExtra[distanceSymbol];
      if (distanceBits === undefined) throw new InflateError(false);
      const distance = distanceBase[distanceSymbol]! + this.#read(distanceBits);
      if (distance > this.#end) throw new InflateError(false);
      copyBack(this.#output, this.#end, distance, length);
      this.#end += length;
    }
  }

  /**
   * The part of `#codedBlock` where nothing is unusual, on local variables: three times the speed. Stops in front of the
   * first symbol that ends the block, has a long code, is an error, or might reach beyond this piece of input or output.
   */
  #plainSymbols(literals: PrefixCode, distances: PrefixCode): void {
    const literalTable = literals.direct;
    const distanceTable = distances.direct;
    const input = this.#input;
    const output = this.#output;
    const lastInput = input.length - MAX_SYMBOL_BYTES;
    const lastOutput = output.length - MAX_COPY_BYTES;
    let at = this.#at;
    let bits = this.#bits;
    let count = this.#count;
    let end = this.#end;
    while (at <= lastInput && end <= lastOutput) {
      for (; count <= 24; count += 8) bits |= input[at++]! << count;
      const entry = literalTable[bits & DIRECT_MASK]!;
      const symbol = entry >> 4;
      if (entry !== 0 && symbol < END_OF_BLOCK) {
        output[end++] = symbol;
        bits >>>= entry & 15;
        count -= entry & 15;
        continue;
      }
      const extra = lengthExtra[symbol - 257];
      if (extra === undefined) break; // no symbol (0 − 257), the end (−1), or one that does not exist
      let nextAt = at;
      let nextBits = bits >>> (entry & 15);
      let nextCount = count - (entry & 15);
      const length = lengthBase[symbol - 257]! + (nextBits & ((1 << extra) - 1));
      nextBits >>>= extra;
      nextCount -= extra;

      for (; nextCount <= 24; nextCount += 8) nextBits |= input[nextAt++]! << nextCount;
      const distanceEntry = distanceTable[nextBits & DIRECT_MASK]!;
      const distanceBits = distanceExtra[distanceEntry >> 4];
      if (distanceEntry === 0 || distanceBits === undefined) break;
      nextBits >>>= distanceEntry & 15;
      nextCount -= distanceEntry & 15;
      for (; nextCount <= 24; nextCount += 8) nextBits |= input[nextAt++]! << nextCount;
      const distance = distanceBase[distanceEntry >> 4]! + (nextBits & ((1 << distanceBits) - 1));
      if (distance > end) break;
      copyBack(output, end, distance, length);
      end += length;
      at = nextAt;
      bits = nextBits >>> distanceBits;
      count = nextCount - distanceBits;
    }
    this.#at = at;
    this.#bits = bits;
    this.#count = count;
    this.#end = end;
  }

  /** Hands on what is there and keeps the history, as soon as a copy of any length might not fit. */
  #makeRoom(): void {
    if (this.#end + MAX_COPY_BYTES <= this.#output.length) return;
    this.#flush();
    this.#output.copyWithin(0, this.#end - HISTORY_BYTES, this.#end);
    this.#end = this.#taken = HISTORY_BYTES;
  }

  #flush(): void {
    if (this.#end > this.#taken) this.#take(this.#output.subarray(this.#taken, this.#end));
    this.#taken = this.#end;
  }
}

/** Repeats the `length` bytes that lie `distance` back; they may overlap with what is written. */
function copyBack(output: Uint8Array, end: number, distance: number, length: number): void {
  for (const stop = end + length; end < stop; end++) output[end] = output[end - distance]!;
}
