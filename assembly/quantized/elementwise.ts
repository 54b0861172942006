/** u8 in or out, one by one: conversion from and to f32, sums, products, every function of one argument by its table. */
import { LOOPS, walk } from '../broadcast';
import { Output } from './output';

/** Beyond so many levels every zero point saturates; it keeps the rounding (Output) within its range. */
const FAR: f32 = 1024;

/** y [n] of u8 = round(x·inverseScale) + zero, 0…255; NaN gives 0. x: f32, read up to 28 bytes beyond its end. */
export function quantize(x: usize, y: usize, n: i32, inverseScale: f32, zero: i32): void {
  Output.set(zero, 0, 255);
  const magic = Output.magic();
  const base = Output.base();
  const scale = f32x4.splat(inverseScale);
  const far = f32x4.splat(FAR);
  const low = f32x4.neg(far);
  for (let left = n; left > 0; left -= 8, x += 32, y += 8) {
    // pmax turns a NaN on its second side into the limit.
    const p = f32x4.pmin(f32x4.pmax(low, f32x4.mul(v128.load(x), scale)), far);
    const q = f32x4.pmin(f32x4.pmax(low, f32x4.mul(v128.load(x, 16), scale)), far);
    Output.storeEight(y, i16x8.narrow_i32x4_s(Output.level(p, magic, base), Output.level(q, magic, base)), left);
  }
}

/** y [n] of f32 = (x − zero)·scale. x: u8, read up to 7 bytes beyond its end. */
export function dequantize(x: usize, y: usize, n: i32, scale: f32, zero: i32): void {
  const vScale = f32x4.splat(scale);
  const vZero = i16x8.splat(<i16>zero);
  for (let left = n; left > 0; left -= 8, x += 8, y += 32) {
    const v = i16x8.sub(v128.load8x8_u(x), vZero);
    const a = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v)), vScale);
    const b = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(v)), vScale);
    if (left >= 8) {
      v128.store(y, a);
      v128.store(y, b, 16);
    } else {
      Output.storePart(y, a, b, left << 2);
    }
  }
}

/**
 * y [n] = clamp(round((a − aZero)·aScale + (b − bZero)·bScale) + zero, lo, hi), scales as multiples of y's.
 * y may be a or b, which are read up to 7 bytes beyond their end.
 */
export function addU8(
  a: usize,
  aZero: i32,
  aScale: f32,
  b: usize,
  bZero: i32,
  bScale: f32,
  y: usize,
  n: i32,
  zero: i32,
  lo: i32,
  hi: i32,
): void {
  Output.set(zero, lo, hi);
  const magic = Output.magic();
  const base = Output.base();
  const sa = f32x4.splat(aScale);
  const sb = f32x4.splat(bScale);
  for (let left = n; left > 0; left -= 8, a += 8, b += 8, y += 8) {
    const va = i16x8.sub(v128.load8x8_u(a), i16x8.splat(<i16>aZero));
    const vb = i16x8.sub(v128.load8x8_u(b), i16x8.splat(<i16>bZero));
    const low = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(va)), sa),
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(vb)), sb),
    );
    const high = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(va)), sa),
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(vb)), sb),
    );
    Output.storeEight(y, i16x8.narrow_i32x4_s(Output.level(low, magic, base), Output.level(high, magic, base)), left);
  }
}

/** Stretched factors as sixteen equal levels each, read as vectors that stay where they are. */
const stretched = memory.data(32, 16);

/**
 * y = clamp(round((a − aZero)·(b − bZero)·scale) + zero, lo, hi), scale = aScale·bScale / yScale, 255²·scale ≤ 2²².
 * The product of two levels is exact; it is multiplied once, then rounded. Loops n0…n5 and axes as in Broadcast.run; y is
 * neither a nor b, which are read up to 15 bytes beyond their end.
 */
export function mulU8(
  a: usize,
  aZero: i32,
  b: usize,
  bZero: i32,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  n4: i32,
  n5: i32,
  aAxes: i32,
  bAxes: i32,
  scale: f32,
  zero: i32,
  lo: i32,
  hi: i32,
): void {
  Output.set(zero, lo, hi);
  const magic = Output.magic();
  const base = Output.base();
  const factor = f32x4.splat(scale);
  const za = i16x8.splat(<i16>aZero);
  const zb = i16x8.splat(<i16>bZero);
  const aStep = (<usize>(aAxes & 1)) << 4;
  const bStep = (<usize>(bAxes & 1)) << 4;
  walk.start(a, b, n0, n1, n2, n3, n4, n5, aAxes, bAxes, 1);
  const row = walk.loop(LOOPS - 2);
  const end = y + n0 * n1 * n2 * n3 * n4 * n5;
  do {
    a = walk.a;
    b = walk.b;
    for (let rows = n4; rows > 0; rows--, a += row.aStep, b += row.bStep, y += n5) {
      let p = a;
      let q = b;
      if (!aStep) {
        v128.store(stretched, v128.load8_splat(a));
        p = stretched;
      }
      if (!bStep) {
        v128.store(stretched, v128.load8_splat(b), 16);
        q = stretched + 16;
      }
      for (let i = 0; i < n5; i += 16, p += aStep, q += bStep) {
        const va = v128.load(p);
        const vb = v128.load(q);
        const low = Product.eight(
          i16x8.sub(i16x8.extend_low_i8x16_u(va), za),
          i16x8.sub(i16x8.extend_low_i8x16_u(vb), zb),
          factor,
          magic,
          base,
        );
        const high = Product.eight(
          i16x8.sub(i16x8.extend_high_i8x16_u(va), za),
          i16x8.sub(i16x8.extend_high_i8x16_u(vb), zb),
          factor,
          magic,
          base,
        );
        const levels = Output.clamp(low, high);
        // What is too much at the end of a row, the next one writes over.
        const left = <i32>(end - y) - i;
        if (left >= 16) v128.store(y + i, levels);
        else Output.storePart(y + i, levels, levels, left);
      }
    }
  } while (walk.next());
}

class Product {
  /** Eight products as levels not yet clamped. */
  @inline
  static eight(a: v128, b: v128, factor: v128, magic: v128, base: v128): v128 {
    return Output.pair(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b), factor, factor, magic, base);
  }
}

/**
 * y [rows, length] = table[x], rows xStride and yStride bytes apart; table: 256 u8. Activations, clamps, and copies into
 * a tensor of another scale (a concatenation's inputs) are all such tables, made on the host. y may be x.
 */
export function lookupU8(
  x: usize,
  xStride: usize,
  y: usize,
  yStride: usize,
  rows: i32,
  length: i32,
  table: usize,
): void {
  for (let row = 0; row < rows; row++, x += xStride, y += yStride) {
    let from = x;
    let to = y;
    // Four at fixed distances: addresses of their own take longer than the look-ups.
    for (let left = length >> 2; left > 0; left--, from += 4, to += 4) {
      store<u8>(to, load<u8>(table + load<u8>(from)));
      store<u8>(to, load<u8>(table + load<u8>(from, 1)), 1);
      store<u8>(to, load<u8>(table + load<u8>(from, 2)), 2);
      store<u8>(to, load<u8>(table + load<u8>(from, 3)), 3);
    }
    for (const end = x + length; from != end; from++, to++) store<u8>(to, load<u8>(table + load<u8>(from)));
  }
}
