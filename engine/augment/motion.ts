/** What the augmentations along matrices share: the given matrix of resolved pipelines, and canvases that fit. */
import type { MatrixMotion } from './augmentation.ts';
import { corners, hull, type Matrix, mapPoint, multiply, translation } from './matrix.ts';
import { flag, type Size } from './options.ts';
import { givenMatrix, resampling } from './resampling.ts';

/** Options of what keeps its canvas. */
export const straight = { ...resampling, matrix: givenMatrix } as const;

/** Options of what may grow its canvas: `fit` makes it as large as the moved picture. */
export const canvas = { fit: flag(false), ...straight } as const;

interface Given {
  readonly matrix: Matrix | undefined;
  readonly fit?: boolean;
}

/** A hull that misses a whole pixel by this much does not need one more. */
const ROUNDING = 1e-6;

/**
 * `settle` and `matrix` of an augmentation along an affine map.
 * @param build the map, from drawn params
 * @param tidy params as the resolved form has them, where keys exclude each other
 */
export function affineMotion<P>(
  build: (params: P, size: Size) => Matrix,
  tidy: (params: P) => Partial<P> = () => ({}),
) {
  return {
    settle: <T extends P & Given>(params: T, _random: unknown, size: Size): T => {
      if (params.matrix) return { ...params, ...tidy(params) };
      const map = build(params, size);
      const matrix = params.fit ? multiply(originOf(map, size), map) : map;
      return { ...params, ...tidy(params), matrix };
    },
    matrix: ({ matrix, fit }: P & Given, size: Size): MatrixMotion => {
      const map = matrix as Matrix;
      if (!fit) return { matrix: map, width: size.width, height: size.height };
      const [, , right, bottom] = moved(map, size);
      const side = (end: number) => Math.max(Math.ceil(end - ROUNDING), 1);
      return { matrix: map, width: side(right), height: side(bottom) };
    },
  };
}

function moved(map: Matrix, { width, height }: Size) {
  return hull(corners(0, 0, width, height).map((corner) => mapPoint(map, corner)));
}

/** Brings the top left of the moved picture to the origin. */
function originOf(map: Matrix, size: Size): Matrix {
  const [left, top] = moved(map, size);
  return translation(-left, -top);
}
