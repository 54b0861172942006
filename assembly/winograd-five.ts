/**
 * 3×3 convolution at stride 1 by Winograd's minimal filtering F(5×5, 3×3), interpolation points ±1, ±2, ±½, ∞: 49 products
 * do the work of 225. For outputs whose sides five divides better than four, as LeNet's 10 × 10: 196 products an image
 * instead of 324. Rounds a little worse than F(4×4) (rms 1.0e-6 against 0.7e-6); training alone has it.
 */
import { Simd } from './simd';
import { WinogradTiles } from './winograd-tiles';

/** Numbers in all lanes of a vector: V8 would build such constants anew at every use. */
@unmanaged
class Constants {
  half: v128;
  minus17Eighths: v128;
  eighth: v128;
  minus5Eighths: v128;
  sixteenth: v128;
  minus5Sixteenths: v128;
  quarter: v128;
  two: v128;
  minus5Halves: v128;
  four: v128;
  minusFive: v128;
  twentyOneQuarters: v128;
  eight: v128;
  sixteen: v128;
}

const k = changetype<Constants>(
  memory.data<f32>(
    [
      0.5, 0.5, 0.5, 0.5, -2.125, -2.125, -2.125, -2.125, 0.125, 0.125, 0.125, 0.125, -0.625, -0.625, -0.625, -0.625,
      0.0625, 0.0625, 0.0625, 0.0625, -0.3125, -0.3125, -0.3125, -0.3125, 0.25, 0.25, 0.25, 0.25, 2, 2, 2, 2, -2.5,
      -2.5, -2.5, -2.5, 4, 4, 4, 4, -5, -5, -5, -5, 5.25, 5.25, 5.25, 5.25, 8, 8, 8, 8, 16, 16, 16, 16,
    ],
    16,
  ),
);

/** −4/9, 4/9, 8/45, 4/45 and 16/45. */
const filterConstants = memory.data<f32>([-0.4444444444, 0.4444444444, 0.1777777778, 0.0888888889, 0.3555555556]);

/** The matrices. */
@unmanaged
class Five {
  @inline
  get outputs(): i32 {
    return 5;
  }

  @inline
  get filterConstants(): usize {
    return filterConstants;
  }

  @inline
  input(isEdge: bool, ix: i32, p: usize, step: usize, target: usize, targetStep: usize): void {
    const d0 = WinogradTiles.value(isEdge, ix, p);
    const d1 = WinogradTiles.value(isEdge, ix + 1, p + step);
    const d2 = WinogradTiles.value(isEdge, ix + 2, p + 2 * step);
    const d3 = WinogradTiles.value(isEdge, ix + 3, p + 3 * step);
    const d4 = WinogradTiles.value(isEdge, ix + 4, p + 4 * step);
    const d5 = WinogradTiles.value(isEdge, ix + 5, p + 5 * step);
    const d6 = WinogradTiles.value(isEdge, ix + 6, p + 6 * step);
    const half = k.half;
    let even = Simd.madd(k.minus17Eighths, d2, f32x4.mul(half, f32x4.add(d0, d4)));
    let odd = Simd.madd(k.minus17Eighths, d3, f32x4.mul(half, f32x4.add(d1, d5)));
    v128.store(target, f32x4.add(even, odd));
    v128.store(target + targetStep, f32x4.sub(odd, even));
    even = Simd.madd(k.eighth, d0, Simd.madd(k.minus5Eighths, d2, f32x4.mul(half, d4)));
    odd = Simd.madd(k.sixteenth, d1, Simd.madd(k.minus5Sixteenths, d3, f32x4.mul(k.quarter, d5)));
    v128.store(target + 2 * targetStep, f32x4.add(even, odd));
    v128.store(target + 3 * targetStep, f32x4.sub(odd, even));
    even = Simd.madd(k.two, d0, Simd.madd(k.minus5Halves, d2, f32x4.mul(half, d4)));
    odd = Simd.madd(k.four, d1, Simd.madd(k.minusFive, d3, d5));
    v128.store(target + 4 * targetStep, f32x4.add(even, odd));
    v128.store(target + 5 * targetStep, f32x4.sub(odd, even));
    v128.store(target + 6 * targetStep, Simd.madd(k.twentyOneQuarters, f32x4.sub(d2, d4), f32x4.sub(d6, d0)));
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
    const odd1 = Simd.madd(k.half, halfDifference, oneDifference);
    const even2 = Simd.madd(k.quarter, halves, ones);
    const odd3 = Simd.madd(k.eighth, halfDifference, oneDifference);
    const even4 = Simd.madd(k.sixteenth, halves, f32x4.add(ones, m6));
    v128.store(target, f32x4.add(ones, f32x4.add(twos, halves)));
    v128.store(target + targetStep, Simd.madd(k.two, twoDifference, odd1));
    v128.store(target + 2 * targetStep, Simd.madd(k.four, twos, even2));
    v128.store(target + 3 * targetStep, Simd.madd(k.eight, twoDifference, odd3));
    v128.store(target + 4 * targetStep, Simd.madd(k.sixteen, twos, even4));
  }

  @inline
  filter(
    a: v128,
    b: v128,
    c: v128,
    target: usize,
    step: usize,
    minusFourNinths: v128,
    fourNinths: v128,
    eight: v128,
    four: v128,
    sixteen: v128,
  ): void {
    const ends = f32x4.mul(f32x4.add(a, c), minusFourNinths);
    const middle = f32x4.mul(b, fourNinths);
    const centre = f32x4.mul(b, eight);
    const two = f32x4.add(f32x4.mul(four, a), f32x4.mul(sixteen, c));
    const half = f32x4.add(f32x4.mul(sixteen, a), f32x4.mul(four, c));
    v128.store(target, f32x4.sub(ends, middle));
    v128.store(target + step, f32x4.neg(f32x4.add(ends, middle)));
    v128.store(target + 2 * step, f32x4.add(centre, two));
    v128.store(target + 3 * step, f32x4.sub(centre, two));
    v128.store(target + 4 * step, f32x4.add(centre, half));
    v128.store(target + 5 * step, f32x4.sub(centre, half));
    v128.store(target + 6 * step, c);
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
  taps: usize,
  columns: i32,
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
  WinogradTiles.convolve<Five>(
    x,
    n,
    panels,
    matrixBytes,
    taps,
    columns,
    bias,
    y,
    oc,
    residual,
    lo,
    hi,
    v,
    m,
    blockTiles,
    rowsPerTile,
  );
}
