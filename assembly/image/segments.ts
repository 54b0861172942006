/** Pictures over a map of segments: sums of their values, and their pixels painted. */

/** Byte offsets, in a row of a small label map, of the labels of `fullWidth` pixels: columns, i32. */
function mapColumns(columns: usize, fullWidth: i32, width: i32): void {
  for (let x = 0; x < fullWidth; x++) {
    const column = <i32>((<i64>(2 * x + 1) * width) / (2 * fullWidth));
    store<i32>(columns + ((<usize>x) << 2), column << 2);
  }
}

/** The row of a small label map that holds the labels of row y of the picture. */
function labelRow(labels: usize, width: i32, height: i32, y: i32, fullHeight: i32): usize {
  const row = <i32>((<i64>(2 * y + 1) * height) / (2 * fullHeight));
  return labels + ((<usize>(row * width)) << 2);
}

/**
 * Sums of the picture's values over segments: sums f64 [count, channels + 1], last the number of pixels.
 *   labels i32 [height, width], stretched over the picture by nearest neighbours · columns: room for fullWidth i32
 */
export function sumSegments(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  channels: i32,
  isFloat: i32,
  labels: usize,
  width: i32,
  height: i32,
  sums: usize,
  count: i32,
  columns: usize,
): void {
  const sumBytes = (<usize>(channels + 1)) << 3;
  const pixelBytes = <usize>(isFloat ? channels << 2 : channels);
  memory.fill(sums, 0, <usize>count * sumBytes);
  mapColumns(columns, fullWidth, width);
  for (let y = 0; y < fullHeight; y++) {
    const row = labelRow(labels, width, height, y, fullHeight);
    for (let column = 0; column < fullWidth; column++, x += pixelBytes) {
      let sum = sums + <usize>load<u32>(row + load<u32>(columns + ((<usize>column) << 2))) * sumBytes;
      for (let c = 0; c < channels; c++, sum += 8) {
        const value = isFloat ? <f64>load<f32>(x + ((<usize>c) << 2)) : <f64>load<u8>(x + c);
        store<f64>(sum, load<f64>(sum) + value);
      }
      store<f64>(sum, load<f64>(sum) + 1);
    }
  }
}

/** Each pixel of a segment that is `chosen` (u8 [count]) ← the segment's pixel of `colours` (the picture's type). */
export function paintSegments(
  x: usize,
  fullWidth: i32,
  fullHeight: i32,
  pixelBytes: i32,
  labels: usize,
  width: i32,
  height: i32,
  colours: usize,
  chosen: usize,
  columns: usize,
): void {
  mapColumns(columns, fullWidth, width);
  for (let y = 0; y < fullHeight; y++) {
    const row = labelRow(labels, width, height, y, fullHeight);
    for (let column = 0; column < fullWidth; column++, x += pixelBytes) {
      const label = <usize>load<u32>(row + load<u32>(columns + ((<usize>column) << 2)));
      if (!load<u8>(chosen + label)) continue;
      const colour = colours + label * <usize>pixelBytes;
      if (pixelBytes == 3) {
        store<u16>(x, load<u16>(colour));
        store<u8>(x, load<u8>(colour, 2), 2);
      } else memory.copy(x, colour, pixelBytes);
    }
  }
}
