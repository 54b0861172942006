/**
 * Half the size, antialiased, as resize.ts and Pillow have it to the bit: (1 3 3 1)/8 of four neighbours, (3 3 1)/7 at the
 * edges, first along the rows, then down, levels in between.
 */

const MASKS: usize = memory.data<u8>(
  [
    // even pixels to the low half, odd ones to the high half: of one byte, three, four
    0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 1, 2, 6, 7, 8, 255, 255, 3, 4, 5, 9, 10, 11, 255, 255, 0,
    1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  ],
  16,
);

/** The level nearest to (3a + 3b + c) / 7: never half-way between two. */
function edge(a: u32, b: u32, c: u32): u8 {
  return <u8>((2 * (3 * a + 3 * b + c) + 7) / 14);
}

class Weighted {
  /**
   * (a + 3b + 3c + d + 4) >> 3, in bytes: the mean of q = (b, c) and u, which is the mean of q and p = (a, d), each mean
   * rounded up, and one less where that rounds too much, which the lowest bits tell.
   */
  @inline
  static levels(a: v128, b: v128, c: v128, d: v128, one: v128): v128 {
    const q = i8x16.avgr_u(b, c);
    const p = i8x16.avgr_u(a, d);
    const u = i8x16.avgr_u(p, q);
    const roundedQ = v128.xor(b, c);
    const roundedU = v128.xor(p, q);
    const any = v128.or(v128.or(roundedQ, roundedU), v128.xor(a, d));
    const tooMuch = v128.bitselect(any, v128.and(roundedQ, roundedU), v128.xor(q, u));
    return i8x16.sub(i8x16.avgr_u(q, u), v128.and(tooMuch, one));
  }
}

/** target ← a row of half the length; even, odd: scratch, odd with a pixel in front. Up to 64 bytes behind each are written. */
function halveRow(x: usize, width: i32, channels: i32, even: usize, odd: usize, target: usize): void {
  const mask = v128.load(MASKS + (channels == 1 ? 0 : channels == 3 ? 16 : 32));
  const vector: usize = channels == 3 ? 12 : 16;
  const half = vector >> 1;
  const end = x + <usize>(width * channels);
  let toEven = even;
  let toOdd = odd;
  for (let from = x; from < end; from += vector << 1, toEven += vector, toOdd += vector) {
    const first = i8x16.swizzle(v128.load(from), mask);
    v128.store64_lane(toEven, first, 0);
    v128.store64_lane(toOdd, first, 1);
    const second = i8x16.swizzle(v128.load(from + vector), mask);
    v128.store64_lane(toEven + half, second, 0);
    v128.store64_lane(toOdd + half, second, 1);
  }
  const one = v128.load(MASKS, 48);
  const length = <usize>((width >> 1) * channels);
  for (let at: usize = 0; at < length; at += 16) {
    const outerA = v128.load(odd + at - channels);
    const outerB = v128.load(even + at + channels);
    v128.store(target + at, Weighted.levels(outerA, v128.load(even + at), v128.load(odd + at), outerB, one));
  }
  const last = end - channels;
  for (let c = 0; c < channels; c++) {
    const two = channels << 1;
    store<u8>(target + c, edge(load<u8>(x + c), load<u8>(x + channels + c), load<u8>(x + two + c)));
    const inner = last - channels + c;
    store<u8>(target + length - channels + c, edge(load<u8>(last + c), load<u8>(inner), load<u8>(inner - channels)));
  }
}

function edgeRow(a: usize, b: usize, c: usize, target: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++)
    store<u8>(target + i, edge(load<u8>(a + i), load<u8>(b + i), load<u8>(c + i)));
}

/**
 * target [height/2, width/2, C] ← x [height, width, C] of u8; up to 15 bytes behind are written.
 *   width, height: even, 4 at least · channels: 1, 3 or 4
 *   scratch: 6 · halveScratch(width, channels) bytes
 */
export function halve(x: usize, width: i32, height: i32, channels: i32, target: usize, scratch: usize): void {
  const rowBytes = <usize>(width * channels);
  const length = rowBytes >> 1;
  const step = halveScratch(width, channels);
  const even = scratch;
  const odd = scratch + step + 16;
  // Halved rows 2i − 1, 2i, 2i + 1, 2i + 2.
  let above = scratch + 2 * step;
  let first = above + step;
  let second = first + step;
  let below = second + step;
  halveRow(x, width, channels, even, odd, first);
  halveRow(x + rowBytes, width, channels, even, odd, second);
  const rows = height >> 1;
  const one = v128.load(MASKS, 48);
  for (let row = 0; row < rows; row++, target += length) {
    const isLast = row == rows - 1;
    if (!isLast) halveRow(x + <usize>(2 * row + 2) * rowBytes, width, channels, even, odd, below);
    if (row == 0) edgeRow(first, second, below, target, length);
    else if (isLast) edgeRow(second, first, above, target, length);
    else {
      for (let at: usize = 0; at < length; at += 16) {
        v128.store(
          target + at,
          Weighted.levels(
            v128.load(above + at),
            v128.load(first + at),
            v128.load(second + at),
            v128.load(below + at),
            one,
          ),
        );
      }
    }
    if (isLast) break;
    const free = above;
    above = second;
    second = first;
    first = below;
    below = free;
    halveRow(x + <usize>(2 * row + 3) * rowBytes, width, channels, even, odd, second);
  }
}

/** Bytes of scratch for a row. */
export function halveScratch(width: i32, channels: i32): usize {
  return <usize>((((width >> 1) * channels + 15) & ~15) + 96);
}
