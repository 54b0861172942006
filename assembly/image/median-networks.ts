/** Medians of 3×3 and 5×5 values by minima and maxima, 16 of u8 or four of f32 at a time. T is the picture's type. */

/** Where picks of five values lie, a vector each. */
const picks = memory.data(13 * 16, 16);

class Pair {
  /** The larger of two, or the smaller; isHigh is a literal. */
  @inline
  static beyond<T>(isHigh: bool, a: v128, b: v128): v128 {
    return isHigh ? Pair.high<T>(a, b) : Pair.low<T>(a, b);
  }

  /** Two vectors in memory in order. */
  @inline
  static swap<T>(x: usize, y: usize): void {
    const a = v128.load(x);
    const b = v128.load(y);
    v128.store(x, Pair.low<T>(a, b));
    v128.store(y, Pair.high<T>(a, b));
  }

  @inline
  static low<T>(a: v128, b: v128): v128 {
    return sizeof<T>() == 1 ? i8x16.min_u(a, b) : f32x4.pmin(a, b);
  }

  @inline
  static high<T>(a: v128, b: v128): v128 {
    return sizeof<T>() == 1 ? i8x16.max_u(a, b) : f32x4.pmax(a, b);
  }

  @inline
  static middle<T>(a: v128, b: v128, c: v128): v128 {
    return Pair.high<T>(Pair.low<T>(a, b), Pair.low<T>(Pair.high<T>(a, b), c));
  }
}

/**
 * Columns of three sorted first: the median of nine is the median of the largest minimum, the median of medians and the
 * smallest maximum (Smith 1996). Writes whole vectors.
 */
export function rowOfThree<T>(rows: usize, target: usize, count: i32, pixel: usize): void {
  const top = <usize>load<u32>(rows);
  const middle = <usize>load<u32>(rows, 4);
  const bottom = <usize>load<u32>(rows, 8);
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += 16) {
    let least = i32x4.splat(0);
    let most = i32x4.splat(0);
    let m0 = i32x4.splat(0);
    let m1 = i32x4.splat(0);
    let m2 = i32x4.splat(0);
    for (let k = 0; k < 3; k++) {
      const offset = at + <usize>k * pixel;
      const a = v128.load(top + offset);
      const b = v128.load(middle + offset);
      const c = v128.load(bottom + offset);
      const ab = Pair.low<T>(a, b);
      const ba = Pair.high<T>(a, b);
      const first = Pair.low<T>(ab, c);
      const last = Pair.high<T>(ba, c);
      const between = Pair.high<T>(ab, Pair.low<T>(ba, c));
      least = k == 0 ? first : Pair.high<T>(least, first);
      most = k == 0 ? last : Pair.low<T>(most, last);
      if (k == 0) m0 = between;
      else if (k == 1) m1 = between;
      else m2 = between;
    }
    const median = Pair.middle<T>(m0, m1, m2);
    v128.store(target + at, Pair.middle<T>(least, median, most));
  }
}

/**
 * Columns of five sorted first; of their 25 the middle is one of 13, since each of the others has 13 on one side: two of
 * the minima, three of the next row, and so on. Of those the least and the most are forgotten, one more is taken in, until
 * three are left (Paeth 1990). sorted: five rows, stride bytes apart. Writes whole vectors.
 */
export function rowOfFive<T>(rows: usize, target: usize, count: i32, pixel: usize, stride: usize, sorted: usize): void {
  const bytes = <usize>count * sizeof<T>();
  for (let at: usize = 0, end = bytes + 4 * pixel; at < end; at += 16) {
    const to = sorted + at;
    for (let k: usize = 0; k < 5; k++) v128.store(to + k * stride, v128.load(<usize>load<u32>(rows + (k << 2)) + at));
    sortFive<T>(to, stride);
  }
  for (let at: usize = 0; at < bytes; at += 16) {
    const from = sorted + at;
    twoOfFive<T>(true, from, pixel, picks);
    threeOfFive<T>(true, from + stride, pixel, picks + 32);
    middleOfFive<T>(from + 2 * stride, pixel, picks + 80);
    threeOfFive<T>(false, from + 3 * stride, pixel, picks + 128);
    twoOfFive<T>(false, from + 4 * stride, pixel, picks + 176);
    let first = picks;
    const last = picks + 7 * 16;
    for (let next = picks + 8 * 16; ; next += 16) {
      for (let x = first, y = last; x < y; x += 16, y -= 16) Pair.swap<T>(x, y);
      const half = ((last - first) >> 5) << 4;
      for (let x = first + 16; x <= first + half; x += 16) Pair.swap<T>(first, x);
      for (let x = last - half; x < last; x += 16) Pair.swap<T>(x, last);
      first += 16;
      if (next == picks + 13 * 16) break;
      v128.store(last, v128.load(next));
    }
    v128.store(target + at, v128.load(first));
  }
}

