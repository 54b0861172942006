/** What a classifier says, as a plate over its picture, or under it where it is too small for that. */
import type { Image } from '../image/image.ts';
import type { Classification } from '../tasks/classify.ts';
import { strokeFor } from './canvas.ts';
import { coloursOf, type Rgb } from './colours.ts';
import { drawLegend, layOutLegend } from './legend.ts';
import { scoreText } from './score-text.ts';

/** Under a small picture a plate is at most as wide. */
const WIDEST = 240;

/** @param image RGB, drawn onto. @returns it, or a larger one with the plate under the picture */
export function drawClasses(image: Image, entries: readonly Classification[]): Image {
  if (entries.length === 0) return image;
  const { width, height } = image;
  const colours = coloursOf(entries.map(({ label }) => label));
  const rows = entries.map(({ label, score }) => ({
    text: `${label} ${scoreText(score)}`,
    colour: colours.get(label) as Rgb,
  }));
  // A third of the picture, all of the rows, or not over it.
  const over = layOutLegend(rows, image, strokeFor(image).scale);
  if (over && over.rows.length === rows.length && 3 * over.width * over.height <= width * height) {
    drawLegend(image, over, 0, 0);
    return image;
  }
  const under = layOutLegend(rows, { width: Math.max(width, WIDEST), height: Number.POSITIVE_INFINITY }, 1);
  if (!under) return image;
  const larger: Image = {
    width: Math.max(width, under.width),
    height: height + under.height,
    channels: 3,
    data: new Uint8Array(Math.max(width, under.width) * (height + under.height) * 3),
  };
  for (let y = 0; y < height; y++) {
    larger.data.set(image.data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * y * larger.width);
  }
  drawLegend(larger, under, 0, height);
  return larger;
}
