/** Rows of 3×3 correlations: all nine weights stay in registers. correlate.ts says when. */
import { magicPlace } from './filter-rows';

/** 3×3 in f32; above, here, below: pixel 0 of three rows; weights: nine splats; pixel: bytes. */
export function smallRow(
  above: usize,
  here: usize,
  below: usize,
  target: usize,
  count: i32,
  weights: usize,
  pixel: i32,
): void {
  const magic = v128.load(magicPlace);
  const w0 = v128.load(weights);
  const w1 = v128.load(weights, 16);
  const w2 = v128.load(weights, 32);
  const w3 = v128.load(weights, 48);
  const w4 = v128.load(weights, 64);
  const w5 = v128.load(weights, 80);
  const w6 = v128.load(weights, 96);
  const w7 = v128.load(weights, 112);
  const w8 = v128.load(weights, 128);
  const toHere = here - above;
  const toBelow = below - above;
  for (const end = target + count; target < end; target += 8, above += 32) {
    let p = above - pixel;
    let q = above + pixel;
    let a = f32x4.mul(v128.load(p), w0);
    let b = f32x4.mul(v128.load(p, 16), w0);
    a = f32x4.add(a, f32x4.mul(v128.load(above), w1));
    b = f32x4.add(b, f32x4.mul(v128.load(above, 16), w1));
    a = f32x4.add(a, f32x4.mul(v128.load(q), w2));
    b = f32x4.add(b, f32x4.mul(v128.load(q, 16), w2));
    let middle = above + toHere;
    p = middle - pixel;
    q = middle + pixel;
    a = f32x4.add(a, f32x4.mul(v128.load(p), w3));
    b = f32x4.add(b, f32x4.mul(v128.load(p, 16), w3));
    a = f32x4.add(a, f32x4.mul(v128.load(middle), w4));
    b = f32x4.add(b, f32x4.mul(v128.load(middle, 16), w4));
    a = f32x4.add(a, f32x4.mul(v128.load(q), w5));
    b = f32x4.add(b, f32x4.mul(v128.load(q, 16), w5));
    middle = above + toBelow;
    p = middle - pixel;
    q = middle + pixel;
    a = f32x4.add(a, f32x4.mul(v128.load(p), w6));
    b = f32x4.add(b, f32x4.mul(v128.load(p, 16), w6));
    a = f32x4.add(a, f32x4.mul(v128.load(middle), w7));
    b = f32x4.add(b, f32x4.mul(v128.load(middle, 16), w7));
    a = f32x4.add(a, f32x4.mul(v128.load(q), w8));
    b = f32x4.add(b, f32x4.mul(v128.load(q, 16), w8));
    const sums = i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(a, magic), magic), i32x4.sub(f32x4.add(b, magic), magic));
    v128.store64_lane(target, i8x16.narrow_i16x8_u(sums, sums), 0);
  }
}

/** As smallRow for whole weights, 16 values at a time. */
export function smallRowShort(
  above: usize,
  here: usize,
  below: usize,
  target: usize,
  count: i32,
  weights: usize,
  pixel: i32,
): void {
  const w0 = v128.load(weights);
  const w1 = v128.load(weights, 16);
  const w2 = v128.load(weights, 32);
  const w3 = v128.load(weights, 48);
  const w4 = v128.load(weights, 64);
  const w5 = v128.load(weights, 80);
  const w6 = v128.load(weights, 96);
  const w7 = v128.load(weights, 112);
  const w8 = v128.load(weights, 128);
  const toHere = here - above;
  const toBelow = below - above;
  for (const end = target + count; target < end; target += 16, above += 32) {
    let p = above - pixel;
    let q = above + pixel;
    let a = i16x8.mul(v128.load(p), w0);
    let b = i16x8.mul(v128.load(p, 16), w0);
    a = i16x8.add(a, i16x8.mul(v128.load(above), w1));
    b = i16x8.add(b, i16x8.mul(v128.load(above, 16), w1));
    a = i16x8.add(a, i16x8.mul(v128.load(q), w2));
    b = i16x8.add(b, i16x8.mul(v128.load(q, 16), w2));
    let middle = above + toHere;
    p = middle - pixel;
    q = middle + pixel;
    a = i16x8.add(a, i16x8.mul(v128.load(p), w3));
    b = i16x8.add(b, i16x8.mul(v128.load(p, 16), w3));
    a = i16x8.add(a, i16x8.mul(v128.load(middle), w4));
    b = i16x8.add(b, i16x8.mul(v128.load(middle, 16), w4));
    a = i16x8.add(a, i16x8.mul(v128.load(q), w5));
    b = i16x8.add(b, i16x8.mul(v128.load(q, 16), w5));
    middle = above + toBelow;
    p = middle - pixel;
    q = middle + pixel;
    a = i16x8.add(a, i16x8.mul(v128.load(p), w6));
    b = i16x8.add(b, i16x8.mul(v128.load(p, 16), w6));
    a = i16x8.add(a, i16x8.mul(v128.load(middle), w7));
    b = i16x8.add(b, i16x8.mul(v128.load(middle, 16), w7));
    a = i16x8.add(a, i16x8.mul(v128.load(q), w8));
    b = i16x8.add(b, i16x8.mul(v128.load(q, 16), w8));
    v128.store(target, i8x16.narrow_i16x8_u(a, b));
  }
}
