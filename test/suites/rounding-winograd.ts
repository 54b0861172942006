/**
 * How far Winograd's minimal filtering may be from the sum of products: its own steps carried out on absolute values, times
 * the roundings that a number meets on its way (Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd
 * Convolution", 2020, componentwise).
 */
import { at, type Tensor64 } from '../reference/tensor64.ts';
import { OUTSIDE, windowTaps } from '../reference/window.ts';
import { type AlgorithmRounding, type Case64, type GradientError, U } from './rounding-contract.ts';

/** |G|, |Bᵀ|, |Aᵀ| of F(outputs, 3). */
export interface TileMatrices {
  readonly outputs: number;
  readonly filter: Matrix;
  readonly input: Matrix;
  readonly output: Matrix;
}

/** With the points 0, ±1, ±2, ∞. */
export const four: TileMatrices = {
  outputs: 4,
  filter: [
    [1 / 4, 0, 0],
    [1 / 6, 1 / 6, 1 / 6],
    [1 / 6, 1 / 6, 1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  input: [
    [4, 0, 5, 0, 1, 0],
    [0, 4, 4, 1, 1, 0],
    [0, 4, 4, 1, 1, 0],
    [0, 2, 1, 2, 1, 0],
    [0, 2, 1, 2, 1, 0],
    [0, 4, 0, 5, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, 1, 2, 2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, 1, 8, 8, 1],
  ],
};

/** With the points ±1, ±2, ±½, ∞. */
export const five: TileMatrices = {
  outputs: 5,
  filter: [
    [4 / 9, 4 / 9, 4 / 9],
    [4 / 9, 4 / 9, 4 / 9],
    [4 / 45, 8 / 45, 16 / 45],
    [4 / 45, 8 / 45, 16 / 45],
    [16 / 45, 8 / 45, 4 / 45],
    [16 / 45, 8 / 45, 4 / 45],
    [0, 0, 1],
  ],
  input: [
    [1 / 2, 1 / 2, 17 / 8, 17 / 8, 1 / 2, 1 / 2, 0],
    [1 / 2, 1 / 2, 17 / 8, 17 / 8, 1 / 2, 1 / 2, 0],
    [1 / 8, 1 / 16, 5 / 8, 5 / 16, 1 / 2, 1 / 4, 0],
    [1 / 8, 1 / 16, 5 / 8, 5 / 16, 1 / 2, 1 / 4, 0],
    [2, 4, 5 / 2, 5, 1 / 2, 1, 0],
    [2, 4, 5 / 2, 5, 1 / 2, 1, 0],
    [1, 0, 21 / 4, 0, 21 / 4, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 1, 0],
    [1, 1, 2, 2, 1 / 2, 1 / 2, 0],
    [1, 1, 4, 4, 1 / 4, 1 / 4, 0],
    [1, 1, 8, 8, 1 / 8, 1 / 8, 0],
    [1, 1, 16, 16, 1 / 16, 1 / 16, 1],
  ],
};

/**
 * Roundings beside the sum over C channels, of either size: the filter's constants and sums 2 × 4, the input's 2 × 4, the
 * product, the output's 2 × 5, the bias.
 */
const ROUNDINGS = 8 + 8 + 1 + 10 + 1;

type Matrix = readonly (readonly number[])[];

const row = (m: Matrix, v: readonly number[]): number[] =>
  m.map((line) => line.reduce((sum, a, i) => sum + a * v[i]!, 0));
const transpose = (m: Matrix): number[][] => (m[0] ?? []).map((_, i) => m.map((line) => line[i]!));
/** M·X·Mᵀ. */
const both = (m: Matrix, x: Matrix): number[][] =>
  transpose(transpose(x).map((c) => row(m, c))).map((line) => row(m, line));

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

export const winograd = (size: TileMatrices): AlgorithmRounding => ({
  spreadsNaN: true,
  forward: (c, y) => convolutionErrors(size, c, y),
});

function convolutionErrors(size: TileMatrices, c: Case64, y: Tensor64): Float64Array {
  const x = c.x[0] as Tensor64;
  const filter = c.w.filter as Tensor64;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [, oh, ow, oc] = y.shape as [number, number, number, number];
  const [top, left] = [windowTaps(c.attributes, 0, h), windowTaps(c.attributes, 1, w)].map(
    (taps) => firstPixel(taps) as number,
  ) as [number, number];
  const { outputs } = size;
  const edge = upTo(outputs + 2);
  const pixel = (image: number, iy: number, ix: number, i: number) =>
    iy < 0 || ix < 0 || iy >= h || ix >= w ? 0 : Math.abs(at(x, image, iy, ix, i));
  const taps = (i: number, o: number): Matrix =>
    upTo(3).map((ky) => upTo(3).map((kx) => Math.abs(at(filter, ky, kx, i, o))));
  const filters = upTo(channels).map((i) => upTo(oc).map((o) => both(size.filter, taps(i, o)).flat()));
  const bounds = new Float64Array(y.data.length);
  for (let image = 0; image < n; image++) {
    for (let ty = 0; ty < oh; ty += outputs) {
      for (let tx = 0; tx < ow; tx += outputs) {
        const inputs = upTo(channels).map((i) =>
          both(
            size.input,
            edge.map((r) => edge.map((s) => pixel(image, ty + top + r, tx + left + s, i))),
          ).flat(),
        );
        for (let o = 0; o < oc; o++) {
          const sum = (point: number) =>
            inputs.reduce((total, values, i) => total + values[point]! * filters[i]![o]![point]!, 0);
          const tile = both(
            size.output,
            edge.map((r) => edge.map((s) => sum(edge.length * r + s))),
          );
          for (let r = 0; r < outputs && ty + r < oh; r++) {
            for (let s = 0; s < outputs && tx + s < ow; s++) {
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
}

/** The gradient of the input is a convolution, too: of dy with the filter turned by half a turn and its channels exchanged. */
export const winogradInputGradient =
  (size: TileMatrices) =>
  (c: Case64, dy: Float64Array): GradientError => {
    const { x, w, attributes } = c;
    const { shape } = x[0] as Tensor64;
    const [n, h, width] = shape as [number, number, number];
    const [oh, ow] = [windowTaps(attributes, 0, h), windowTaps(attributes, 1, width)].map(({ length }) => length) as [
      number,
      number,
    ];
    const filter = w.filter as Tensor64;
    const [, , channels, filters] = filter.shape as [number, number, number, number];
    const turned = filter.data.map((_, i) => {
      const [tap, o, ic] = [Math.floor(i / (filters * channels)), Math.floor(i / channels) % filters, i % channels];
      return filter.data[((8 - tap) * channels + ic) * filters + o] as number;
    });
    const [top, left] = [windowTaps(attributes, 0, h), windowTaps(attributes, 1, width)].map(
      (taps) => 2 + firstPixel(taps),
    );
    const sides = [top, h + 2 - oh - (top as number), left, width + 2 - ow - (left as number)];
    const bounds = convolutionErrors(
      size,
      {
        kind: 'conv2d',
        attributes: { ...attributes, filters: channels, padding: sides },
        x: [{ shape: [n, oh, ow, filters], data: dy }],
        w: { filter: { shape: [3, 3, filters, channels], data: turned } },
      },
      { shape, data: new Float64Array((x[0] as Tensor64).data.length) },
    );
    return (_, i) => bounds[i] as number;
  };

/** |G| and |Aᵀ| of F(3, 4), whose points are those of F(4, 3), and so is |Bᵀ|. */
const spread = [
  [1 / 4, 0, 0, 0],
  [1 / 6, 1 / 6, 1 / 6, 1 / 6],
  [1 / 6, 1 / 6, 1 / 6, 1 / 6],
  [1 / 24, 1 / 12, 1 / 6, 1 / 3],
  [1 / 24, 1 / 12, 1 / 6, 1 / 3],
  [0, 0, 0, 1],
];
const collect = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, 1, 2, 2, 0],
  [0, 1, 1, 4, 4, 1],
];

/** Roundings beside the sum over tiles: the input's and the gradient's transform 2 × 4 each, the product, the way back 2 × 4. */
const FILTER_ROUNDINGS = 8 + 8 + 1 + 8;

/** The gradient of the filter, whose products are summed up over all tiles, block by block. */
export function winogradFilterGradient(c: Case64, dy: Float64Array): GradientError {
  const x = c.x[0] as Tensor64;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const filters = (c.w.filter as Tensor64).shape[3] as number;
  const [rows, columns] = [windowTaps(c.attributes, 0, h), windowTaps(c.attributes, 1, w)];
  const [top, left] = [firstPixel(rows), firstPixel(columns)] as [number, number];
  const gradient: Tensor64 = { shape: [n, rows.length, columns.length, filters], data: dy };
  const tile = (of: Tensor64, image: number, y: number, x0: number, side: number, i: number): Matrix => {
    const [, height, width] = of.shape as [number, number, number];
    const value = (iy: number, ix: number) =>
      iy < 0 || ix < 0 || iy >= height || ix >= width ? 0 : Math.abs(at(of, image, iy, ix, i));
    return upTo(side).map((r) => upTo(side).map((s) => value(y + r, x0 + s)));
  };
  const sums = upTo(channels * filters).map(() => new Float64Array(36));
  let tiles = 0;
  for (let image = 0; image < n; image++) {
    for (let ty = 0; ty < rows.length; ty += 4) {
      for (let tx = 0; tx < columns.length; tx += 4, tiles++) {
        const inputs = upTo(channels).map((i) => both(four.input, tile(x, image, ty + top, tx + left, 6, i)).flat());
        const gradients = upTo(filters).map((o) => both(spread, tile(gradient, image, ty, tx, 4, o)).flat());
        sums.forEach((sum, pair) => {
          const [input, output] = [inputs[Math.floor(pair / filters)], gradients[pair % filters]];
          sum.forEach((_, point) => {
            sum[point]! += input![point]! * output![point]!;
          });
        });
      }
    }
  }
  const taps = sums.map((sum) =>
    both(
      collect,
      upTo(6).map((r) => [...sum.slice(6 * r, 6 * r + 6)]),
    ).flat(),
  );
  return (_, i) => {
    const pair = i % (channels * filters);
    return (tiles + 1 + FILTER_ROUNDINGS) * U * taps[pair]![Math.floor(i / (channels * filters))]!;
  };
}

/** Where the first window begins: before the image, where it has padding. */
function firstPixel(taps: readonly (readonly number[])[]): number {
  const first = taps[0] as readonly number[];
  const skipped = first.findIndex((pixel) => pixel !== OUTSIDE);
  if (skipped >= 0) return (first[skipped] as number) - skipped;
  throw new Error('the first window sees nothing: its place cannot be told from what it sees');
}
