/**
 * From a drawing to a digit as MNIST has it: between the pad's raster (strokes.ts) and pre-processing.
 *
 * The network has seen nothing but MNIST, so a drawing has to be laid out the way its authors did it (LeCun, Cortes,
 * Burges, "The MNIST database"): white on black, scaled with its proportions kept so that the ink fits into 20×20 pixels,
 * gray where a pixel is partly covered, and moved so that the centre of mass lies in the centre of 28×28 pixels. They
 * moved by whole pixels: in all 10,000 test digits the mean position of the ink is within half a pixel of column and row
 * 14 (counting from 0). So it is here.
 */
import type { Image } from '../engine/image/image.ts';

/** Side of the network's picture, pixels. */
export const DIGIT_SIDE = 28;
/** Side of the box that the ink fits into, pixels. */
export const INK_SIDE = 20;
/** Row and column, counted from 0, whose middle the centre of mass comes to lie on. */
export const CENTRE = 14;

/** Where there is ink: columns `left` to `right` and rows `top` to `bottom`, the last ones excluded. */
export interface InkBounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest rectangle with all pixels above 0; undefined for an empty picture. */
export function inkBounds({ width, height, data }: Image): InkBounds | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right > 0 ? { left, top, right, bottom } : undefined;
}

/**
 * Lays a drawing out like an MNIST digit.
 * @param drawing one channel, white ink (255) on black (0), of any size
 * @returns gray 28×28: all 0 for an empty drawing, otherwise with ink 20 pixels long on its longer side and its centre of
 *   mass within half a pixel of row and column 14, except where that would push ink over the edge
 */
export function digitInput(drawing: Image): Image {
  const data = new Uint8Array(DIGIT_SIDE * DIGIT_SIDE);
  const digit: Image = { width: DIGIT_SIDE, height: DIGIT_SIDE, channels: 1, data };
  const bounds = inkBounds(drawing);
  if (!bounds) return digit;
  const ink = scaleInk(drawing, bounds);
  const centre = centreOfMass(ink);
  const left = place(centre.x, ink.width);
  const top = place(centre.y, ink.height);
  for (let y = 0; y < ink.height; y++) {
    data.set(ink.data.subarray(y * ink.width, (y + 1) * ink.width), (top + y) * DIGIT_SIDE + left);
  }
  return digit;
}

/** First column (or row) of ink of this length so that its `centre` comes nearest to the middle, inside the picture. */
const place = (centre: number, length: number): number =>
  Math.min(DIGIT_SIDE - length, Math.max(0, Math.round(CENTRE - centre)));

/** Position of a picture's ink in pixels, a pixel's own position being its column and row; ink must not be zero. */
export function centreOfMass({ width, data }: Image): { readonly x: number; readonly y: number } {
  let [mass, x, y] = [0, 0, 0];
  data.forEach((value, index) => {
    mass += value;
    x += value * (index % width);
    y += value * Math.floor(index / width);
  });
  return { x: x / mass, y: y / mass };
}

/** Lengths in scaleInk are counted in fortieths of a pixel of the drawing: then all of them are whole, and sums exact. */
const UNITS = 2 * INK_SIDE;

/** Scales the inked rectangle to 20 pixels on its longer side. A new pixel is the mean of the area that it covers. */
function scaleInk(drawing: Image, { left, top, right, bottom }: InkBounds): Image {
  const longer = Math.max(right - left, bottom - top);
  const columns = spans(right - left, longer);
  const rows = spans(bottom - top, longer);
  const area = ((longer * UNITS) / INK_SIDE) ** 2;
  const data = new Uint8Array(columns.length * rows.length);
  rows.forEach((row, j) => {
    columns.forEach((column, i) => {
      let sum = 0;
      for (const { index: y, part: dy } of row) {
        const line = (top + y) * drawing.width + left;
        for (const { index: x, part: dx } of column) sum += dx * dy * (drawing.data[line + x] as number);
      }
      data[j * columns.length + i] = Math.round(sum / area);
    });
  });
  return { width: columns.length, height: rows.length, channels: 1, data };
}

/** For each new pixel along one axis, the pixels of the ink that lie under it, each with the part of it that does. */
function spans(length: number, longer: number): { index: number; part: number }[][] {
  const side = (longer * UNITS) / INK_SIDE;
  const count = Math.ceil((length * INK_SIDE) / longer);
  // A shorter side is rarely a whole number of new pixels: what is left over is split between both ends.
  const start = (length * UNITS - count * side) / 2;
  return Array.from({ length: count }, (_, i) => {
    const begin = start + i * side;
    const end = begin + side;
    const span: { index: number; part: number }[] = [];
    for (let index = Math.max(0, Math.floor(begin / UNITS)); index < length && index * UNITS < end; index++) {
      span.push({ index, part: Math.min((index + 1) * UNITS, end) - Math.max(index * UNITS, begin) });
    }
    return span;
  });
}
