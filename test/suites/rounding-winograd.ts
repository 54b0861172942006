/**
 * How far Winograd's minimal filtering may be from the sum of products: its own steps carried out on absolute values, times
 * the roundings that a number meets on its way (Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd
 * Convolution", 2020, componentwise).
 */
import { at, type Tensor64 } from '../reference/tensor64.ts';
import { OUTSIDE, windowTaps } from '../reference/window.ts';
import { type AlgorithmRounding, U } from './rounding-contract.ts';

/** |G|, |Bᵀ|, |Aᵀ| of F(4, 3) with the points 0, ±1, ±2, ∞. */
const G = [
  [1 / 4, 0, 0],
  [1 / 6, 1 / 6, 1 / 6],
  [1 / 6, 1 / 6, 1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [0, 0, 1],
];
const B = [
  [4, 0, 5, 0, 1, 0],
  [0, 4, 4, 1, 1, 0],
  [0, 4, 4, 1, 1, 0],
  [0, 2, 1, 2, 1, 0],
  [0, 2, 1, 2, 1, 0],
  [0, 4, 0, 5, 0, 1],
];
const A = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, 1, 2, 2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, 1, 8, 8, 1],
];

/**
 * Roundings beside the sum over C channels: the filter's constants and sums 2 × 4, the input's 2 × 4, the product, the
 * output's 2 × 5, the bias.
 */
const ROUNDINGS = 8 + 8 + 1 + 10 + 1;

type Matrix = readonly (readonly number[])[];

const row = (m: Matrix, v: readonly number[]): number[] =>
  m.map((line) => line.reduce((sum, a, i) => sum + a * v[i]!, 0));
const transpose = (m: Matrix): number[][] => (m[0] ?? []).map((_, i) => m.map((line) => line[i]!));
/** M·X·Mᵀ. */
const both = (m: Matrix, x: Matrix): number[][] =>
  transpose(transpose(x).map((c) => row(m, c))).map((line) => row(m, line));

export const winograd: AlgorithmRounding = {
  spreadsNaN: true,
  forward(c, y) {
    const x = c.x[0] as Tensor64;
    const filter = c.w.filter as Tensor64;
    const [n, h, w, channels] = x.shape as [number, number, number, number];
    const [, oh, ow, oc] = y.shape as [number, number, number, number];
    const [top, left] = [windowTaps(c.attributes, 0, h), windowTaps(c.attributes, 1, w)].map(
      (taps) => firstPixel(taps) as number,
    ) as [number, number];
    const pixel = (image: number, iy: number, ix: number, i: number) =>
      iy < 0 || ix < 0 || iy >= h || ix >= w ? 0 : Math.abs(at(x, image, iy, ix, i));
    const taps = (i: number, o: number): Matrix =>
      [0, 1, 2].map((ky) => [0, 1, 2].map((kx) => Math.abs(at(filter, ky, kx, i, o))));
    const filters = Array.from({ length: channels }, (_, i) =>
      Array.from({ length: oc }, (_, o) => both(G, taps(i, o)).flat()),
    );
    const bounds = new Float64Array(y.data.length);
    for (let image = 0; image < n; image++) {
      for (let ty = 0; ty < oh; ty += 4) {
        for (let tx = 0; tx < ow; tx += 4) {
          const inputs = Array.from({ length: channels }, (_, i) =>
            both(
              B,
              [0, 1, 2, 3, 4, 5].map((r) =>
                [0, 1, 2, 3, 4, 5].map((s) => pixel(image, ty + top + r, tx + left + s, i)),
              ),
            ).flat(),
          );
          for (let o = 0; o < oc; o++) {
            const sums = Array.from({ length: 36 }, (_, point) =>
              inputs.reduce((sum, values, i) => sum + values[point]! * filters[i]![o]![point]!, 0),
            );
            const tile = both(
              A,
              [0, 1, 2, 3, 4, 5].map((r) => sums.slice(6 * r, 6 * r + 6)),
            );
            for (let r = 0; r < 4 && ty + r < oh; r++) {
              for (let s = 0; s < 4 && tx + s < ow; s++) {
                const place = ((image * oh + ty + r) * ow + tx + s) * oc + o;
                const bias = Math.abs(c.w.bias?.data[o] ?? 0);
                bounds[place] = (channels + ROUNDINGS) * U * tile[r]![s]! + U * (bias + Math.abs(y.data[place]!));
              }
            }
          }
        }
      }
    }
    return bounds;
  },
};

/** Where the first window begins: before the image, where it has padding. */
function firstPixel(taps: readonly (readonly number[])[]): number {
  const first = taps[0] as readonly number[];
  const skipped = first.findIndex((pixel) => pixel !== OUTSIDE);
  if (skipped >= 0) return (first[skipped] as number) - skipped;
  throw new Error('the first window sees nothing: its place cannot be told from what it sees');
}
