/**
 * A handwritten example of every digit: what the page shows before anybody draws, and how it is used without a pointer.
 * Written as arcs and lines in a unit square, y downwards.
 */
import type { Point, Stroke } from './strokes.ts';

/** Thousandths are finer than any pixel, and end what the last bits of a cosine differ in between machines. */
const point = (x: number, y: number): Point => ({ x: Math.round(x * 1000) / 1000, y: Math.round(y * 1000) / 1000 });

const line = (...coordinates: readonly [x: number, y: number][]): Stroke => coordinates.map(([x, y]) => point(x, y));

/** An elliptic arc. Degrees run clockwise from the right; `to` below `from` runs against the clock. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Stroke {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 8));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const radians = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return point(x + rx * Math.cos(radians), y + ry * Math.sin(radians));
  });
}

/** Strokes of the digits 0–9. */
export const examples: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.23, 0.34, -70, 290)],
  [line([0.4, 0.29], [0.53, 0.16], [0.51, 0.84])],
  [[...arc(0.49, 0.34, 0.2, 0.18, 190, 390), ...line([0.3, 0.81], [0.74, 0.8])]],
  [[...arc(0.48, 0.33, 0.19, 0.17, 205, 450), ...arc(0.48, 0.67, 0.22, 0.17, 270, 515)]],
  [line([0.38, 0.16], [0.27, 0.55], [0.74, 0.55]), line([0.66, 0.18], [0.6, 0.85])],
  [[...line([0.72, 0.17], [0.38, 0.18], [0.34, 0.45]), ...arc(0.47, 0.63, 0.23, 0.2, 235, 510)]],
  [[...line([0.62, 0.15], [0.45, 0.31], [0.34, 0.5]), ...arc(0.5, 0.65, 0.19, 0.18, 190, 550)]],
  [line([0.27, 0.19], [0.73, 0.18], [0.58, 0.47], [0.46, 0.84])],
  [[...arc(0.5, 0.32, 0.17, 0.16, 80, -280), ...arc(0.49, 0.66, 0.21, 0.18, 275, 635)]],
  [[...arc(0.49, 0.34, 0.19, 0.18, 0, -350), ...line([0.68, 0.36], [0.66, 0.6], [0.58, 0.85])]],
];
