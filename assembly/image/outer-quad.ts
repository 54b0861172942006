/** Four pixels at any positions, in the picture or out of it (warp-levels.ts). */
import { CONSTANT, EDGE, REFLECT, SYMMETRIC } from './border';
import { At, Quad } from './quad';
import { source } from './source';

class Outer {
  /** The remainder of x / divisor, at least 0; exact for whole numbers below 2^23. */
  @inline
  static modulo(x: v128, divisor: v128): v128 {
    return f32x4.sub(x, f32x4.mul(divisor, f32x4.floor(f32x4.div(x, divisor))));
  }

  /** Indices that stand for those outside (border.ts); for `constant` the nearest one inside. */
  @inline
  static fold(x: v128, size: i32, border: i32): v128 {
    const last = f32x4.splat(<f32>(size - 1));
    if (border == CONSTANT || border == EDGE) return f32x4.min(f32x4.max(x, f32x4.splat(0)), last);
    if (border == SYMMETRIC) {
      const period = size << 1;
      const folded = Outer.modulo(x, f32x4.splat(<f32>period));
      return f32x4.min(folded, f32x4.sub(f32x4.splat(<f32>(period - 1)), folded));
    }
    if (border == REFLECT) {
      const period = f32x4.splat(<f32>max<i32>(2 * size - 2, 1));
      const folded = Outer.modulo(x, period);
      return f32x4.min(folded, f32x4.sub(period, folded));
    }
    return Outer.modulo(x, f32x4.splat(<f32>size));
  }

  /** A number that is none, or far out, as one that is not. */
  @inline
  static bounded(x: v128): v128 {
    return f32x4.pmin(f32x4.splat(1048576), f32x4.pmax(f32x4.splat(-1048576), x));
  }

  /** Two pixels of four bytes. */
  @inline
  static taps(left: usize, right: usize): v128 {
    return v128.load32_lane(right, v128.load32_zero(left), 1);
  }

  @inline
  static levels(a0: i32, a1: i32, a2: i32, a3: i32): v128 {
    let bytes = v128.load8_lane(a0, i32x4.splat(0), 0);
    bytes = v128.load8_lane(a1, bytes, 1);
    bytes = v128.load8_lane(a2, bytes, 2);
    bytes = v128.load8_lane(a3, bytes, 3);
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  }
}

