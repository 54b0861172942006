/** The fixed parts of deflate's alphabets (RFC 1951, §3.2.5 to §3.2.7). */
import { prefixCode } from './huffman.ts';

/** The literal that ends a block; above it come the lengths of copies, 3–258 bytes. */
export const END_OF_BLOCK = 256;

/** By length symbol − 257: extra bits that follow, and the length without them. */
export const lengthExtra: readonly number[] = Array.from({ length: 29 }, (_, i) =>
  i < 8 || i === 28 ? 0 : (i >> 2) - 1,
);
export const lengthBase: readonly number[] = lengthExtra.map((extra, i) =>
  i < 8 ? 3 + i : i === 28 ? 258 : 3 + ((4 + (i & 3)) << extra),
);

/** By distance symbol: extra bits that follow, and the distance without them, 1–24577. */
export const distanceExtra: readonly number[] = Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
export const distanceBase: readonly number[] = distanceExtra.map((extra, i) =>
  i < 4 ? 1 + i : 1 + ((2 + (i & 1)) << extra),
);

/** The order in which a block sends the code lengths of the code for its code lengths. */
export const lengthCodeOrder: readonly number[] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The codes of blocks that bring none of their own. */
export const fixedLiterals = prefixCode(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
)!;
export const fixedDistances = prefixCode(new Uint8Array(32).fill(5))!;
