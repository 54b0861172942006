/**
 * Two operands of different shapes, one result: y[i] = op(a[i], b[i]), where an operand stays in place along an axis that
 * it has not (NumPy's broadcasting). The host merges neighbouring axes that behave alike, so that equal shapes are one
 * flat loop and most others are two (engine/layers/broadcast.ts).
 */
import { Simd } from './simd';

/** Loops of a walk, outermost first; the last two are run in registers, the others by an odometer. */
export const LOOPS = 6;

@unmanaged
class Loop {
  length: i32;
  index: i32;
  /** Bytes from one step to the next; 0 where the operand has no such axis. */
  aStep: usize;
  bStep: usize;
}

/** The state of one walk: where both operands are, and the loops. y is written from its first to its last byte. */
@unmanaged
class Walk {
  a: usize;
  b: usize;

  @inline
  loop(axis: i32): Loop {
    return changetype<Loop>(loops + <usize>axis * offsetof<Loop>());
  }

  /** Bit i of `aAxes` and `bAxes`: the operand has the i-th loop, counted from the innermost. Elements are `size` bytes. */
  start(
    a: usize,
    b: usize,
    n0: i32,
    n1: i32,
    n2: i32,
    n3: i32,
    n4: i32,
    n5: i32,
    aAxes: i32,
    bAxes: i32,
    size: usize,
  ): void {
    this.a = a;
    this.b = b;
    this.loop(0).length = n0;
    this.loop(1).length = n1;
    this.loop(2).length = n2;
    this.loop(3).length = n3;
    this.loop(4).length = n4;
    this.loop(5).length = n5;
    let aStep = size;
    let bStep = size;
    for (let axis = LOOPS - 1; axis >= 0; axis--) {
      const loop = this.loop(axis);
      loop.index = 0;
      loop.aStep = aAxes & 1 ? aStep : 0;
      loop.bStep = bAxes & 1 ? bStep : 0;
      if (aAxes & 1) aStep *= loop.length;
      if (bAxes & 1) bStep *= loop.length;
      aAxes >>= 1;
      bAxes >>= 1;
    }
  }

  /** Moves a and b on to the next step of the four outer loops; false after the last. */
  next(): bool {
    for (let axis = LOOPS - 3; axis >= 0; axis--) {
      const loop = this.loop(axis);
      this.a += loop.aStep;
      this.b += loop.bStep;
      if (++loop.index < loop.length) return true;
      loop.index = 0;
      this.a -= loop.aStep * loop.length;
      this.b -= loop.bStep * loop.length;
    }
    return false;
  }
}

const loops = memory.data(6 * offsetof<Loop>(), 16);
export const walk = changetype<Walk>(memory.data(offsetof<Walk>(), 16));
/** A stretched operand as four equal lanes: it is read as a vector that stays where it is, by the same loop. */
const aLanes = memory.data(16, 16);
const bLanes = memory.data(16, 16);

/** Operations are methods on a null reference, as in elementwise.ts: four elements of a and b, two numbers in all lanes. */
export class Broadcast {
  /** y = op(a, b, p, q) over the loops n0…n5; y may be an operand that has all of them. */
  @inline
  static run<Op>(
    a: usize,
    b: usize,
    y: usize,
    n0: i32,
    n1: i32,
    n2: i32,
    n3: i32,
    n4: i32,
    n5: i32,
    aAxes: i32,
    bAxes: i32,
    p: f32,
    q: f32,
  ): void {
    walk.start(a, b, n0, n1, n2, n3, n4, n5, aAxes, bAxes, 4);
    const row = walk.loop(LOOPS - 2);
    const rowBytes = (<usize>n5) << 2;
    do {
      a = walk.a;
      b = walk.b;
      for (let left = n4; left > 0; left--) {
        Broadcast.row<Op>(a, aAxes & 1, b, bAxes & 1, y, n5, f32x4.splat(p), f32x4.splat(q));
        a += row.aStep;
        b += row.bStep;
        y += rowBytes;
      }
    } while (walk.next());
  }

  @inline
  static row<Op>(a: usize, hasA: i32, b: usize, hasB: i32, y: usize, n: i32, p: v128, q: v128): void {
    const op = changetype<Op>(0);
    const aStep = (<usize>hasA) << 4;
    const bStep = (<usize>hasB) << 4;
    if (!hasA) {
      v128.store(aLanes, v128.load32_splat(a));
      a = aLanes;
    }
    if (!hasB) {
      v128.store(bLanes, v128.load32_splat(b));
      b = bLanes;
    }
    const end = y + ((<usize>(n & ~3)) << 2);
    while (y != end) {
      v128.store(y, op.of(v128.load(a), v128.load(b), p, q));
      a += aStep;
      b += bStep;
      y += 16;
    }
    const lanes = n & 3;
    if (lanes) Simd.store(y, op.of(Simd.load(a, lanes), Simd.load(b, lanes), p, q), lanes);
  }
}
