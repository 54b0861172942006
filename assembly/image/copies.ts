/** Pixels at other places, unchanged: mirrors and turns by quarters, one row or one tile of four by four at a time. */

const MASKS: usize = memory.data<u8>(
  [
    // bytes backwards
    15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    // five pixels of three bytes backwards
    12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2, 255,
    // four pixels of three bytes → of four, and back
    0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255,
    255,
    // four rows of four bytes → columns
    0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
  ],
  16,
);

/**
 * target pixel (row i, column j) ← the one at source + i·down + j·across; up to 1 byte behind the target is written.
 *   across, down: bytes, one of them ± `pixel` and the other ± a row · pixel: bytes of a pixel
 */
export function copyPixels(
  source: usize,
  across: i32,
  down: i32,
  target: usize,
  width: i32,
  height: i32,
  pixel: i32,
): void {
  const row = <usize>(width * pixel);
  if (across == pixel) {
    for (; height > 0; height--, source += down, target += row) memory.copy(target, source, row);
  } else if (across == -pixel) {
    for (; height > 0; height--, source += down, target += row) mirrorRow(source, target, width, pixel);
  } else if (pixel == 1 || pixel == 3 || pixel == 4) {
    const wholeWidth = width & ~3;
    const wholeHeight = height & ~3;
    for (let i = 0; i < wholeHeight; i += 4) {
      copyFourRows(source + i * down, across, down, target + <usize>i * row, wholeWidth, row, pixel);
    }
    const right = <usize>(wholeWidth * pixel);
    copyOneByOne(
      source + wholeWidth * across,
      across,
      down,
      target + right,
      width - wholeWidth,
      wholeHeight,
      row,
      pixel,
    );
    const bottom = target + <usize>wholeHeight * row;
    copyOneByOne(source + wholeHeight * down, across, down, bottom, width, height - wholeHeight, row, pixel);
  } else copyOneByOne(source, across, down, target, width, height, row, pixel);
}

function copyOneByOne(
  source: usize,
  across: i32,
  down: i32,
  target: usize,
  width: i32,
  height: i32,
  row: usize,
  pixel: i32,
): void {
  for (; height > 0; height--, source += down, target += row) {
    let from = source;
    let to = target;
    for (let column = 0; column < width; column++, from += across, to += pixel) memory.copy(to, from, pixel);
  }
}

/** A row backwards, from the pixel at `source` on. Where a row is no multiple of a vector, the last ones overlap. */
function mirrorRow(source: usize, target: usize, width: i32, pixel: i32): void {
  const end = target + <usize>(width * pixel);
  if (pixel == 3 && width >= 5) {
    const mask = v128.load(MASKS, 16);
    const last = end - 15;
    let from = source - 12;
    const first = source - <usize>((width - 1) * 3);
    for (; target < last; target += 15, from -= 15) v128.store(target, i8x16.swizzle(v128.load(from), mask));
    v128.store(last, i8x16.swizzle(v128.load(first), mask));
  } else if (pixel == 1 && width >= 16) {
    const mask = v128.load(MASKS);
    const last = end - 16;
    let from = source - 15;
    const first = source - <usize>(width - 1);
    for (; target < last; target += 16, from -= 16) v128.store(target, i8x16.swizzle(v128.load(from), mask));
    v128.store(last, i8x16.swizzle(v128.load(first), mask));
  } else if (pixel == 4) {
    for (; target <= end - 16; target += 16, source -= 16) {
      const pixels = v128.load(source - 12);
      v128.store(target, i32x4.shuffle(pixels, pixels, 3, 2, 1, 0));
    }
    for (; target < end; target += 4, source -= 4) store<u32>(target, load<u32>(source));
  } else {
    for (; target < end; target += pixel, source -= pixel) memory.copy(target, source, pixel);
  }
}

/** Four rows of the target, which are four neighbouring columns of the source, forwards or backwards. */
function copyFourRows(source: usize, across: i32, down: i32, target: usize, width: i32, row: usize, pixel: i32): void {
  let step = row;
  if (down < 0) {
    source += 3 * down;
    target += 3 * row;
    step = 0 - row;
  }
  const end = source + width * across;
  if (pixel == 1) {
    const mask = v128.load(MASKS, 64);
    for (; source != end; source += across << 2, target += 4) {
      let rows = v128.load32_lane(source, i32x4.splat(0), 0);
      rows = v128.load32_lane(source + across, rows, 1);
      rows = v128.load32_lane(source + 2 * across, rows, 2);
      rows = i8x16.swizzle(v128.load32_lane(source + 3 * across, rows, 3), mask);
      v128.store32_lane(target, rows, 0);
      v128.store32_lane(target + step, rows, 1);
      v128.store32_lane(target + 2 * step, rows, 2);
      v128.store32_lane(target + 3 * step, rows, 3);
    }
    return;
  }
  const wide = v128.load(MASKS, 32);
  const packed = v128.load(MASKS, 48);
  for (; source != end; source += across << 2, target += pixel << 2) {
    let a = v128.load(source);
    let b = v128.load(source + across);
    let c = v128.load(source + 2 * across);
    let d = v128.load(source + 3 * across);
    if (pixel == 3) {
      a = i8x16.swizzle(a, wide);
      b = i8x16.swizzle(b, wide);
      c = i8x16.swizzle(c, wide);
      d = i8x16.swizzle(d, wide);
    }
    const lowAB = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const highAB = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const lowCD = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const highCD = i32x4.shuffle(c, d, 2, 6, 3, 7);
    storePixels(target, i64x2.shuffle(lowAB, lowCD, 0, 2), packed, pixel);
    storePixels(target + step, i64x2.shuffle(lowAB, lowCD, 1, 3), packed, pixel);
    storePixels(target + 2 * step, i64x2.shuffle(highAB, highCD, 0, 2), packed, pixel);
    storePixels(target + 3 * step, i64x2.shuffle(highAB, highCD, 1, 3), packed, pixel);
  }
}

/** Four pixels and not a byte more: the row below is there already. */
function storePixels(target: usize, pixels: v128, packed: v128, pixel: i32): void {
  if (pixel == 4) {
    v128.store(target, pixels);
    return;
  }
  const bytes = i8x16.swizzle(pixels, packed);
  v128.store64_lane(target, bytes, 0);
  v128.store32_lane(target, bytes, 2, 8);
}
