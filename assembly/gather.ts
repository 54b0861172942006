/** Picks along one axis: x [outer, lengthIn, inner] → y [outer, lengthOut, inner]. */
import { Runs } from './runs';

/**
 * y[o,i,:] = x[o,indices[i],:], `innerBytes` bytes each (quickest in multiples of four); indices: lengthOut i32 in
 * 0…lengthIn − 1. On both axes of an image of u8 this is nearest-neighbour resizing.
 */
export function gatherAxis(
  x: usize,
  y: usize,
  outer: i32,
  lengthIn: i32,
  lengthOut: i32,
  innerBytes: usize,
  indices: usize,
): void {
  const end = indices + ((<usize>lengthOut) << 2);
  for (let o = 0; o < outer; o++, x += <usize>lengthIn * innerBytes) {
    if (innerBytes == 4) {
      for (let p = indices; p != end; p += 4, y += 4) store<u32>(y, load<u32>(x + (load<u32>(p) << 2)));
    } else if (innerBytes & 3) {
      for (let p = indices; p != end; p += 4, y += innerBytes) {
        memory.copy(y, x + <usize>load<u32>(p) * innerBytes, innerBytes);
      }
    } else {
      for (let p = indices; p != end; p += 4, y += innerBytes) {
        Runs.copy(x + <usize>load<u32>(p) * innerBytes, y, innerBytes);
      }
    }
  }
}
