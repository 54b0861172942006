/**
 * What a hand has drawn, as lines, and how it becomes pixels. The picture that the network gets is made here and not
 * read back from a canvas: the same strokes are the same bytes in every browser, and a test needs no browser at all.
 */
import type { Image } from '../engine/image/image.ts';

/** A point on the pad: 0–1 from the left and from the top. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One line from pen down to pen up; a single point is a dot. */
export type Stroke = readonly Point[];

/**
 * Width of the pen as a part of the pad's side. A digit that fills 0.75 of the pad then has lines 2.5 pixels wide once
 * its long side is scaled to 20 pixels: about what MNIST's digits have (2.7 to 3, ink divided by length).
 */
export const PEN_WIDTH = 0.095;

/** Side of the raster in pixels: four for each of the network's 28. */
export const RASTER_SIDE = 112;

/**
 * Draws strokes with a round pen, white on black.
 * @returns gray picture [side, side, 1]; a pixel's value is the part of it that ink covers, times 255
 */
export function rasterize(strokes: readonly Stroke[], side: number = RASTER_SIDE): Image {
  const data = new Uint8Array(side * side);
  const radius = (PEN_WIDTH * side) / 2;
  for (const stroke of strokes) {
    stroke.forEach((point, index) => {
      drawSegment(data, side, radius, stroke[Math.max(0, index - 1)] as Point, point);
    });
  }
  return { width: side, height: side, channels: 1, data };
}

/**
 * One straight piece of a line. How much of a pixel is covered follows from the distance between its centre and the
 * segment: all of it half a pixel inside the edge, nothing half a pixel outside. Ink on ink is no more than ink.
 */
function drawSegment(data: Uint8Array, side: number, radius: number, from: Point, to: Point): void {
  const [ax, ay, bx, by] = [from.x * side, from.y * side, to.x * side, to.y * side];
  const [dx, dy] = [bx - ax, by - ay];
  const lengthSquared = dx * dx + dy * dy;
  const reach = radius + 1;
  const bottom = Math.min(side - 1, Math.floor(Math.max(ay, by) + reach));
  const right = Math.min(side - 1, Math.floor(Math.max(ax, bx) + reach));
  const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  for (let y = Math.max(0, Math.floor(Math.min(ay, by) - reach)); y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const along = lengthSquared === 0 ? 0 : clamp((px * dx + py * dy) / lengthSquared);
      const [ex, ey] = [px - along * dx, py - along * dy];
      const coverage = clamp(radius + 0.5 - Math.sqrt(ex * ex + ey * ey));
      const value = Math.round(255 * coverage);
      if (value > (data[y * side + x] as number)) data[y * side + x] = value;
    }
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
