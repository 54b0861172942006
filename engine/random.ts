/**
 * Random numbers that can be asked for in any order: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). A block of four u32 is a pure function of a 128-bit counter and a 64-bit
 * key; there is no state to carry along, so shuffles, weights and augmentations come out the same on any machine, at
 * any thread count and after a resume. Only 32-bit integer arithmetic is used.
 */

/** What a run draws for: the first stream number of a `Random`, so that no two purposes share their numbers. */
export const streams = {
  testSplit: 1, // which pictures of an unsplit data set are for testing
  limit: 2, // which pictures stay when a data set is cut short
  validationSplit: 3, // which training pictures are for validation
  shuffle: 4, // the order of an epoch: new Random(seed, streams.shuffle, epoch)
  weights: 5, // initial weights
  dropout: 6,
  augmentation: 7, // engine/augment/stream.ts
  shapes: 8, // the made-up pictures of the data set `shapes`
} as const;

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const keyStep0 = 0x9e3779b9; // the golden ratio
const keyStep1 = 0xbb67ae85; // √3 − 1
const rounds = 10;

/** The upper 32 bits of a · b, of two u32: products of 16-bit halves stay exact in a double. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

type Words = { [index: number]: number };

function writeBlock(out: Words, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  let x0 = c0 >>> 0;
  let x1 = c1 >>> 0;
  let x2 = c2 >>> 0;
  let x3 = c3 >>> 0;
  let key0 = k0 >>> 0;
  let key1 = k1 >>> 0;
  for (let round = 0; round < rounds; round++) {
    const low0 = Math.imul(multiplier0, x0) >>> 0;
    const high0 = multiplyHigh(multiplier0, x0);
    const low1 = Math.imul(multiplier1, x2) >>> 0;
    const high1 = multiplyHigh(multiplier1, x2);
    x0 = (high1 ^ x1 ^ key0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ key1) >>> 0;
    x3 = low0;
    key0 = (key0 + keyStep0) >>> 0;
    key1 = (key1 + keyStep1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

export type Counter = readonly [number, number, number, number];
export type Key = readonly [number, number];

/** One block of Philox4x32-10: counter (four u32, lowest word first) and key (two u32) → four u32. */
export function philox(counter: Counter, key: Key): [number, number, number, number] {
  const block: [number, number, number, number] = [0, 0, 0, 0];
  writeBlock(block, ...counter, ...key);
  return block;
}

const twoTo32 = 0x1_0000_0000;

/** A seed or stream number as two words. @throws RangeError unless it is an integer in 0…2^53−1 */
function words(number: number): Key {
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RangeError(`a seed must be an integer in 0…2^53−1, got ${number}`);
  }
  return [number >>> 0, Math.floor(number / twoTo32)];
}

function absorb(key: Key, [low, high]: Key): Key {
  const [k0, k1] = philox([low, high, 0, 1], key);
  return [k0, k1];
}

const lazily = (streams: readonly Key[], first: () => Key) => () => streams.reduce(absorb, first());

/**
 * The seed is the key. Each stream number is absorbed by one block: philox([low, high, 0, 1], key)'s first two words
 * are the next key. Numbers come from the blocks [i, 0, 0, 0], i = 0, 1, 2 …, so keys and numbers never share a block.
 */
export class Random {
  /** Found when it is first asked for: many a stream is made and never read. */
  private key: Key | (() => Key);
  /** Numbers drawn so far. */
  private position = 0;
  private buffered = -1;
  private readonly buffer = new Uint32Array(4);

  /**
   * @param seed, streams integers in 0…2^53−1; `new Random(seed, a, b)` is `new Random(seed, a).stream(b)`
   * @throws RangeError for any other
   */
  constructor(seed: number, ...streams: readonly number[]) {
    const first = words(seed);
    this.key = streams.length === 0 ? first : lazily(streams.map(words), () => first);
  }

  /** An independent generator, whatever has been drawn here: same key and number, same generator. */
  stream(number: number): Random {
    const child = new Random(0);
    child.key = lazily([words(number)], () => this.found());
    return child;
  }

  /** The key of a generator that shares no number with this one nor its streams, for kernels that count by themselves. */
  kernelKey(): Key {
    return philox([0, 0, 1, 1], this.found()).slice(0, 2) as [number, number];
  }

  private found(): Key {
    if (typeof this.key === 'function') this.key = this.key();
    return this.key;
  }

  /** The next integer in 0…2^32−1. */
  uint32(): number {
    const block = Math.floor(this.position / 4);
    if (block !== this.buffered) {
      const [k0, k1] = this.found();
      writeBlock(this.buffer, block, 0, 0, 0, k0, k1);
      this.buffered = block;
    }
    return this.buffer[this.position++ % 4]!;
  }

  /** Passes over a number, as if it had been drawn. */
  skip(): void {
    this.position++;
  }

  /** The next float in [0, 1): a multiple of 2^−24, so it is exact as f32 too. */
  float(): number {
    return (this.uint32() >>> 8) / 0x100_0000;
  }

  /** The next integer in 0…n−1, each as likely as the others. n is an integer in 1…2^32. */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > twoTo32) throw new RangeError(`below(n) needs 1 ≤ n ≤ 2^32, got ${n}`);
    const fair = twoTo32 - (twoTo32 % n); // draws above the last whole multiple of n would favour small results
    let draw = this.uint32();
    while (draw >= fair) draw = this.uint32();
    return draw % n;
  }

  /** A permutation of 0…n−1 (Fisher and Yates, as Durstenfeld wrote it: from the end, swapping with `below(i + 1)`). */
  shuffle(n: number): Uint32Array {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}
