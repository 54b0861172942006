/** Boxes in pictures: a frame and a plate with label and score for each, the best on top. */
import type { Image } from '../image/image.ts';
import type { Box } from '../tasks/boxes.ts';
import { clip, DARK, fill, grow, overlaps, type Rect, ring, type Stroke, strokeFor } from './canvas.ts';
import { coloursOf, type Rgb, textColour } from './colours.ts';
import { scoreText } from './score-text.ts';
import { drawText, fitText, LETTER_HEIGHT, textWidth } from './text.ts';

export interface BoxEntry {
  readonly label: string;
  /** 0–1. */
  readonly score: number;
  /** Pixels of the picture. */
  readonly box: Box;
}

/** A place to write on. */
export interface Plate {
  readonly rect: Rect;
  /** What of the text fits. */
  readonly text: string;
}

/** Where everything goes: the lines lie along the inside of `frame`. */
export interface BoxLayout {
  readonly stroke: Stroke;
  /** Of dark, colour and dark together. */
  readonly lineWidth: number;
  readonly frames: readonly Rect[];
  /** None where the picture is too small for a letter. */
  readonly plates: readonly (Plate | undefined)[];
}

type Size = Pick<Image, 'width' | 'height'>;

/** Draws boxes, the best first, onto an RGB picture. */
export function drawBoxes(image: Image, entries: readonly BoxEntry[]): void {
  const { stroke, lineWidth, frames, plates } = layOutBoxes(image, entries);
  const colours = coloursOf(entries.map(({ label }) => label));
  const colourOf = (i: number) => colours.get((entries[i] as BoxEntry).label) as Rgb;
  for (const [i, frame] of [...frames.entries()].reverse()) {
    if (stroke.hair > 0) ring(image, frame, lineWidth, DARK);
    ring(image, grow(frame, -stroke.hair), stroke.line, colourOf(i));
  }
  for (const [i, plate] of [...plates.entries()].reverse()) if (plate) drawPlate(image, plate, stroke, colourOf(i));
}

/** A dark edge, the label's colour, and what stands out on it. */
function drawPlate(image: Image, { rect, text }: Plate, { scale, hair }: Stroke, colour: Rgb): void {
  fill(image, rect, DARK);
  fill(image, grow(rect, -hair), colour);
  const inset = hair + scale;
  drawText(image, text, [rect.left + inset, rect.top + inset], { colour: textColour(colour), scale });
}

/** Places every frame and plate; the best box chooses first. */
export function layOutBoxes(size: Size, entries: readonly BoxEntry[]): BoxLayout {
  const stroke = strokeFor(size);
  const lineWidth = stroke.line + 2 * stroke.hair;
  const frames = entries.map(({ box }) => frameOf(box, size, stroke.line + stroke.hair));
  const placed: Rect[] = [];
  let full = { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY };
  const plates = entries.map(({ label, score }, i) => {
    const plate = plateSize(`${label} ${scoreText(score)}`, size, stroke);
    if (!plate) return undefined;
    const wanted = wantedPlaces(frames[i] as Rect, plate, size, stroke.hair);
    // Where a smaller one found no room, there is none: places never come free.
    const isHopeless = plate.width >= full.width && plate.height >= full.height;
    const free = isHopeless ? undefined : freePlace(wanted, placed, plate, size);
    if (!free && !isHopeless) full = plate;
    const rect = free ?? at(wanted[0] as Corner, plate);
    placed.push(rect);
    return { rect, text: plate.text };
  });
  return { stroke, lineWidth, frames, plates };
}

/** Lines lie outside of the box, so that it stays visible; at the picture's edge they move in. */
function frameOf({ xmin, ymin, xmax, ymax }: Box, size: Size, by: number): Rect {
  const left = Math.min(Math.floor(xmin), size.width - 1);
  const top = Math.min(Math.floor(ymin), size.height - 1);
  const right = Math.max(Math.ceil(xmax), left + 1);
  const bottom = Math.max(Math.ceil(ymax), top + 1);
  return clip(grow({ left, top, right, bottom }, by), size);
}

interface PlateSize {
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

/** A dot of space around the text; nothing where the picture has no room for a letter. */
function plateSize(text: string, { width, height }: Size, { scale, hair }: Stroke): PlateSize | undefined {
  const around = 2 * (scale + hair);
  const fitted = fitText(text, width - around, scale);
  const high = LETTER_HEIGHT * scale + around;
  if (fitted === '' || high > height) return undefined;
  return { width: textWidth(fitted, scale) + around, height: high, text: fitted };
}

type Corner = readonly [left: number, top: number];

const at = ([left, top]: Corner, { width, height }: Size): Rect => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

/** On the frame, in its corners, under it: in this order, moved into the picture. */
function wantedPlaces({ left, top, right, bottom }: Rect, plate: Size, size: Size, hair: number): Corner[] {
  const above = top - plate.height + hair; // dark edges lie on each other
  const below = bottom - hair;
  const inner = [top, bottom - plate.height];
  const tops = [
    ...(above >= 0 ? [above] : []),
    inner[0] as number,
    ...(below + plate.height <= size.height ? [below] : []),
    inner[1] as number,
  ];
  const into = (place: number, side: number, whole: number) => Math.min(Math.max(place, 0), whole - side);
  return tops.flatMap((y) =>
    [left, right - plate.width].map(
      (x): Corner => [into(x, plate.width, size.width), into(y, plate.height, size.height)],
    ),
  );
}

/**
 * A place in the picture where a plate covers no other: a wanted one, or the nearest of those that touch other plates or
 * the picture's edges. If there is any free place, one of these is: from any, move left and then up until something stops.
 */
function freePlace(wanted: readonly Corner[], placed: readonly Rect[], plate: Size, size: Size): Rect | undefined {
  const isFree = (corner: Corner) => {
    const rect = at(corner, plate);
    return rect.right <= size.width && rect.bottom <= size.height && !placed.some((other) => overlaps(other, rect));
  };
  const found = wanted.find(isFree);
  if (found) return at(found, plate);
  const [x, y] = wanted[0] as Corner;
  const lefts = byDistance([x, 0, ...placed.map(({ right }) => right)], x);
  const tops = byDistance([y, 0, ...placed.map(({ bottom }) => bottom)], y);
  let nearest: Corner | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const left of lefts) {
    for (const top of tops) {
      const away = Math.abs(left - x) + Math.abs(top - y);
      if (away >= distance) break;
      if (isFree([left, top])) [nearest, distance] = [[left, top], away];
    }
  }
  return nearest && at(nearest, plate);
}

const byDistance = (places: readonly number[], from: number): readonly number[] =>
  [...new Set(places)].sort((a, b) => Math.abs(a - from) - Math.abs(b - from) || a - b);
