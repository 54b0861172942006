/** Makes the pictures of this folder: node examples/make.ts */
import { writeFileSync } from 'node:fs';
import { encodePng } from '../engine/image/codec.ts';
import type { Image } from '../engine/image/image.ts';
import { Random } from '../engine/random.ts';
import { drawShapePicture } from '../scripts/training/data-sets/shape-picture.ts';

const write = (name: string, image: Image) => writeFileSync(new URL(name, import.meta.url), encodePng(image));

const gray = (rows: readonly (readonly number[])[]): Image => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  channels: 1,
  data: Uint8Array.from(rows.flat()),
});

/** The 5×5 picture of many a lecture: with [1 0 −1]×3 its first window sums to 6. */
write(
  'slide.png',
  gray([
    [7, 2, 3, 3, 8],
    [4, 5, 3, 8, 4],
    [3, 3, 2, 8, 4],
    [2, 8, 7, 2, 7],
    [5, 4, 4, 5, 4],
  ]),
);

/** A white cross on black: a filter for lines sees the line in its direction, and not the other. */
write(
  'lines.png',
  gray(Array.from({ length: 9 }, (_, y) => Array.from({ length: 9 }, (_, x) => (x === 4 || y === 4 ? 255 : 0)))),
);

type Point = readonly [x: number, y: number];

/** Distance of a point from the line between two others. */
function distance([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length));
  return Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay));
}

/** White strokes on black, 28×28, as MNIST has its digits: 20 pixels high, in the middle. */
function digit(...strokes: readonly (readonly Point[])[]): Image {
  const thickness = 1.4;
  const level = (x: number, y: number) => {
    const segments = strokes.flatMap((stroke) => stroke.slice(1).map((end, i) => [stroke[i] as Point, end] as const));
    const nearest = Math.min(...segments.map(([a, b]) => distance([x + 0.5, y + 0.5], a, b)));
    return Math.round(255 * Math.min(1, Math.max(0, thickness + 0.5 - nearest)));
  };
  return gray(Array.from({ length: 28 }, (_, y) => Array.from({ length: 28 }, (_, x) => level(x, y))));
}

write(
  'seven.png',
  digit([
    [8, 7],
    [20, 7],
    [16, 14],
    [12, 22],
  ]),
);
write(
  'one.png',
  digit([
    [15, 5],
    [13, 23],
  ]),
);

/** As the data set `shapes` draws them, and none of it: the seed is another. */
write('shapes.png', drawShapePicture(new Random(1), 'star').image);
