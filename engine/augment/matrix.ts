/**
 * Maps of the plane as 3×3 matrices, row by row, in continuous pixel coordinates: pixel (row i, column j) covers
 * [j, j+1) × [i, i+1). A matrix takes points of the picture that comes in to points of the one that goes out.
 */
import { cosDegrees, sinDegrees } from '../elementary.ts';
import type { Size } from './options.ts';

export type Matrix = readonly [number, number, number, number, number, number, number, number, number];
export type Point = readonly [x: number, y: number];

export const identity: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** What `a` does after `b`. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const at = (row: 0 | 3 | 6, column: 0 | 1 | 2) =>
    a[row] * b[column] + a[(row + 1) as 1] * b[(column + 3) as 3] + a[(row + 2) as 2] * b[(column + 6) as 6];
  return [at(0, 0), at(0, 1), at(0, 2), at(3, 0), at(3, 1), at(3, 2), at(6, 0), at(6, 1), at(6, 2)];
}

export function translation(x: number, y: number): Matrix {
  return [1, 0, x, 0, 1, y, 0, 0, 1];
}

export function scaling(x: number, y: number): Matrix {
  return [x, 0, 0, 0, y, 0, 0, 0, 1];
}

/** Clockwise on the screen, about the origin. */
export function rotation(degrees: number): Matrix {
  const c = cosDegrees(degrees);
  const s = sinDegrees(degrees);
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

/** x' = x − tan(xDegrees)·y, y' = y + tan(yDegrees)·x. */
export function shearing(xDegrees: number, yDegrees: number): Matrix {
  const tangent = (degrees: number) => sinDegrees(degrees) / cosDegrees(degrees);
  return [1, -tangent(xDegrees), 0, tangent(yDegrees), 1, 0, 0, 0, 1];
}

/** `map` about the centre of a picture. */
export function aboutCentre(map: Matrix, { width, height }: Size): Matrix {
  return multiply(translation(width / 2, height / 2), multiply(map, translation(-width / 2, -height / 2)));
}

export function determinant(m: Matrix): number {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/** The map back, or nothing where there is none. */
export function inverse(m: Matrix): Matrix | undefined {
  const d = determinant(m);
  if (d === 0 || !Number.isFinite(1 / d)) return undefined;
  return [
    (m[4] * m[8] - m[5] * m[7]) / d,
    (m[2] * m[7] - m[1] * m[8]) / d,
    (m[1] * m[5] - m[2] * m[4]) / d,
    (m[5] * m[6] - m[3] * m[8]) / d,
    (m[0] * m[8] - m[2] * m[6]) / d,
    (m[2] * m[3] - m[0] * m[5]) / d,
    (m[3] * m[7] - m[4] * m[6]) / d,
    (m[1] * m[6] - m[0] * m[7]) / d,
    (m[0] * m[4] - m[1] * m[3]) / d,
  ];
}

export function mapPoint(m: Matrix, [x, y]: Point): Point {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** Whether the map turns left-handed into right-handed, as a mirror does. */
export function mirrors(m: Matrix): boolean {
  return determinant(m) < 0;
}

/** The smallest box with sides along the axes around some points: [left, top, right, bottom]. */
export function hull(points: readonly Point[]): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** TL, TR, BR, BL. */
export function corners(left: number, top: number, right: number, bottom: number): readonly Point[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/**
 * The homography that takes four points to the corners of a `width` × `height` picture, TL, TR, BR, BL; nothing where no
 * quadrilateral that is convex has these points (Heckbert, "Fundamentals of texture mapping", 1989, section 2.2.3).
 */
export function toCorners(points: readonly Point[], { width, height }: Size): Matrix | undefined {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = points as readonly [Point, Point, Point, Point];
  const dx1 = x1 - x2;
  const dx2 = x3 - x2;
  const dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2;
  const dy2 = y3 - y2;
  const dy3 = y0 - y1 + y2 - y3;
  const d = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / d;
  const h = (dx1 * dy3 - dx3 * dy1) / d;
  // From the unit square to the points; the way wanted is back, from points to the picture.
  const fromSquare: Matrix = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
  const isConvex = [1 + g, 1 + h, 1 + g + h].every((w) => w > 0) && determinant(fromSquare) > 0;
  const toSquare = isConvex ? inverse(fromSquare) : undefined;
  return toSquare && normalized(multiply(scaling(width, height), toSquare));
}

function normalized(m: Matrix): Matrix {
  return m.map((value) => value / m[8]) as unknown as Matrix;
}
