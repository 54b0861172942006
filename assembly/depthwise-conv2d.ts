/** Depthwise convolution: every input channel has `multiplier` filters of its own. Four channels at a time. */
import { Scalar, Simd } from './simd';
import { Window, Windows } from './window';

@unmanaged
class Depthwise extends Window {
  x: usize;
  y: usize;
  filter: usize;
  bias: usize;
  residual: usize;
  multiplier: i32;
  lo: f32;
  hi: f32;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32): void {
    if (this.multiplier == 1) {
      for (let i = 0; i < this.c; i += 4) {
        this.vector(xOffset, yOffset, rows, columns, tap, i, min(4, this.c - i));
      }
    } else {
      for (let o = 0; o < this.c * this.multiplier; o++) this.scalar(xOffset, yOffset, rows, columns, tap, o);
    }
  }

  /** Output channels i … i + 3, which are the input's as well. */
  @inline
  vector(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32, i: i32, lanes: i32): void {
    const channel = (<usize>i) << 2;
    const tapRow = (<usize>this.c) << 2;
    const at = yOffset + channel;
    let sum = this.bias ? v128.load(this.bias + channel) : Simd.zero();
    let row = this.x + xOffset + channel;
    let filterRow = this.filter + <usize>tap * tapRow + channel;
    for (let ky = 0; ky < rows; ky++, row += this.rowBytes, filterRow += <usize>this.kw * tapRow) {
      let p = row;
      let f = filterRow;
      for (let kx = 0; kx < columns; kx++, p += this.tapBytes, f += tapRow) {
        sum = Simd.madd(v128.load(p), v128.load(f), sum);
      }
    }
    if (this.residual) sum = f32x4.add(sum, v128.load(this.residual + at));
    Simd.store(this.y + at, Simd.clamp(sum, f32x4.splat(this.lo), f32x4.splat(this.hi)), lanes);
  }

  /** Output channel o, of input channel o / multiplier. */
  @inline
  scalar(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32, o: i32): void {
    const outputs = this.c * this.multiplier;
    const at = yOffset + ((<usize>o) << 2);
    let sum: f32 = this.bias ? load<f32>(this.bias + ((<usize>o) << 2)) : 0;
    let row = this.x + xOffset + ((<usize>(o / this.multiplier)) << 2);
    for (let ky = 0; ky < rows; ky++, row += this.rowBytes, tap += this.kw) {
      let p = row;
      let f = this.filter + ((<usize>(tap * outputs + o)) << 2);
      for (let kx = 0; kx < columns; kx++, p += this.tapBytes, f += (<usize>outputs) << 2) {
        sum += load<f32>(p) * load<f32>(f);
      }
    }
    if (this.residual) sum += load<f32>(this.residual + at);
    store<f32>(this.y + at, Scalar.clamp(sum, this.lo, this.hi));
  }
}

const depthwise = changetype<Depthwise>(memory.data(offsetof<Depthwise>(), 16));

/**
 * y [N,OH,OW,C·M] = clamp(x [N,H,W,C] ⋆ filter [KH,KW,C,M] + bias [C·M] (+ residual), lo, hi), M = multiplier; output
 * channel c·M + m sees input channel c. bias, residual = 0 means none. Operands are read up to 12 bytes beyond their end.
 */
export function depthwiseConv2d(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  strideH: i32,
  strideW: i32,
  top: i32,
  left: i32,
  dilationH: i32,
  dilationW: i32,
  filter: usize,
  bias: usize,
  multiplier: i32,
  y: usize,
  residual: usize,
  lo: f32,
  hi: f32,
): void {
  const g = depthwise;
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, (<usize>c) << 2);
  g.x = x;
  g.y = y;
  g.filter = filter;
  g.bias = bias;
  g.residual = residual;
  g.multiplier = multiplier;
  g.lo = lo;
  g.hi = hi;
  Windows.walk<Depthwise>(g, n, (<usize>(c * multiplier)) << 2);
}
