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

/**
 * Paints one channel of a map.
 * @param pixels RGBA [H·W·4], overwritten
 * @param tensor [1,H,W,C] or anything else whose last axis is the channel
 * @param isSigned diverging colours, symmetric about zero and scaled by the larger magnitude of this channel; otherwise
 *   the smallest value of the channel is the background and the largest the end of the ramp
 */
export function paintChannel(
  pixels: Uint8ClampedArray,
  { shape, data }: Tensor,
  channel: number,
  palette: Palette,
  isSigned: boolean,
): void {
  const channels = shape.at(-1) as number;
  const { min, max } = rangeOf(data, channel, channels);
  const zero = isSigned ? 0 : min;
  const extent = isSigned ? Math.max(max, -min) : max - min;
  for (let index = channel, to = 0; index < data.length; index += channels, to += 4) {
    const level = extent > 0 ? ((data[index] as number) - zero) / extent : 0;
    const colours = level < 0 ? palette.negative : palette.positive;
    const step = 3 * Math.round(255 * Math.abs(level));
    pixels[to] = colours[step] as number;
    pixels[to + 1] = colours[step + 1] as number;
    pixels[to + 2] = colours[step + 2] as number;
    pixels[to + 3] = 255;
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
