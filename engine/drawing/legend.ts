/** A dark plate that lists labels beside their colours. */
import type { Image } from '../image/image.ts';
import { DARK, fill, type Rect } from './canvas.ts';
import type { Rgb } from './colours.ts';
import { drawText, fitText, LETTER_HEIGHT, textWidth } from './text.ts';

export interface LegendRow {
  readonly text: string;
  readonly colour: Rgb;
}

export interface Legend {
  readonly rows: readonly LegendRow[];
  /** Pixels a dot of text. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** Dots around the rows, between two of them, and between colour and text. */
const AROUND = 3;
const BETWEEN = 3;
const WHITE: Rgb = [255, 255, 255];

/**
 * The rows that fit, with as much of their texts as fits; nothing where not even one does.
 * @param width, height pixels that there are
 */
export function layOutLegend(
  rows: readonly LegendRow[],
  { width, height }: Pick<Image, 'width' | 'height'>,
  scale: number,
): Legend | undefined {
  const dots = Math.floor(height / scale) - 2 * AROUND + BETWEEN;
  const left = (2 * AROUND + LETTER_HEIGHT + BETWEEN) * scale;
  const fitting = rows
    .slice(0, Math.max(Math.floor(dots / (LETTER_HEIGHT + BETWEEN)), 0))
    .map((row) => ({ ...row, text: fitText(row.text, width - left, scale) }));
  if (fitting.length === 0 || fitting.some(({ text }) => text === '')) return undefined;
  return {
    rows: fitting,
    scale,
    width: left + Math.max(...fitting.map(({ text }) => textWidth(text, scale))),
    height: (2 * AROUND - BETWEEN + fitting.length * (LETTER_HEIGHT + BETWEEN)) * scale,
  };
}

/** Draws it with its corner at left, top, onto an RGB picture. @returns what it covers */
export function drawLegend(image: Image, legend: Legend, left: number, top: number): Rect {
  const { rows, scale, width, height } = legend;
  const rect = { left, top, right: left + width, bottom: top + height };
  fill(image, rect, DARK);
  rows.forEach(({ text, colour }, i) => {
    const x = left + AROUND * scale;
    const y = top + (AROUND + i * (LETTER_HEIGHT + BETWEEN)) * scale;
    const side = LETTER_HEIGHT * scale;
    fill(image, { left: x, top: y, right: x + side, bottom: y + side }, colour);
    drawText(image, text, [x + side + BETWEEN * scale, y], { colour: WHITE, scale });
  });
  return rect;
}
