/** The gradient of picking along one axis: every pick gives back what it is given. */
import { Elementwise } from '../elementwise';
import { Sum } from './elementwise';

/**
 * dx[o,indices[i],:] = Σ dy[o,i,:], in order of i, and 0 where nothing was picked. dy [outer, lengthOut, inner],
 * dx [outer, lengthIn, inner]; indices: lengthOut i32 in 0…lengthIn − 1.
 */
export function gatherAxisBackward(
  dy: usize,
  dx: usize,
  outer: i32,
  lengthIn: i32,
  lengthOut: i32,
  innerBytes: usize,
  indices: usize,
): void {
  const sliceBytes = <usize>lengthIn * innerBytes;
  const end = indices + ((<usize>lengthOut) << 2);
  memory.fill(dx, 0, <usize>outer * sliceBytes);
  for (let o = 0; o < outer; o++, dx += sliceBytes) {
    for (let p = indices; p != end; p += 4, dy += innerBytes) {
      const target = dx + <usize>load<u32>(p) * innerBytes;
      Elementwise.run<Sum>(target, dy, target, <i32>(innerBytes >> 2), 0, 0);
    }
  }
}
