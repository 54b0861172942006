/** Runs of numbers moved as they are, bit for bit: mostly too short for the call that memory.copy is. */

/** Bytes from which on memory.copy pays for its call. */
const LONG_RUN: usize = 512;

export class Runs {
  /** y ← x, `bytes` bytes (a multiple of 4) that do not overlap; nothing outside is read or written. */
  @inline
  static copy(x: usize, y: usize, bytes: usize): void {
    if (bytes >= LONG_RUN) {
      memory.copy(y, x, bytes);
      return;
    }
    const end = y + bytes;
    while (y + 16 <= end) {
      v128.store(y, v128.load(x));
      x += 16;
      y += 16;
    }
    while (y != end) {
      store<u32>(y, load<u32>(x));
      x += 4;
      y += 4;
    }
  }

  /** y ← x, any number of bytes that do not overlap; nothing outside is read or written. */
  @inline
  static copyBytes(x: usize, y: usize, bytes: usize): void {
    if (bytes >= LONG_RUN) {
      memory.copy(y, x, bytes);
      return;
    }
    const end = y + bytes;
    if (bytes >= 16) {
      for (; y + 16 < end; x += 16, y += 16) v128.store(y, v128.load(x));
      // The last vector is moved back so that it ends with the run.
      v128.store(end - 16, v128.load(x + (end - y) - 16));
    } else {
      for (; y != end; x++, y++) store<u8>(y, load<u8>(x));
    }
  }

  /** y[i] = value, a vector of equal lanes, for `bytes` bytes (a multiple of 4). */
  @inline
  static fill(y: usize, value: v128, bytes: usize): void {
    const end = y + bytes;
    while (y + 16 <= end) {
      v128.store(y, value);
      y += 16;
    }
    while (y != end) {
      v128.store32_lane(y, value, 0);
      y += 4;
    }
  }
}
