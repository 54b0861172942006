import { excerpt } from '../../json.ts';
import type { Random } from '../../random.ts';
import { augmentation } from '../augmentation.ts';
import { type Point, toCorners } from '../matrix.ts';
import { straight } from '../motion.ts';
import { draw, normal, parseNumber } from '../number.ts';
import { type Draw, fixed, flag, type Option, type Size } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';

type Corners = readonly [Point, Point, Point, Point];

/** Corners lie at most this far outside, pixels. */
const MAX_CORNER = 65_536;

function parseCorners(value: unknown, path: Path): Corners {
  const isCoordinate = (x: unknown) => typeof x === 'number' && Math.abs(x) <= MAX_CORNER;
  const isPoint = (point: unknown) => Array.isArray(point) && point.length === 2 && point.every(isCoordinate);
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isPoint)) {
    throw pipelineError(path, `expected four points [x, y] in pixels, got ${excerpt(value)}`);
  }
  const corners = value as unknown as Corners;
  if (!toCorners(corners, { width: 1, height: 1 })) {
    throw pipelineError(path, `expected a convex quadrilateral, clockwise from the top left, got ${excerpt(value)}`);
  }
  return corners;
}

/** Standard deviations of how far a corner moves, pixels. */
interface Spread {
  readonly x: number;
  readonly y: number;
}

function parseSpread(value: unknown, path: Path): Draw<Spread> {
  const isPixels = typeof value === 'object' && value !== null && (value as { unit?: unknown }).unit === 'pixels';
  const max = isPixels ? 16_384 : 1;
  const distribution = parseNumber(value, path, { min: 0, max });
  return (random, { width, height }) => {
    const spread = Math.min(Math.max(draw(distribution, random, false), 0), max);
    return isPixels ? { x: spread, y: spread } : { x: spread * width, y: spread * height };
  };
}

/** Of the width and the height, or pixels. What is drawn never stands in a resolved pipeline: its corners do. */
const spread: Option<Spread | undefined> = {
  parse: parseSpread,
  fallback: parseSpread([0, 0.06], []),
  write: (value) => ({ value: value?.x ?? 0, unit: 'pixels' }),
  accepts: 'fraction of width and height, 0 … 1, or pixels',
  defaultText: '0 … 0.06',
};

/** No corner moves further inward than this share of a side: under a third the quadrilateral stays convex. */
const MAX_MOVE = 0.3;

function drawCorners({ x, y }: Spread, random: Random, { width, height }: Size): Corners {
  const inward = (sigma: number, side: number) => Math.min(Math.abs(normal(random)) * sigma, MAX_MOVE * side);
  const corner = (isRight: boolean, isBottom: boolean): Point => {
    const [dx, dy] = [inward(x, width), inward(y, height)];
    return [isRight ? width - dx : dx, isBottom ? height - dy : dy];
  };
  return [corner(false, false), corner(true, false), corner(true, true), corner(false, true)];
}

/** The longer one of two sides across, and down. */
function sizeOf([topLeft, topRight, bottomRight, bottomLeft]: Corners): Size {
  const apart = ([ax, ay]: Point, [bx, by]: Point) => Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
  const side = (a: number, b: number) => Math.max(Math.floor(Math.max(a, b) + 0.5), 1);
  return {
    width: side(apart(topLeft, topRight), apart(bottomLeft, bottomRight)),
    height: side(apart(topLeft, bottomLeft), apart(topRight, bottomRight)),
  };
}

interface Params {
  readonly corners: Corners | undefined;
  readonly keepSize: boolean;
}

function canvasOf({ corners, keepSize }: Params, size: Size): Size {
  return keepSize || !corners ? size : sizeOf(corners);
}

/** Looks at the picture from aside: four points of it become its corners. */
export const perspective = augmentation({
  summary: 'looks at the picture from aside: four points become the corners',
  options: {
    scale: spread,
    corners: fixed<Corners | undefined>(
      '[[x, y] × 4] in pixels: what becomes top left, top right, bottom right, bottom left',
      parseCorners,
      undefined,
      '–',
    ),
    keepSize: flag(false),
    ...straight,
  },
  alternatives: [['scale', 'corners']],
  settle: (params, random, size, path) => {
    if (params.matrix) return { ...params, scale: undefined };
    const corners = params.corners ?? drawCorners(params.scale ?? { x: 0, y: 0 }, random, size);
    const matrix = toCorners(corners, canvasOf({ ...params, corners }, size));
    if (!matrix) throw pipelineError([...path, 'corners'], 'these points are too close together');
    return { ...params, scale: undefined, corners, matrix };
  },
  matrix: (params, size) => {
    const { width, height } = canvasOf(params, size);
    return { matrix: params.matrix as NonNullable<typeof params.matrix>, width, height };
  },
  samples: [
    { scale: 0.1 },
    { scale: { value: 4, unit: 'pixels' }, keepSize: true, border: 'edge' },
    {
      corners: [
        [3, -2],
        [30, 4],
        [33, 20],
        [-4, 18],
      ],
      keepSize: true,
      fill: 90,
    },
    { scale: [0.05, 0.3], interpolation: 'bicubic', border: 'reflect' },
  ],
});