/** Four pixels at any positions (x, y) from pixel (column, row), which may lie outside too. */
export function outerQuad(x: v128, y: v128, column: i32, row: i32, target: usize): void {
  const s = source;
  const channels = s.channels;
  const magic = At.magic();
  const one = At.one();
  x = Outer.bounded(x);
  y = Outer.bounded(y);
  const left = f32x4.floor(x);
  const top = f32x4.floor(y);
  const x0 = f32x4.add(left, f32x4.splat(<f32>column));
  const y0 = f32x4.add(top, f32x4.splat(<f32>row));
  const x1 = f32x4.add(x0, one);
  const y1 = f32x4.add(y0, one);
  const columnA = Outer.fold(x0, s.width, s.border);
  const columnB = Outer.fold(x1, s.width, s.border);
  const rowA = Outer.fold(y0, s.height, s.border);
  const rowB = Outer.fold(y1, s.height, s.border);
  const pixel = i32x4.splat(channels);
  const stride = i32x4.splat(s.width * channels);
  const start = i32x4.splat(<i32>s.ptr);
  const acrossA = i32x4.add(i32x4.mul(Quad.whole(columnA, magic), pixel), start);
  const acrossB = i32x4.add(i32x4.mul(Quad.whole(columnB, magic), pixel), start);
  const downA = i32x4.mul(Quad.whole(rowA, magic), stride);
  const downB = i32x4.mul(Quad.whole(rowB, magic), stride);
  let a00 = i32x4.add(acrossA, downA);
  let a10 = i32x4.add(acrossB, downA);
  let a01 = i32x4.add(acrossA, downB);
  let a11 = i32x4.add(acrossB, downB);
  if (s.border == CONSTANT) {
    const fill = i32x4.splat(<i32>s.fill);
    const isA = f32x4.eq(columnA, x0);
    const isB = f32x4.eq(columnB, x1);
    const isUpper = f32x4.eq(rowA, y0);
    const isLower = f32x4.eq(rowB, y1);
    a00 = v128.bitselect(a00, fill, v128.and(isA, isUpper));
    a10 = v128.bitselect(a10, fill, v128.and(isB, isUpper));
    a01 = v128.bitselect(a01, fill, v128.and(isA, isLower));
    a11 = v128.bitselect(a11, fill, v128.and(isB, isLower));
  }
  const one14 = At.one14();
  const half = At.half14();
  const fx = f32x4.sub(x, left);
  const fy = f32x4.mul(f32x4.sub(y, top), one14);
  const wy = Quad.whole(fy, magic);
  const w11 = Quad.whole(f32x4.mul(fx, fy), magic);
  const wx = Quad.whole(f32x4.mul(fx, one14), magic);
  const w10 = i32x4.sub(wx, w11);
  const w01 = i32x4.sub(wy, w11);
  const w00 = i32x4.sub(i32x4.sub(At.whole14(), wx), w01);
  if (channels == 1) {
    let sum = i32x4.mul(w00, fourLevels(a00));
    sum = i32x4.add(sum, i32x4.mul(w10, fourLevels(a10)));
    sum = i32x4.add(sum, i32x4.mul(w01, fourLevels(a01)));
    sum = i32x4.add(sum, i32x4.mul(w11, fourLevels(a11)));
    const levels = i32x4.shr_s(i32x4.add(sum, half), 14);
    const narrow = i16x8.narrow_i32x4_s(levels, levels);
    v128.store32_lane(target, i8x16.narrow_i16x8_u(narrow, narrow), 0);
    return;
  }
  const upperWeights = i32x4.add(w00, i32x4.shl(w10, 16));
  const lowerWeights = i32x4.add(w01, i32x4.shl(w11, 16));
  const pairs = At.pairs(4);
  const r0 = Quad.pixel(
    Outer.taps(i32x4.extract_lane(a00, 0), i32x4.extract_lane(a10, 0)),
    Outer.taps(i32x4.extract_lane(a01, 0), i32x4.extract_lane(a11, 0)),
    i32x4.shuffle(upperWeights, upperWeights, 0, 0, 0, 0),
    i32x4.shuffle(lowerWeights, lowerWeights, 0, 0, 0, 0),
    half,
    pairs,
  );
  const r1 = Quad.pixel(
    Outer.taps(i32x4.extract_lane(a00, 1), i32x4.extract_lane(a10, 1)),
    Outer.taps(i32x4.extract_lane(a01, 1), i32x4.extract_lane(a11, 1)),
    i32x4.shuffle(upperWeights, upperWeights, 1, 1, 1, 1),
    i32x4.shuffle(lowerWeights, lowerWeights, 1, 1, 1, 1),
    half,
    pairs,
  );
  const r2 = Quad.pixel(
    Outer.taps(i32x4.extract_lane(a00, 2), i32x4.extract_lane(a10, 2)),
    Outer.taps(i32x4.extract_lane(a01, 2), i32x4.extract_lane(a11, 2)),
    i32x4.shuffle(upperWeights, upperWeights, 2, 2, 2, 2),
    i32x4.shuffle(lowerWeights, lowerWeights, 2, 2, 2, 2),
    half,
    pairs,
  );
  const r3 = Quad.pixel(
    Outer.taps(i32x4.extract_lane(a00, 3), i32x4.extract_lane(a10, 3)),
    Outer.taps(i32x4.extract_lane(a01, 3), i32x4.extract_lane(a11, 3)),
    i32x4.shuffle(upperWeights, upperWeights, 3, 3, 3, 3),
    i32x4.shuffle(lowerWeights, lowerWeights, 3, 3, 3, 3),
    half,
    pairs,
  );
  v128.store(target, Quad.pack(r0, r1, r2, r3, At.packed(), channels));
}

function fourLevels(addresses: v128): v128 {
  return Outer.levels(
    i32x4.extract_lane(addresses, 0),
    i32x4.extract_lane(addresses, 1),
    i32x4.extract_lane(addresses, 2),
    i32x4.extract_lane(addresses, 3),
  );
}

/** As outerQuad, the nearest pixels. */
export function outerNearest(x: v128, y: v128, column: i32, row: i32, target: usize): void {
  const s = source;
  const magic = At.magic();
  const half = f32x4.splat(0.5);
  const x0 = f32x4.add(f32x4.floor(f32x4.add(Outer.bounded(x), half)), f32x4.splat(<f32>column));
  const y0 = f32x4.add(f32x4.floor(f32x4.add(Outer.bounded(y), half)), f32x4.splat(<f32>row));
  const columns = Outer.fold(x0, s.width, s.border);
  const rows = Outer.fold(y0, s.height, s.border);
  const index = i32x4.add(i32x4.mul(Quad.whole(rows, magic), i32x4.splat(s.width)), Quad.whole(columns, magic));
  let addresses = i32x4.add(i32x4.mul(index, i32x4.splat(s.channels)), i32x4.splat(<i32>s.ptr));
  if (s.border == CONSTANT) {
    const isInside = v128.and(f32x4.eq(columns, x0), f32x4.eq(rows, y0));
    addresses = v128.bitselect(addresses, i32x4.splat(<i32>s.fill), isInside);
  }
  const a0 = i32x4.extract_lane(addresses, 0);
  const a1 = i32x4.extract_lane(addresses, 1);
  Quad.copy(target, a0, a1, i32x4.extract_lane(addresses, 2), i32x4.extract_lane(addresses, 3), s.channels);
}
