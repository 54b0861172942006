/**
 * Numbers → pixels. A value of zero has the colour of the page, positive ones run to orange, negative ones to blue, in
 * every picture, so that one sees what an activation function takes away.
 */
import type { Tensor } from '../engine/tensor.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** 256 steps from the background to the far end, RGB triplets. */
type Ramp = Uint8Array;

export interface Palette {
  readonly positive: Ramp;
  readonly negative: Ramp;
}

/** A ramp through evenly spaced colours. */
function ramp(...stops: readonly Rgb[]): Ramp {
  const colours = new Uint8Array(3 * 256);
  for (let step = 0; step < 256; step++) {
    const position = (step / 255) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(position));
    const [from, to] = [stops[index] as Rgb, stops[index + 1] as Rgb];
    from.forEach((value, channel) => {
      colours[3 * step + channel] = Math.round(value + ((to[channel] as number) - value) * (position - index));
    });
  }
  return colours;
}

/** Both palettes begin at the background of a map in style.css. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    positive: ramp([250, 250, 248], [250, 176, 92], [214, 84, 12], [112, 32, 6]),
    negative: ramp([250, 250, 248], [130, 180, 236], [37, 99, 205], [16, 42, 104]),
  },
  dark: {
    positive: ramp([23, 26, 31], [146, 66, 12], [242, 142, 44], [255, 236, 206]),
    negative: ramp([23, 26, 31], [26, 78, 152], [86, 158, 246], [218, 236, 255]),
  },
};

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Smallest and largest value of every `step`-th element from `offset` on. */
export function rangeOf(data: Float32Array, offset = 0, step = 1): Range {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = offset; index < data.length; index += step) {
    const value = data[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** How values become steps of a ramp: `zero` is the background, `zero ± extent` the ends. */
export interface Scale {
  readonly zero: number;
  readonly extent: number;
}

/**
 * Diverging colours, symmetric about zero, where a value may be negative; otherwise from the smallest to the largest. Where
 * all values are the same (a bias on an empty picture) there is nothing to see, and all of it is background.
 */
export function scaleOf({ min, max }: Range, isSigned: boolean): Scale {
  if (min === max) return { zero: min, extent: 0 };
  return isSigned ? { zero: 0, extent: Math.max(max, -min) } : { zero: min, extent: max - min };
}

/** First of three bytes of the colour of a value, and the ramp that it lies on. A scale without extent is background. */
function colourOf(value: number, { zero, extent }: Scale, palette: Palette): { ramp: Ramp; offset: number } {
  const level = extent > 0 ? Math.min(1, Math.max(-1, (value - zero) / extent)) : 0;
  return { ramp: level < 0 ? palette.negative : palette.positive, offset: 3 * Math.round(255 * Math.abs(level)) };
}

/** `rgb(250,250,248)`, as SVG and CSS write colours. */
export function cssColour(value: number, scale: Scale, palette: Palette): string {
  const { ramp, offset } = colourOf(value, scale, palette);
  return `rgb(${ramp.subarray(offset, offset + 3).join(',')})`;
}

/** RGBA pixels, row by row: what ImageData is in a browser. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * Paints one channel of a map.
 * @param tensor [1,H,W,C] or [H,W,C]
 * @param left column of `pixels` at which the picture of W × H pixels begins
 * @param top likewise its row
 */
export function paintChannel(
  pixels: Pixels,
  { shape, data }: Tensor,
  channel: number,
  scale: Scale,
  palette: Palette,
  [left, top]: readonly [left: number, top: number] = [0, 0],
): void {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  let index = channel;
  for (let y = 0; y < height; y++) {
    let to = 4 * ((top + y) * pixels.width + left);
    for (let x = 0; x < width; x++, index += channels, to += 4) {
      const { ramp, offset } = colourOf(data[index] as number, scale, palette);
      pixels.data[to] = ramp[offset] as number;
      pixels.data[to + 1] = ramp[offset + 1] as number;
      pixels.data[to + 2] = ramp[offset + 2] as number;
      pixels.data[to + 3] = 255;
    }
  }
}

/** Size in pixels of all maps [1,H,W,C] side by side, `columns` of them in a line. */
export function sheetSize(
  shape: readonly number[],
  columns: number,
): { readonly width: number; readonly height: number } {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  return { width: columns * width, height: Math.ceil(channels / columns) * height };
}

/** Paints all maps, each on its own scale; they are signed together if one of them is. */
export function paintSheet(pixels: Pixels, tensor: Tensor, columns: number, palette: Palette): void {
  const [height, width, channels] = tensor.shape.slice(-3) as [number, number, number];
  const isSigned = rangeOf(tensor.data).min < 0;
  for (let channel = 0; channel < channels; channel++) {
    const place = [width * (channel % columns), height * Math.floor(channel / columns)] as const;
    const scale = scaleOf(rangeOf(tensor.data, channel, channels), isSigned);
    paintChannel(pixels, tensor, channel, scale, palette, place);
  }
}

/** The shape in which a row of numbers is drawn: as one line, or folded so that a cell stays visible. */
export function stripSize(length: number): { readonly columns: number; readonly rows: number } {
  const columns = length <= 64 ? length : length <= 512 ? 64 : 100;
  return { columns, rows: Math.ceil(length / columns) };
}

/** True for a value [1,H,W,C] that is drawn as pictures; others are drawn as a strip of cells. */
export const isMap = (shape: readonly number[]): boolean =>
  shape.length === 4 && (shape[1] as number) * (shape[2] as number) > 1;
