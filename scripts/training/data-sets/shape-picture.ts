/**
 * One picture of the data set `shapes`: a shape of random size, place, turn and colour over a gradient, among lines, under
 * noise. All of it is a function of the generator given, with arithmetic that every machine does alike.
 */
import { cosDegrees, sinDegrees } from '../../../engine/elementary.ts';
import type { Image } from '../../../engine/image/image.ts';
import type { Random } from '../../../engine/random.ts';
import { moved, type Outline, outlineOf, type ShapeName } from './shape-outline.ts';

/** Sides of a picture, pixels. */
export const SIDE = 64;
/** Of the circle that a shape fits in, pixels. */
const RADII = [9, 26] as const;
/** Pixels between a shape and the picture's border. */
const MARGIN = 1;
/** How much brighter or darker than all of the gradient behind it a shape is at least, in levels. */
const CONTRAST = 56;
/** How far the brightness of a gradient may change, in levels: so that some colour always stands out. */
const GRADIENT = 60;
const MOST_NOISE = 16;
/** Rows that a pixel is cut into; along them, coverage is exact. */
const SUBROWS = 4;

type Colour = readonly [red: number, green: number, blue: number];

export interface ShapePicture {
  readonly image: Image;
  /** Left, top, right, bottom of the shape, pixels. */
  readonly box: Outline['box'];
}

export function drawShapePicture(random: Random, name: ShapeName): ShapePicture {
  const canvas = new Float64Array(SIDE * SIDE * 3);
  const start = colour(random);
  const ends = [start, drawnUntil(random, (end) => Math.abs(brightness(end) - brightness(start)) <= GRADIENT)] as const;
  paintGradient(canvas, ends, 360 * random.float());
  for (let lines = 1 + random.below(4); lines > 0; lines--) paintLine(canvas, random, 0.5 + random.float());

  const outline = placed(random, outlineOf(name, between(random, ...RADII), 360 * random.float()));
  paintShape(canvas, outline, contrasting(random, ends));
  // Half of the shapes are behind a hair.
  if (random.below(2) === 1) paintLine(canvas, random, 0.4);
  return { image: { width: SIDE, height: SIDE, channels: 3, data: withNoise(canvas, random) }, box: outline.box };
}

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.float();

const colour = (random: Random): Colour => [random.below(256), random.below(256), random.below(256)];

/** Luma of Rec. 601. */
const brightness = ([red, green, blue]: Colour): number => 0.299 * red + 0.587 * green + 0.114 * blue;

function drawnUntil(random: Random, fits: (drawn: Colour) => boolean): Colour {
  for (;;) {
    const drawn = colour(random);
    if (fits(drawn)) return drawn;
  }
}

/** A colour brighter or darker than a whole gradient. */
function contrasting(random: Random, ends: readonly [Colour, Colour]): Colour {
  const [darkest, brightest] = ends.map(brightness).sort((a, b) => a - b) as [number, number];
  return drawnUntil(random, (drawn) => {
    return brightness(drawn) <= darkest - CONTRAST || brightness(drawn) >= brightest + CONTRAST;
  });
}

/** Somewhere inside of the picture. */
function placed(random: Random, outline: Outline): Outline {
  const [xmin, ymin, xmax, ymax] = outline.box;
  const dx = between(random, MARGIN - xmin, SIDE - MARGIN - xmax);
  return moved(outline, dx, between(random, MARGIN - ymin, SIDE - MARGIN - ymax));
}

function paintGradient(canvas: Float64Array, [start, end]: readonly [Colour, Colour], degrees: number): void {
  const [across, down] = [cosDegrees(degrees), sinDegrees(degrees)];
  const length = SIDE * (Math.abs(across) + Math.abs(down));
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const t = 0.5 + ((x + 0.5 - SIDE / 2) * across + (y + 0.5 - SIDE / 2) * down) / length;
      const first = 3 * (y * SIDE + x);
      canvas[first] = start[0] + t * (end[0] - start[0]);
      canvas[first + 1] = start[1] + t * (end[1] - start[1]);
      canvas[first + 2] = start[2] + t * (end[2] - start[2]);
    }
  }
}

/** Lays a colour over a pixel, `share` of it. */
function blend(canvas: Float64Array, pixel: number, [red, green, blue]: Colour, share: number): void {
  canvas[3 * pixel]! += share * (red - canvas[3 * pixel]!);
  canvas[3 * pixel + 1]! += share * (green - canvas[3 * pixel + 1]!);
  canvas[3 * pixel + 2]! += share * (blue - canvas[3 * pixel + 2]!);
}

/** A line between two random points, `half` of its width to either side. */
function paintLine(canvas: Float64Array, random: Random, half: number): void {
  const ink = colour(random);
  const [ax, ay, bx, by] = [0, 0, 0, 0].map(() => SIDE * random.float()) as [number, number, number, number];
  const [dx, dy] = [bx - ax, by - ay];
  const square = Math.max(dx * dx + dy * dy, 1);
  const [top, bottom] = reach(ay, by, half);
  const [left, right] = reach(ax, bx, half);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - ax;
      const py = y + 0.5 - ay;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const share = half + 0.5 - Math.sqrt(ex * ex + ey * ey);
      if (share > 0) blend(canvas, y * SIDE + x, ink, Math.min(1, share));
    }
  }
}

/** Pixels along an axis that a line from a to b may touch: from the first up to, and without, the second. */
const reach = (a: number, b: number, half: number): readonly [number, number] => [
  Math.max(0, Math.floor(Math.min(a, b) - half - 1)),
  Math.min(SIDE, Math.ceil(Math.max(a, b) + half + 1)),
];

function paintShape(canvas: Float64Array, { box: [, ymin, , ymax], crossings }: Outline, ink: Colour): void {
  const cover = new Float64Array(SIDE);
  for (let y = Math.floor(ymin); y < Math.ceil(ymax); y++) {
    cover.fill(0);
    for (let row = 0; row < SUBROWS; row++) {
      const xs = crossings(y + (row + 0.5) / SUBROWS);
      for (let i = 0; i + 1 < xs.length; i += 2) addSpan(cover, xs[i]!, xs[i + 1]!);
    }
    for (let x = 0; x < SIDE; x++) {
      if (cover[x]! > 0) blend(canvas, y * SIDE + x, ink, cover[x]! / SUBROWS);
    }
  }
}

/** Adds to each pixel of a row how much of it lies between two places. */
function addSpan(cover: Float64Array, from: number, to: number): void {
  for (let x = Math.floor(from); x < to; x++) cover[x]! += Math.min(to, x + 1) - Math.max(from, x);
}

function withNoise(canvas: Float64Array, random: Random): Uint8Array {
  const amplitude = (MOST_NOISE * random.float()) / 127.5;
  const data = new Uint8Array(canvas.length);
  for (let pixel = 0; pixel < canvas.length; pixel += 3) {
    const bits = random.uint32();
    for (let channel = 0; channel < 3; channel++) {
      const noise = ((bits >>> (8 * channel)) & 0xff) - 127.5;
      const level = Math.floor(canvas[pixel + channel]! + amplitude * noise + 0.5);
      data[pixel + channel] = Math.min(255, Math.max(0, level));
    }
  }
  return data;
}
