/**
 * 3×3 convolution at stride 1 by Winograd's minimal filtering F(4×4, 3×3), interpolation points 0, ±1, ±2, ∞: 36 products do
 * the work of 144. The walk over tiles is that of winograd-tiles.ts.
 */
import { Simd } from './simd';
import { WinogradTiles } from './winograd-tiles';

/** 4, −5, 2 and 8 in all lanes: V8 would build them anew at every use. */
const constants = memory.data<f32>([4, 4, 4, 4, -5, -5, -5, -5, 2, 2, 2, 2, 8, 8, 8, 8], 16);

/** −1/6, 1/24, 1/12, 1/6 and 1/4. */
const filterConstants = memory.data<f32>([-0.1666666667, 0.0416666667, 0.0833333333, 0.1666666667, 0.25]);

/** The matrices. */
@unmanaged
export class Four {
  @inline
  get outputs(): i32 {
    return 4;
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
    const four = v128.load(constants);
    const minusFive = v128.load(constants, 16);
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    const evenOne = f32x4.sub(d4, d2);
    const oddOne = f32x4.sub(d3, d1);
    const oddTwo = f32x4.add(oddOne, oddOne);
    v128.store(target, Simd.madd(minusFive, d2, Simd.madd(four, d0, d4)));
    v128.store(target + targetStep, f32x4.add(even, odd));
    v128.store(target + 2 * targetStep, f32x4.sub(even, odd));
    v128.store(target + 3 * targetStep, f32x4.add(evenOne, oddTwo));
    v128.store(target + 4 * targetStep, f32x4.sub(evenOne, oddTwo));
    v128.store(target + 5 * targetStep, Simd.madd(minusFive, d3, Simd.madd(four, d1, d5)));
  }

  @inline
  output(p: usize, step: usize, target: usize, targetStep: usize): void {
    const m0 = v128.load(p);
    const m1 = v128.load(p + step);
    const m2 = v128.load(p + 2 * step);
    const m3 = v128.load(p + 3 * step);
    const m4 = v128.load(p + 4 * step);
    const m5 = v128.load(p + 5 * step);
    const ones = f32x4.add(m1, m2);
    const difference = f32x4.sub(m1, m2);
    const twos = f32x4.add(m3, m4);
    const twiceDifference = f32x4.sub(m3, m4);
    v128.store(target, f32x4.add(f32x4.add(m0, ones), twos));
    v128.store(target + targetStep, Simd.madd(v128.load(constants, 32), twiceDifference, difference));
    v128.store(target + 2 * targetStep, Simd.madd(v128.load(constants), twos, ones));
    v128.store(
      target + 3 * targetStep,
      f32x4.add(Simd.madd(v128.load(constants, 48), twiceDifference, difference), m5),
    );
  }

  @inline
  filter(
    a: v128,
    b: v128,
    c: v128,
    target: usize,
    step: usize,
    minusSixth: v128,
    twentyFourth: v128,
    twelfth: v128,
    sixth: v128,
    quarter: v128,
  ): void {
    const near = f32x4.mul(f32x4.add(a, c), minusSixth);
    const far = Simd.madd(a, twentyFourth, f32x4.mul(c, sixth));
    v128.store(target, f32x4.mul(a, quarter));
    v128.store(target + step, Simd.madd(b, minusSixth, near));
    v128.store(target + 2 * step, Simd.nmadd(b, minusSixth, near));
    v128.store(target + 3 * step, Simd.madd(b, twelfth, far));
    v128.store(target + 4 * step, Simd.nmadd(b, twelfth, far));
    v128.store(target + 5 * step, c);
  }
}

/**
 * panels ← a filter of 3×3 taps transformed: 36 matrices [C,OC], each as panels of eight columns (pack.ts) with zeros for
 * a bias; `matrixBytes` from one to the next. The caller clears them first. Strides in bytes: from tap row to tap row, from
 * tap to tap, from input channel to input channel, from output channel to output channel.
 */
export function packWinograd(
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
  WinogradTiles.pack<Four>(filter, rowStride, tapStride, inputStride, outputStride, c, oc, panels, matrixBytes);
}

/**
 * y [N,OH,OW,OC] = clamp(x [N,H,W,C] ⋆ filter + bias (+ residual), lo, hi), window 3×3, stride 1, no dilation.
 *   panels: packWinograd's, matrixBytes apart; or, where taps are given, scratch for those of `columns` filters at a time,
 *   cleared: taps are the filter as [OC/columns][C][3][3][columns], and columns divides OC
 *   v, m: scratch for `blockTiles` tiles, (blockTiles·C·4 + 64)·36 bytes and the same of OC · bias, residual = 0 means none
 */
export function conv2dWinograd(
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
  WinogradTiles.place<Four>(h, w, c, oh, ow, top, left);
  WinogradTiles.convolve<Four>(
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
