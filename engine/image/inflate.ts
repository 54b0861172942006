/**
 * Deflate, the compression inside PNG (RFC 1951), undone as a stream of bounded memory: 32 KB of history and 64 KB of new
 * output at a time, whatever the data swell to. The libraries at hand let one step of a hostile stream grow a thousandfold,
 * or run on behind the end of the buffer that they were given.
 */
import { BitReader, InflateError } from './bit-reader.ts';
import {
  distanceBase,
  distanceExtra,
  END_OF_BLOCK,
  fixedDistances,
  fixedLiterals,
  lengthBase,
  lengthCodeOrder,
  lengthExtra,
} from './deflate-codes.ts';
import { DIRECT_MASK, type PrefixCode, prefixCode } from './huffman.ts';

/** How far back a copy may reach. */
const HISTORY_BYTES = 32_768;
/** New bytes that are gathered before they are handed on. */
const OUTPUT_BYTES = 65_536;
const MAX_COPY_BYTES = 258;
const MAX_LITERALS = END_OF_BLOCK + 1 + lengthExtra.length;
/** What one symbol with its distance and their extra bits may take from the input, if the bit buffer is refilled thrice. */
const MAX_SYMBOL_BYTES = 12;

/**
 * Inflates one stream.
 * @param next the next bytes of the stream, undefined at its end; bytes behind the last block are left alone
 * @param take is given the output in order, about 64 KB at a time, in an array that is used again
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
  readonly #reader: BitReader;
  readonly #take: (piece: Uint8Array) => void;
  #tablesLeft: number;
  /** History, then new output from `#taken` to `#end`. */
  readonly #output = new Uint8Array(HISTORY_BYTES + OUTPUT_BYTES + MAX_COPY_BYTES);
  #taken = 0;
  #end = 0;

  constructor(next: () => Uint8Array | undefined, take: (piece: Uint8Array) => void, maxTables: number) {
    this.#reader = new BitReader(next);
    this.#take = take;
    this.#tablesLeft = maxTables;
  }

  run(): void {
    let isLast = false;
    while (!isLast) {
      isLast = this.#reader.read(1) === 1;
      const type = this.#reader.read(2);
      if (type === 0) this.#storedBlock();
      else if (type === 1) this.#codedBlock(fixedLiterals, fixedDistances);
      else if (type === 2) this.#dynamicBlock();
      else throw new InflateError('is corrupt');
    }
    this.#flush();
  }

  #storedBlock(): void {
    this.#reader.drop(this.#reader.count & 7);
    const length = this.#reader.read(16);
    if (this.#reader.read(16) !== (length ^ 0xffff)) throw new InflateError('is corrupt');
    for (let left = length; left > 0; ) {
      this.#makeRoom();
      const { input, at, count } = this.#reader;
      const plain = count > 0 ? 0 : Math.min(left, input.length - at, this.#output.length - this.#end);
      if (plain > 0) {
        this.#output.set(input.subarray(at, at + plain), this.#end);
        this.#reader.at += plain;
        this.#end += plain;
        left -= plain;
      } else {
        this.#output[this.#end++] = this.#reader.read(8); // out of the bit buffer, or from the next piece
        left--;
      }
    }
  }

  #dynamicBlock(): void {
    if (this.#tablesLeft-- <= 0) throw new InflateError('is corrupt');
    const literalCount = this.#reader.read(5) + 257;
    const distanceCount = this.#reader.read(5) + 1;
    const lengthCodeCount = this.#reader.read(4) + 4;
    if (literalCount > MAX_LITERALS || distanceCount > distanceExtra.length) throw new InflateError('is corrupt');
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < lengthCodeCount; i++) codeLengths[lengthCodeOrder[i]!] = this.#reader.read(3);
    const lengthCode = prefixCode(codeLengths);
    if (!lengthCode || lengthCode.symbols.length < 2) throw new InflateError('is corrupt');

    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#reader.symbol(lengthCode);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new InflateError('is corrupt');
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat =
        symbol === 16 ? 3 + this.#reader.read(2) : symbol === 17 ? 3 + this.#reader.read(3) : 11 + this.#reader.read(7);
      if (i + repeat > lengths.length) throw new InflateError('is corrupt');
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    const literals = prefixCode(lengths.subarray(0, literalCount));
    const distances = prefixCode(lengths.subarray(literalCount));
    if (!literals || !distances || lengths[END_OF_BLOCK] === 0) throw new InflateError('is corrupt');
    this.#codedBlock(literals, distances);
  }

  #codedBlock(literals: PrefixCode, distances: PrefixCode): void {
    for (;;) {
      this.#makeRoom();
      this.#plainSymbols(literals, distances);
      this.#makeRoom();
      const symbol = this.#reader.symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        this.#output[this.#end++] = symbol;
        continue;
      }
      const extra = lengthExtra[symbol - 257];
      if (extra === undefined) throw new InflateError('is corrupt');
      const length = lengthBase[symbol - 257]! + this.#reader.read(extra);
      const distanceSymbol = this.#reader.symbol(distances);
      const distanceBits = distanceExtra[distanceSymbol];
      if (distanceBits === undefined) throw new InflateError('is corrupt');
      const distance = distanceBase[distanceSymbol]! + this.#reader.read(distanceBits);
      if (distance > this.#end) throw new InflateError('is corrupt');
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
    const reader = this.#reader;
    const input = reader.input;
    const output = this.#output;
    const lastInput = input.length - MAX_SYMBOL_BYTES;
    const lastOutput = output.length - MAX_COPY_BYTES;
    let at = reader.at;
    let bits = reader.bits;
    let count = reader.count;
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
    reader.at = at;
    reader.bits = bits;
    reader.count = count;
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
