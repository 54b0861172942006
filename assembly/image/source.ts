/** The picture that a kernel reads: set once a call, read by the functions below it. */

@unmanaged
class Source {
  /** Packed [H,W,C]. */
  ptr: usize;
  width: i32;
  height: i32;
  channels: i32;
  isFloat: i32;
  /** Set besides, where the picture is sampled between its pixels. */
  interpolation: i32;
  border: i32;
  /** A pixel of the picture's type. */
  fill: usize;
}

export const source = changetype<Source>(memory.data(32, 16));

export function setSource(
  ptr: usize,
  width: i32,
  height: i32,
  channels: i32,
  isFloat: i32,
  border: i32,
  fill: usize,
): void {
  const s = source;
  s.ptr = ptr;
  s.width = width;
  s.height = height;
  s.channels = channels;
  s.isFloat = isFloat;
  s.border = border;
  s.fill = fill;
}
