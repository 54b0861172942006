/** Sliding windows over an image: the geometry that convolution and pooling share, and the walk over their positions. */

/**
 * Geometry of a window over x [N,H,W,C]; lengths in elements, `top` and `left` in padding pixels. Kernels that walk add
 * their operands in a subclass with a method
 *   visit(xOffset, yOffset, rows, columns, tap)
 * All live in static memory, so that loops pass one pointer instead of fourteen numbers.
 */
@unmanaged
export class Window {
  h: i32;
  w: i32;
  c: i32;
  oh: i32;
  ow: i32;
  kh: i32;
  kw: i32;
  strideH: i32;
  strideW: i32;
  top: i32;
  left: i32;
  dilationH: i32;
  dilationW: i32;
  /** Bytes from one pixel of x to the next: 4·C, or more where C is one group's share of the channels. */
  pixelBytes: usize;

  @inline
  set(
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
    pixelBytes: usize,
  ): void {
    this.h = h;
    this.w = w;
    this.c = c;
    this.oh = oh;
    this.ow = ow;
    this.kh = kh;
    this.kw = kw;
    this.strideH = strideH;
    this.strideW = strideW;
    this.top = top;
    this.left = left;
    this.dilationH = dilationH;
    this.dilationW = dilationW;
    this.pixelBytes = pixelBytes;
  }

  /** Bytes from a tap to the one on its right. */
  @inline
  get tapBytes(): usize {
    return <usize>this.dilationW * this.pixelBytes;
  }

  /** Bytes from a tap to the one below. */
  @inline
  get rowBytes(): usize {
    return <usize>(this.dilationH * this.w) * this.pixelBytes;
  }
}

export class Windows {
  /** Taps of a window that starts at `origin` which lie before the image. */
  @inline
  static skipped(origin: i32, dilation: i32): i32 {
    return origin < 0 ? (dilation - 1 - origin) / dilation : 0;
  }

  /** Taps behind the `skipped` ones that lie within an image of `length` pixels; 0 where none does. */
  @inline
  static visible(origin: i32, dilation: i32, length: i32, taps: i32, skipped: i32): i32 {
    const end = origin < length ? min(taps, (length - origin + dilation - 1) / dilation) : 0;
    return max(end - skipped, 0);
  }

  /**
   * Calls op.visit(xOffset, yOffset, rows, columns, tap) for every output pixel, image by image in raster order:
   *   xOffset: bytes from x to the first tap that lies within the image · yOffset: bytes from y to the output pixel
   *   rows, columns: taps within the image, 0 where there is none · tap: index of the first of them, ky·KW + kx
   */
  @inline
  static walk<T extends Window>(op: T, n: i32, yPixelBytes: usize): void {
    let yOffset: usize = 0;
    for (let image = 0; image < n; image++) {
      for (let oy = 0; oy < op.oh; oy++) {
        const y = oy * op.strideH - op.top;
        const ky = Windows.skipped(y, op.dilationH);
        const rows = Windows.visible(y, op.dilationH, op.h, op.kh, ky);
        const line = (image * op.h + y + ky * op.dilationH) * op.w;
        for (let ox = 0; ox < op.ow; ox++, yOffset += yPixelBytes) {
          const x = ox * op.strideW - op.left;
          const kx = Windows.skipped(x, op.dilationW);
          const columns = Windows.visible(x, op.dilationW, op.w, op.kw, kx);
          const xOffset = <usize>(line + x + kx * op.dilationW) * op.pixelBytes;
          op.visit(xOffset, yOffset, rows, columns, ky * op.kw + kx);
        }
      }
    }
  }
}
