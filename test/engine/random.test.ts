import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { philox, Random } from '../../engine/random.ts';

const seed = () => fc.maxSafeNat();
const words = (hex: string) => hex.split(' ').map((word) => Number.parseInt(word, 16));

describe('philox', () => {
  // the philox4x32 lines, 10 rounds, of tests/kat_vectors in https://github.com/DEShawResearch/random123 (v1.14.0)
  test.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('counter %s, key %s → %s', (counter, key, block) => {
    const [c0, c1, c2, c3] = words(counter) as [number, number, number, number];
    const [k0, k1] = words(key) as [number, number];
    expect(philox([c0, c1, c2, c3], [k0, k1])).toEqual(words(block));
  });

  test('agrees with the definition in 64-bit integers', () => {
    const reference = (counter: bigint[], key: bigint[]) => {
      let [x0, x1, x2, x3] = counter as [bigint, bigint, bigint, bigint];
      let [k0, k1] = key as [bigint, bigint];
      const mask = 0xffff_ffffn;
      for (let round = 0; round < 10; round++) {
        const p0 = x0 * 0xd2511f53n;
        const p1 = x2 * 0xcd9e8d57n;
        [x0, x1, x2, x3] = [(p1 >> 32n) ^ x1 ^ k0, p1 & mask, (p0 >> 32n) ^ x3 ^ k1, p0 & mask];
        k0 = (k0 + 0x9e3779b9n) & mask;
        k1 = (k1 + 0xbb67ae85n) & mask;
      }
      return [x0, x1, x2, x3].map(Number);
    };
    const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.tuple(u32, u32, u32, u32), fc.tuple(u32, u32), (counter, key) => {
        expect(philox(counter, key)).toEqual(reference(counter.map(BigInt), key.map(BigInt)));
      }),
    );
  });
});

describe('Random', () => {
  test('draws the blocks 0, 1, 2 … of its seed', () => {
    const random = new Random(2 ** 32 * 3 + 7);
    const drawn = Array.from({ length: 8 }, () => random.uint32());
    expect(drawn).toEqual([...philox([0, 0, 0, 0], [7, 3]), ...philox([1, 0, 0, 0], [7, 3])]);
  });

  test('the same seed and streams give the same numbers, whatever was drawn before', () => {
    fc.assert(
      fc.property(seed(), fc.array(seed(), { maxLength: 3 }), seed(), fc.nat(9), (key, streams, last, draws) => {
        const parent = new Random(key, ...streams);
        for (let i = 0; i < draws; i++) parent.uint32();
        const child = parent.stream(last);
        const again = new Random(key, ...streams, last);
        for (let i = 0; i < 5; i++) expect(child.uint32()).toBe(again.uint32());
      }),
    );
  });

  test('another seed, another stream, or the streams in another order give other numbers', () => {
    const first = (...key: [number, ...number[]]) => {
      const random = new Random(...key);
      return `${random.uint32()} ${random.uint32()}`;
    };
    const keys: [number, ...number[]][] = [
      [0],
      [1],
      [2 ** 32],
      [0, 0],
      [0, 1],
      [0, 2 ** 32],
      [1, 0],
      [0, 1, 2],
      [0, 2, 1],
    ];
    expect(new Set(keys.map((key) => first(...key))).size).toBe(keys.length);
  });

  test('float is in [0, 1) and has 24 bits', () => {
    const random = new Random(5);
    for (let i = 0; i < 10_000; i++) {
      const value = random.float();
      expect(value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24) && Math.fround(value) === value).toBe(true);
    }
  });

  test('below stays below, also for a power of two and for all of 2^32', () => {
    fc.assert(
      fc.property(
        seed(),
        fc.oneof(fc.integer({ min: 1, max: 2 ** 32 }), fc.constantFrom(1, 2 ** 31, 2 ** 32)),
        (key, n) => {
          const drawn = new Random(key).below(n);
          expect(Number.isInteger(drawn) && drawn >= 0 && drawn < n).toBe(true);
        },
      ),
    );
  });

  test('below is uniform where a plain remainder would not be', () => {
    // n = 3·2^30: draws modulo n would fall below 2^30 half of the time instead of a third
    const n = 3 * 2 ** 30;
    const draws = 20_000;
    const random = new Random(11);
    let small = 0;
    for (let i = 0; i < draws; i++) if (random.below(n) < 2 ** 30) small++;
    const deviation = Math.sqrt(draws * (1 / 3) * (2 / 3)); // of a binomial count
    expect(Math.abs(small - draws / 3)).toBeLessThan(5 * deviation);
  });

  test('shuffle is a permutation', () => {
    fc.assert(
      fc.property(seed(), fc.nat(200), (key, n) => {
        const order = new Random(key).shuffle(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  test('shuffle gives each of the 24 orders of four about equally often', () => {
    const counts = new Map<string, number>();
    const draws = 24_000;
    for (let i = 0; i < draws; i++) {
      const order = new Random(9, i).shuffle(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    let chiSquared = 0;
    for (const count of counts.values()) chiSquared += (count - draws / 24) ** 2 / (draws / 24);
    expect(chiSquared).toBeLessThan(49.73); // the 0.999 quantile at 23 degrees of freedom
  });

  test('refuses seeds and ranges that it cannot honour', () => {
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => new Random(bad)).toThrow(RangeError);
      expect(() => new Random(0, bad)).toThrow(RangeError);
    }
    for (const bad of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => new Random(0).below(bad)).toThrow(RangeError);
  });
});

test('a skipped number is one that nobody sees', () => {
  fc.assert(
    fc.property(seed(), fc.array(fc.boolean(), { maxLength: 30 }), (number, isSkipped) => {
      const [all, some] = [new Random(number, 3), new Random(number, 3)];
      for (const skip of isSkipped) {
        const drawn = all.uint32();
        if (skip) some.skip();
        else expect(some.uint32()).toBe(drawn);
      }
    }),
  );
});

test('the key for kernels is neither that of a stream nor moved by what was drawn', () => {
  const random = new Random(7);
  const key = random.kernelKey();
  random.uint32();
  expect(random.kernelKey()).toEqual(key);
  for (let stream = 0; stream < 100; stream++) expect(random.stream(stream).kernelKey()).not.toEqual(key);
});