/** Five vectors, stride bytes apart, in order. */
function sortFive<T>(x: usize, stride: usize): void {
  const b = x + stride;
  const c = b + stride;
  const d = c + stride;
  const e = d + stride;
  Pair.swap<T>(x, d);
  Pair.swap<T>(b, e);
  Pair.swap<T>(x, c);
  Pair.swap<T>(b, d);
  Pair.swap<T>(x, b);
  Pair.swap<T>(c, e);
  Pair.swap<T>(b, c);
  Pair.swap<T>(d, e);
  Pair.swap<T>(c, d);
}

/** to: the two largest of five vectors, step bytes apart, or the two smallest. */
function twoOfFive<T>(isLargest: bool, x: usize, step: usize, to: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const e = v128.load(x + 4 * step);
  const ab = Pair.beyond<T>(isLargest, a, b);
  const cd = Pair.beyond<T>(isLargest, c, d);
  const losers = Pair.beyond<T>(isLargest, Pair.beyond<T>(!isLargest, a, b), Pair.beyond<T>(!isLargest, c, d));
  const next = Pair.beyond<T>(isLargest, Pair.beyond<T>(!isLargest, ab, cd), losers);
  v128.store(to, Pair.beyond<T>(isLargest, ab, cd));
  v128.store(to, Pair.beyond<T>(isLargest, next, e), 16);
}

/** As twoOfFive, three. */
function threeOfFive<T>(isLargest: bool, x: usize, step: usize, to: usize): void {
  let a = v128.load(x);
  let b = v128.load(x + step);
  let c = v128.load(x + 2 * step);
  let d = v128.load(x + 3 * step);
  const e = v128.load(x + 4 * step);
  const ab = Pair.beyond<T>(!isLargest, a, b);
  const cd = Pair.beyond<T>(!isLargest, c, d);
  b = Pair.beyond<T>(isLargest, a, b);
  d = Pair.beyond<T>(isLargest, c, d);
  a = Pair.beyond<T>(isLargest, Pair.beyond<T>(!isLargest, ab, cd), e);
  c = Pair.beyond<T>(isLargest, ab, cd);
  // The last of five is gone; of these four one more has to go.
  const last = Pair.beyond<T>(!isLargest, a, c);
  v128.store(to, Pair.beyond<T>(isLargest, a, c));
  v128.store(to, Pair.beyond<T>(isLargest, last, b), 16);
  v128.store(to, Pair.beyond<T>(isLargest, Pair.beyond<T>(!isLargest, last, b), d), 32);
}

/** to: the three in the middle of five vectors, step bytes apart. */
function middleOfFive<T>(x: usize, step: usize, to: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + step);
  const c = v128.load(x + 2 * step);
  const d = v128.load(x + 3 * step);
  const e = v128.load(x + 4 * step);
  const lowAb = Pair.low<T>(a, b);
  const lowCd = Pair.low<T>(c, d);
  const highAb = Pair.high<T>(a, b);
  const highCd = Pair.high<T>(c, d);
  v128.store(to, Pair.high<T>(lowAb, lowCd));
  v128.store(to, Pair.low<T>(highAb, highCd), 16);
  const notLeast = Pair.high<T>(Pair.low<T>(lowAb, lowCd), e);
  v128.store(to, Pair.low<T>(notLeast, Pair.high<T>(highAb, highCd)), 32);
}
