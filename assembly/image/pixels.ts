/** Copies of pixels: to other places, of single channels. */

/** `count` runs of `bytes` bytes, from `from` every `fromStep` bytes to `to` every `toStep`; `bytes` is 1 or 4. */
export function copyStrided(from: usize, fromStep: usize, to: usize, toStep: usize, count: i32, bytes: i32): void {
  for (; count > 0; count--, from += fromStep, to += toStep) {
    if (bytes == 4) store<u32>(to, load<u32>(from));
    else store<u8>(to, load<u8>(from));
  }
}

/**
 * target pixel (row i, column j) ← the one at source + i·down + j·across.
 *   across, down: bytes, of either sign · pixel: bytes of a pixel
 */
export function copyPixels(
  source: usize,
  across: i32,
  down: i32,
  target: usize,
  width: i32,
  height: i32,
  pixel: i32,
): void {
  for (let row = 0; row < height; row++, source += down) {
    let from = source;
    for (let column = 0; column < width; column++, from += across, target += pixel) {
      memory.copy(target, from, pixel);
    }
  }
}

/** `count` pixels of `pixelBytes` bytes ← the one at `fill`. */
export function fillPixels(target: usize, count: i32, fill: usize, pixelBytes: i32): void {
  for (; count > 0; count--, target += pixelBytes) memory.copy(target, fill, pixelBytes);
}
