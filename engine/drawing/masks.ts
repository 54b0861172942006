/** Masks over pictures: each tinted and outlined in its label's colour, the best on top, with a legend. */
import { EngineError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import { decodePng } from '../image/png.ts';
import { clip, type Rect, strokeFor } from './canvas.ts';
import { coloursOf, type Rgb } from './colours.ts';
import { drawLegend, layOutLegend } from './legend.ts';
import { scoreText } from './score-text.ts';

export interface MaskEntry {
  readonly label: string;
  /** 0–1. */
  readonly score: number;
  /** A PNG of the picture's size, 0 and 255, in base64. */
  readonly mask: string;
}

/** Of 255: how much of a mask's pixel is the label's colour. */
const TINT = 115;

/**
 * Draws masks, the best first, onto an RGB picture.
 * @throws EngineError `shape-mismatch` where a mask has another size than the picture
 */
export function drawMasks(image: Image, entries: readonly MaskEntry[]): void {
  const colours = coloursOf(entries.map(({ label }) => label));
  const masks = entries.map(({ label, mask }) => maskOf(mask, label, image));
  const { line, scale } = strokeFor(image);
  for (const [i, mask] of [...masks.entries()].reverse()) {
    const colour = colours.get((entries[i] as MaskEntry).label) as Rgb;
    tint(image, mask, colour);
    outline(image, mask, colour, line);
  }
  const rows = entries.map(({ label, score }) => ({
    text: `${label} ${scoreText(score)}`,
    colour: colours.get(label) as Rgb,
  }));
  const legend = layOutLegend(rows, image, scale);
  if (!legend) return;
  const [left, top] = emptiestCorner(image, masks, legend);
  drawLegend(image, legend, left, top);
}

/** One value a pixel: 0, or not. */
function maskOf(text: string, label: string, { width, height }: Image): Uint8Array {
  const mask = decodePng(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  if (mask.width === width && mask.height === height && mask.channels === 1) return mask.data;
  const found = `${mask.width}×${mask.height} pixels of ${mask.channels} channels`;
  throw new EngineError('shape-mismatch', `the mask of "${label}" has ${found}, expected ${width}×${height} of one`);
}

function tint({ data }: Image, mask: Uint8Array, colour: Rgb): void {
  const added = colour.map((level) => level * TINT + 127);
  for (let i = 0, at = 0; i < mask.length; i++, at += 3) {
    if (mask[i] === 0) continue;
    for (let c = 0; c < 3; c++) data[at + c] = Math.floor((data[at + c]! * (255 - TINT) + added[c]!) / 255);
  }
}

/** Pixels of the mask in squares around those that have a neighbour outside of it: a line `line` pixels wide. */
function outline(image: Image, mask: Uint8Array, colour: Rgb, line: number): void {
  const { width, height, data } = image;
  const reach = line - 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] === 0) continue;
      const isEdge =
        (x > 0 && mask[i - 1] === 0) ||
        (x < width - 1 && mask[i + 1] === 0) ||
        (y > 0 && mask[i - width] === 0) ||
        (y < height - 1 && mask[i + width] === 0);
      if (!isEdge) continue;
      const { left, top, right, bottom } = clip(
        { left: x - reach, top: y - reach, right: x + reach + 1, bottom: y + reach + 1 },
        image,
      );
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const pixel = row * width + column;
          if (mask[pixel] !== 0) data.set(colour, 3 * pixel);
        }
      }
    }
  }
}

/** The corner where a legend hides least of the masks; the upper left one where all are alike. */
function emptiestCorner(
  { width, height }: Image,
  masks: readonly Uint8Array[],
  legend: Pick<Image, 'width' | 'height'>,
): readonly [left: number, top: number] {
  const hidden = ({ left, top, right, bottom }: Rect): number => {
    let count = 0;
    for (const mask of masks) {
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (mask[y * width + x] !== 0) count++;
    }
    return count;
  };
  const corners = [0, height - legend.height].flatMap((top) =>
    [0, width - legend.width].map((left) => ({ left, top, right: left + legend.width, bottom: top + legend.height })),
  );
  const counts = corners.map(hidden);
  const { left, top } = corners[counts.indexOf(Math.min(...counts))] as Rect;
  return [left, top];
}
