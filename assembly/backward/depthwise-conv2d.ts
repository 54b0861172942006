/** Gradients of a depthwise convolution, both in one walk over its windows. */
import { Simd } from '../simd';
import { Window, Windows } from '../window';

@unmanaged
class DepthwiseBackward extends Window {
  x: usize;
  filter: usize;
  dy: usize;
  /** 0 where nobody needs it. */
  dx: usize;
  dw: usize;
  multiplier: i32;

  @inline
  visit(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32): void {
    if (this.multiplier == 1) {
      let i = 0;
      for (; i + 4 <= this.c; i += 4) this.vector(xOffset, yOffset, rows, columns, tap, i, 4);
      if (i < this.c) this.vector(xOffset, yOffset, rows, columns, tap, i, this.c - i);
    } else {
      for (let o = 0; o < this.c * this.multiplier; o++) this.scalar(xOffset, yOffset, rows, columns, tap, o);
    }
  }

  @inline
  vector(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32, i: i32, lanes: i32): void {
    const channel = (<usize>i) << 2;
    const dy = v128.load(this.dy + yOffset + channel);
    for (let ky = 0; ky < rows; ky++) {
      let offset = xOffset + <usize>ky * this.rowBytes + channel;
      let filterOffset = ((<usize>((tap + ky * this.kw) * this.c)) << 2) + channel;
      for (let kx = 0; kx < columns; kx++) {
        const dw = this.dw + filterOffset;
        Simd.store(dw, Simd.madd(v128.load(this.x + offset), dy, v128.load(dw)), lanes);
        if (this.dx) {
          const dx = this.dx + offset;
          Simd.store(dx, Simd.madd(v128.load(this.filter + filterOffset), dy, v128.load(dx)), lanes);
        }
        offset += this.tapBytes;
        filterOffset += (<usize>this.c) << 2;
      }
    }
  }

  @inline
  scalar(xOffset: usize, yOffset: usize, rows: i32, columns: i32, tap: i32, o: i32): void {
    const outputs = this.c * this.multiplier;
    const dy = load<f32>(this.dy + yOffset + ((<usize>o) << 2));
    const channel = (<usize>(o / this.multiplier)) << 2;
    for (let ky = 0; ky < rows; ky++) {
      let offset = xOffset + <usize>ky * this.rowBytes + channel;
      let filterOffset = (<usize>((tap + ky * this.kw) * outputs + o)) << 2;
      for (let kx = 0; kx < columns; kx++) {
        const dw = this.dw + filterOffset;
        store<f32>(dw, load<f32>(dw) + load<f32>(this.x + offset) * dy);
        if (this.dx) {
          const dx = this.dx + offset;
          store<f32>(dx, load<f32>(dx) + load<f32>(this.filter + filterOffset) * dy);
        }
        offset += this.tapBytes;
        filterOffset += (<usize>outputs) << 2;
      }
    }
  }
}

const depthwise = changetype<DepthwiseBackward>(memory.data(offsetof<DepthwiseBackward>(), 16));

/**
 * dw [KH,KW,C,M] += Σ x·dy and dx [N,H,W,C] += Σ filter·dy, for dy [N,OH,OW,C·M]; the caller clears both. dx = 0: not
 * wanted. Operands are read up to 12 bytes beyond their end.
 */
export function depthwiseConv2dBackward(
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
  multiplier: i32,
  dy: usize,
  dx: usize,
  dw: usize,
): void {
  const g = depthwise;
  g.set(h, w, c, oh, ow, kh, kw, strideH, strideW, top, left, dilationH, dilationW, (<usize>c) << 2);
  g.x = x;
  g.filter = filter;
  g.multiplier = multiplier;
  g.dy = dy;
  g.dx = dx;
  g.dw = dw;
  Windows.walk<DepthwiseBackward>(g, n, (<usize>(c * multiplier)) << 2);
}
