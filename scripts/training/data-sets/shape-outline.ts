/** Outlines of the made-up shapes: where they are, row by row, and the box around them. Exact arithmetic of our own alone. */
import { cosDegrees, sinDegrees } from '../../../engine/elementary.ts';

type Point = readonly [x: number, y: number];

/** A shape in its place, pixels measured at edges. */
export interface Outline {
  /** Left, top, right, bottom: the least box around it. */
  readonly box: readonly [xmin: number, ymin: number, xmax: number, ymax: number];
  /** Where the line at height y enters and leaves the shape, in turn and rising. */
  crossings(y: number): number[];
}

const onCircle = (degrees: number, radius = 1): Point => [radius * cosDegrees(degrees), radius * sinDegrees(degrees)];

/** Corners on and in a circle of radius 1; undefined is the circle itself. */
const corners = {
  arrow: [
    [1, 0],
    [0.2, 0.7],
    [0.2, 0.28],
    [-0.95, 0.28],
    [-0.95, -0.28],
    [0.2, -0.28],
    [0.2, -0.7],
  ],
  circle: undefined,
  cross: [
    [0.94, 0.3],
    [0.3, 0.3],
    [0.3, 0.94],
    [-0.3, 0.94],
    [-0.3, 0.3],
    [-0.94, 0.3],
    [-0.94, -0.3],
    [-0.3, -0.3],
    [-0.3, -0.94],
    [0.3, -0.94],
    [0.3, -0.3],
    [0.94, -0.3],
  ],
  square: [45, 135, 225, 315].map((degrees) => onCircle(degrees)),
  star: Array.from({ length: 10 }, (_, i) => onCircle(36 * i, i % 2 === 0 ? 1 : 0.42)),
  triangle: [0, 120, 240].map((degrees) => onCircle(degrees)),
} as const satisfies Record<string, readonly Point[] | undefined>;

export type ShapeName = keyof typeof corners;

/** Classes of the data set, sorted. */
export const shapeNames = Object.keys(corners) as readonly ShapeName[];

/** A shape of a radius, turned, around the origin. */
export function outlineOf(name: ShapeName, radius: number, degrees: number): Outline {
  const points: readonly Point[] | undefined = corners[name];
  return points ? polygon(points, radius, degrees) : circle(radius);
}

/** The same, moved. */
export function moved({ box: [xmin, ymin, xmax, ymax], crossings }: Outline, dx: number, dy: number): Outline {
  return {
    box: [xmin + dx, ymin + dy, xmax + dx, ymax + dy],
    crossings: (y) => crossings(y - dy).map((x) => x + dx),
  };
}

const circle = (radius: number): Outline => ({
  box: [-radius, -radius, radius, radius],
  crossings(y) {
    if (Math.abs(y) >= radius) return [];
    const half = Math.sqrt(radius * radius - y * y);
    return [-half, half];
  },
});

function polygon(points: readonly Point[], radius: number, degrees: number): Outline {
  const [cos, sin] = [radius * cosDegrees(degrees), radius * sinDegrees(degrees)];
  const turned = points.map(([x, y]): Point => [cos * x - sin * y, sin * x + cos * y]);
  const [xs, ys] = [turned.map(([x]) => x), turned.map(([, y]) => y)];
  return {
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    crossings(y) {
      const found: number[] = [];
      turned.forEach(([ax, ay], i) => {
        const [bx, by] = turned[(i + 1) % turned.length] as Point;
        // An edge has its upper end and not its lower one: where two edges meet, the line crosses once.
        if (ay <= y === by <= y) return;
        found.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
      });
      return found.sort((a, b) => a - b);
    },
  };
}
