/**
 * 3×3 convolution at stride 1 by Winograd's minimal filtering F(5×5, 3×3), interpolation points ±1, ±2, ±½, ∞: 49 products
 * do the work of 225. For outputs whose sides five divides better than four, as LeNet's 10 × 10: 196 products an image
 * instead of 324. Rounds a little worse than F(4×4) (rms 1.0e-6 against 0.7e-6); training alone has it.
 */
import { Simd } from './simd';
import { WinogradTiles } from './winograd-tiles';

/** The matrices. */
@unmanaged
class Five {
  @inline
  get outputs(): i32 {
    return 5;
  }

  @inline
  input(isEdge: bool, ix: i32, p: usize, step: usize, target: usize, targetStep: usize, lanes: i32): void {
    const d0 = WinogradTiles.value(isEdge, ix, p);
    const d1 = WinogradTiles.value(isEdge, ix + 1, p + step);
    const d2 = WinogradTiles.value(isEdge, ix + 2, p + 2 * step);
    const d3 = WinogradTiles.value(isEdge, ix + 3, p + 3 * step);
    const d4 = WinogradTiles.value(isEdge, ix + 4, p + 4 * step);
    const d5 = WinogradTiles.value(isEdge, ix + 5, p + 5 * step);
    const d6 = WinogradTiles.value(isEdge, ix + 6, p + 6 * step);
    const half = f32x4.splat(0.5);
    let even = Simd.madd(f32x4.splat(-2.125), d2, f32x4.mul(half, f32x4.add(d0, d4)));
    let odd = Simd.madd(f32x4.splat(-2.125), d3, f32x4.mul(half, f32x4.add(d1, d5)));
    Simd.store(target, f32x4.add(even, odd), lanes);
    Simd.store(target + targetStep, f32x4.sub(odd, even), lanes);
    even = Simd.madd(f32x4.splat(0.125), d0, Simd.madd(f32x4.splat(-0.625), d2, f32x4.mul(half, d4)));
    odd = Simd.madd(f32x4.splat(0.0625), d1, Simd.madd(f32x4.splat(-0.3125), d3, f32x4.mul(f32x4.splat(0.25), d5)));
    Simd.store(target + 2 * targetStep, f32x4.add(even, odd), lanes);
    Simd.store(target + 3 * targetStep, f32x4.sub(odd, even), lanes);
    even = Simd.madd(f32x4.splat(2), d0, Simd.madd(f32x4.splat(-2.5), d2, f32x4.mul(half, d4)));
    odd = Simd.madd(f32x4.splat(4), d1, Simd.madd(f32x4.splat(-5), d3, d5));
    Simd.store(target + 4 * targetStep, f32x4.add(even, odd), lanes);
    Simd.store(target + 5 * targetStep, f32x4.sub(odd, even), lanes);
    Simd.store(target + 6 * targetStep, Simd.madd(f32x4.splat(5.25), f32x4.sub(d2, d4), f32x4.sub(d6, d0)), lanes);
  }

  @inline
  output(p: usize, step: usize, target: usize, targetStep: usize): void {
    const m0 = v128.load(p);
    const m1 = v128.load(p + step);
    const m2 = v128.load(p + 2 * step);
    const m3 = v128.load(p + 3 * step);
    const m4 = v128.load(p + 4 * step);
    const m5 = v128.load(p + 5 * step);
    const m6 = v128.load(p + 6 * step);
    const ones = f32x4.add(m0, m1);
    const oneDifference = f32x4.sub(m0, m1);
    const twos = f32x4.add(m2, m3);
    const twoDifference = f32x4.sub(m2, m3);
    const halves = f32x4.add(m4, m5);
    const halfDifference = f32x4.sub(m4, m5);
    const odd1 = Simd.madd(f32x4.splat(0.5), halfDifference, oneDifference);
    const even2 = Simd.madd(f32x4.splat(0.25), halves, ones);
    const odd3 = Simd.madd(f32x4.splat(0.125), halfDifference, oneDifference);
    const even4 = Simd.madd(f32x4.splat(0.0625), halves, f32x4.add(ones, m6));
    v128.store(target, f32x4.add(ones, f32x4.add(twos, halves)));
    v128.store(target + targetStep, Simd.madd(f32x4.splat(2), twoDifference, odd1));
    v128.store(target + 2 * targetStep, Simd.madd(f32x4.splat(4), twos, even2));
    v128.store(target + 3 * targetStep, Simd.madd(f32x4.splat(8), twoDifference, odd3));
    v128.store(target + 4 * targetStep, Simd.madd(f32x4.splat(16), twos, even4));
  }

  @inline
  filter(a: v128, b: v128, c: v128, target: usize, step: usize, lanes: i32): void {
    const ends = f32x4.mul(f32x4.add(a, c), f32x4.splat(-4.0 / 9.0));
    const middle = f32x4.mul(b, f32x4.splat(4.0 / 9.0));
    const centre = f32x4.mul(b, f32x4.splat(8.0 / 45.0));
    const near = f32x4.splat(4.0 / 45.0);
    const far = f32x4.splat(16.0 / 45.0);
    const two = f32x4.add(f32x4.mul(near, a), f32x4.mul(far, c));
    const half = f32x4.add(f32x4.mul(far, a), f32x4.mul(near, c));
    Simd.store(target, f32x4.sub(ends, middle), lanes);
    Simd.store(target + step, f32x4.neg(f32x4.add(ends, middle)), lanes);
    Simd.store(target + 2 * step, f32x4.add(centre, two), lanes);
    Simd.store(target + 3 * step, f32x4.sub(centre, two), lanes);
    Simd.store(target + 4 * step, f32x4.add(centre, half), lanes);
    Simd.store(target + 5 * step, f32x4.sub(centre, half), lanes);
    Simd.store(target + 6 * step, c, lanes);
  }
}

/** As packWinograd (winograd.ts), with 49 matrices. */
export function packWinograd5(
  filter: usize,
  rowStride: usize,
  tapStride: usize,
  inputStride: usize,
  outputStride: usize,
  c: i32,
  oc: i32,
  panels: usize,
  matrixBytes: usize,
): void {
  WinogradTiles.pack<Five>(filter, rowStride, tapStride, inputStride, outputStride, c, oc, panels, matrixBytes);
}

/** As conv2dWinograd (winograd.ts), with 49 planes of scratch. */
export function conv2dWinograd5(
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  top: i32,
  left: i32,
  panels: usize,
  matrixBytes: usize,
  bias: usize,
  y: usize,
  oc: i32,
  residual: usize,
  lo: f32,
  hi: f32,
  v: usize,
  m: usize,
  blockTiles: i32,
  rowsPerTile: i32,
): void {
  WinogradTiles.place<Five>(h, w, c, oh, ow, top, left);
  WinogradTiles.convolve<Five>(x, n, panels, matrixBytes, bias, y, oc, residual, lo, hi, v, m, blockTiles, rowsPerTile);
}
