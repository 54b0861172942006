/** Copies of pixels: of single channels, of fills. */

/** `count` runs of `bytes` bytes, from `from` every `fromStep` bytes to `to` every `toStep`; `bytes` is 1 or 4. */
export function copyStrided(from: usize, fromStep: usize, to: usize, toStep: usize, count: i32, bytes: i32): void {
  for (; count > 0; count--, from += fromStep, to += toStep) {
    if (bytes == 4) store<u32>(to, load<u32>(from));
    else store<u8>(to, load<u8>(from));
  }
}

/** `count` pixels of `pixelBytes` bytes ← the one at `fill`. */
export function fillPixels(target: usize, count: i32, fill: usize, pixelBytes: i32): void {
  for (; count > 0; count--, target += pixelBytes) memory.copy(target, fill, pixelBytes);
}
