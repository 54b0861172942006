/** The windows of pooling: where each one stands comes in a table from the host, so that one kernel serves all rules. */

/**
 * x [N,H,W,C] under OH × OW windows. Kernels add their operands in a subclass with a method
 *   visit(xOffset, yOffset, rows, columns, counted)
 * All live in static memory, so that loops pass one pointer.
 */
@unmanaged
export class PoolWindows {
  h: i32;
  w: i32;
  c: i32;
  oh: i32;
  ow: i32;
  /** Bytes from a tap to the one below. */
  rowBytes: usize;
  /** Bytes from a tap to the one on its right. */
  tapBytes: usize;
  /** Bytes from pixel to pixel, of x and y alike. */
  pixelBytes: usize;
  /**
   * Three i32 for each row of windows, then for each column of them: first pixel within the image, taps within the
   * image, taps that count for a mean.
   */
  places: usize;

  @inline
  set(
    h: i32,
    w: i32,
    c: i32,
    oh: i32,
    ow: i32,
    dilationH: i32,
    dilationW: i32,
    places: usize,
    valueBytes: i32 = 4,
  ): void {
    this.h = h;
    this.w = w;
    this.c = c;
    this.oh = oh;
    this.ow = ow;
    this.pixelBytes = <usize>(c * valueBytes);
    this.tapBytes = <usize>dilationW * this.pixelBytes;
    this.rowBytes = <usize>(dilationH * w) * this.pixelBytes;
    this.places = places;
  }

  /**
   * Calls op.visit(xOffset, yOffset, rows, columns, counted) for every output pixel, image by image in raster order:
   *   xOffset: bytes from x to the first tap that lies within the image · yOffset: bytes from y to the output pixel
   *   rows, columns: taps within the image, 0 where there is none · counted: taps that count for a mean
   */
  @inline
  static walk<T extends PoolWindows>(op: T, n: i32): void {
    const pixelBytes = op.pixelBytes;
    let yOffset: usize = 0;
    for (let image = 0; image < n; image++) {
      let row = op.places;
      const rowsEnd = row + <usize>op.oh * 12;
      const columnsEnd = rowsEnd + <usize>op.ow * 12;
      for (; row != rowsEnd; row += 12) {
        const line = (image * op.h + load<i32>(row)) * op.w;
        for (let column = rowsEnd; column != columnsEnd; column += 12, yOffset += pixelBytes) {
          const xOffset = <usize>(line + load<i32>(column)) * pixelBytes;
          const counted = load<i32>(row, 8) * load<i32>(column, 8);
          op.visit(xOffset, yOffset, load<i32>(row, 4), load<i32>(column, 4), counted);
        }
      }
    }
  }
}
