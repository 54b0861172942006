/** What strided-copy.ts spread over a box, summed up again: the gradient of broadcasting. */
import { Elementwise } from '../elementwise';
import { Simd } from '../simd';
import { Strided } from '../strided-copy';
import { Sum } from './elementwise';

@unmanaged
class Add {
  plane(x: usize, y: usize, n4: i32, n5: i32, x4: isize, x5: isize, y4: isize, y5: isize, _shift: usize): void {
    for (let i = 0; i < n4; i++, x += x4, y += y4) {
      if (x5 == 4 && y5 == 4) {
        Elementwise.run<Sum>(y, x, y, n5, 0, 0);
      } else if (x5 == 4 && y5 == 0) {
        store<f32>(y, load<f32>(y) + this.sum(x, n5));
      } else {
        let source = x;
        let target = y;
        for (let j = 0; j < n5; j++, source += x5, target += y5) {
          store<f32>(target, load<f32>(target) + load<f32>(source));
        }
      }
    }
  }

  /** Σ x[0…n). */
  @inline
  sum(x: usize, n: i32): f32 {
    let sums = Simd.zero();
    let i = 0;
    for (; i + 4 <= n; i += 4, x += 16) sums = f32x4.add(sums, v128.load(x));
    if (i < n) sums = f32x4.add(sums, Simd.load(x, n - i));
    return Simd.sum(sums);
  }
}

/** y[Σ i_k·y_k] += x[Σ i_k·x_k] for all i in a box n0 × … × n5, in elements; strides of y may be 0. */
export function stridedAdd(
  x: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  x4: i32,
  x5: i32,
  y0: i32,
  y1: i32,
  y2: i32,
  y3: i32,
  y4: i32,
  y5: i32,
): void {
  Strided.walk<Add>(x, y, 2, n0, n1, n2, n3, n4, n5, x0, x1, x2, x3, x4, x5, y0, y1, y2, y3, y4, y5);
}
