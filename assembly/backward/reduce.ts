/** The gradient of a maximum or a minimum over some axes: back to where the value was. Lengths as in ../reduce.ts. */
import { Simd } from '../simd';

class Extreme {
  /**
   * dx = dy at the first of `count` vectors of x, `step` bytes apart, that equals `best` (or is NaN, where that is),
   * in the lanes of `open`; 0 at the others. Returns the lanes that are still open.
   */
  @inline
  static strip(x: usize, xToDx: usize, step: usize, count: i32, best: v128, dy: v128, open: v128, lanes: i32): v128 {
    for (let i = 0; i < count; i++, x += step) {
      const value = v128.load(x);
      const wins = v128.and(open, v128.or(f32x4.eq(value, best), f32x4.ne(value, value)));
      Simd.store(x + xToDx, v128.and(dy, wins), lanes);
      open = v128.andnot(open, wins);
    }
    return open;
  }
}

/** dx = dy at the first x that equals y among those that y was taken from, else 0. x, dx and y, dy: as x and y forward. */
export function reduceExtremeBackward(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  k0: i32,
  r0: i32,
  k1: i32,
  r1: i32,
  k2: i32,
  r2: i32,
  k3: i32,
  r3: i32,
): void {
  const xToDx = dx - x;
  const yToDy = dy - y;
  // Bytes from one step of a loop to the next.
  const keptStep3 = (<usize>r3) << 2;
  const step2 = keptStep3 * k3;
  const keptStep2 = step2 * r2;
  const step1 = keptStep2 * k2;
  const keptStep1 = step1 * r1;
  const step0 = keptStep1 * k1;
  const group = r3 > 1 ? 1 : 4;
  for (let i0 = 0; i0 < k0; i0++, x += step0 * r0) {
    let x1 = x;
    for (let i1 = 0; i1 < k1; i1++, x1 += keptStep1) {
      let x2 = x1;
      for (let i2 = 0; i2 < k2; i2++, x2 += keptStep2) {
        let x3 = x2;
        for (let i3 = 0; i3 < k3; i3 += group, x3 += keptStep3 * group) {
          const lanes = min(group, k3 - i3);
          const best = v128.load(y);
          const gradient = v128.load(y + yToDy);
          let open = i32x4.splat(-1);
          for (let j0 = 0; j0 < r0; j0++) {
            for (let j1 = 0; j1 < r1; j1++) {
              let p = x3 + j0 * step0 + j1 * step1;
              for (let j2 = 0; j2 < r2; j2++, p += step2) {
                open = Extreme.strip(p, xToDx, 4, r3, best, gradient, open, lanes);
              }
            }
          }
          y += (<usize>lanes) << 2;
        }
      }
    }
  }
}
