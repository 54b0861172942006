/** int8 arithmetic in plain numbers: what the kernels must give, bit for bit. */
import { Random } from '../../../engine/random.ts';

const { fround } = Math;

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** A real number in units of y's scale as a level. */
export const level = (x: number, zero: number, lo = 0, hi = 255): number =>
  Math.max(lo, Math.min(hi, roundHalfEven(x) + zero));

/** sum · m as f32 arithmetic has it: the sum is converted first. */
export const scaled = (sum: number, m: number): number => fround(fround(sum) * fround(m));

export interface Window {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

/** OH and OW; padding is top, left, bottom, right. */
export function outputSides({ h, w, size, stride, padding, dilation }: Window): readonly [number, number] {
  const side = (length: number, axis: 0 | 1) =>
    Math.floor((length - (size[axis] - 1) * dilation[axis] - 1) / stride[axis]) + 1;
  return [side(h + padding[0] + padding[2], 0), side(w + padding[1] + padding[3], 1)];
}

/** Calls `visit` for every tap that lies within the image: output pixel, tap, pixel of x. */
export function walk(g: Window, visit: (output: number, tap: number, pixel: number) => void): void {
  const [oh, ow] = outputSides(g);
  for (let output = 0; output < g.n * oh * ow; output++) {
    const [image, oy, ox] = [Math.floor(output / (oh * ow)), Math.floor(output / ow) % oh, output % ow];
    for (let tap = 0; tap < g.size[0] * g.size[1]; tap++) {
      const iy = oy * g.stride[0] - g.padding[0] + Math.floor(tap / g.size[1]) * g.dilation[0];
      const ix = ox * g.stride[1] - g.padding[1] + (tap % g.size[1]) * g.dilation[1];
      if (iy >= 0 && iy < g.h && ix >= 0 && ix < g.w) visit(output, tap, (image * g.h + iy) * g.w + ix);
    }
  }
}

export class Draw {
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** An integer in lo…hi. */
  integer(lo: number, hi: number): number {
    return lo + this.random.below(hi - lo + 1);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.random.below(values.length)] as T;
  }

  levels(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.random.below(256));
  }

  weights(length: number): Int8Array {
    return Int8Array.from({ length }, () => this.integer(-127, 127));
  }
}

/** Σ of K products of a level less its zero point and a weight, both uniform, has about this standard deviation. */
const spread = (k: number, zero: number): number => Math.sqrt(k * ((127.5 - zero) ** 2 + 74 ** 2)) * 73;

/** Multipliers and biases that bring most outputs of `channels` channels between the limits 0 and 255. */
export function requantisation(draw: Draw, k: number, xZero: number, zero: number, channels: number) {
  const m = Float32Array.from({ length: channels }, () => (20 + 20 * draw.random.float()) / spread(k, xZero));
  const bias = Int32Array.from(m, (each) => Math.round((128 - zero + draw.integer(-20, 20)) / each));
  return { m, bias };
}

/** The share of levels that a clamp to 0…255 has left alone. */
export const unsaturated = (y: Uint8Array): number => y.filter((each) => each > 0 && each < 255).length / y.length;
