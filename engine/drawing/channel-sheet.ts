/** All channels of a value side by side, so that one sees what each filter of a layer answers to. */
import type { Image } from '../image/image.ts';
import { ramp } from './ramp.ts';

export interface Channels {
  readonly shape: readonly [height: number, width: number, channels: number];
  /** [H,W,C]. */
  readonly data: Float32Array;
}

/** Longest side of a sheet, pixels: what is larger is drawn smaller. */
const MAX_SIDE = 2048;
/** Maps are enlarged up to this side, and as long as the sheet stays within `COMFORTABLE`. */
const CELL_SIDE = 64;
const COMFORTABLE = 1024;
/** White lines between the maps, pixels. */
const GAP = 2;

/**
 * A sheet of channels, row by row from the top left, each from its own smallest value (blue) to its largest (yellow); one of
 * a single value is blue. Small maps are enlarged pixel by pixel, of large ones the means of blocks are drawn.
 * @returns RGB, no side above 2048; channels beyond what has room there are left out
 */
export function drawChannels({ shape: [rows, columns, channels], data }: Channels): Image {
  const { across, down, factor, block } = layoutOf(rows, columns, channels);
  const [cellHeight, cellWidth] = [Math.ceil(rows / block) * factor, Math.ceil(columns / block) * factor];
  const width = across * (cellWidth + GAP) - GAP;
  const height = down * (cellHeight + GAP) - GAP;
  const pixels = new Uint8Array(3 * width * height).fill(255);
  for (let channel = 0; channel < Math.min(channels, across * down); channel++) {
    const levels = levelsOf(data, { rows, columns, channels, channel, block });
    const left = (channel % across) * (cellWidth + GAP);
    const top = Math.floor(channel / across) * (cellHeight + GAP);
    const levelsAcross = Math.ceil(columns / block);
    for (let y = 0; y < cellHeight; y++) {
      for (let x = 0, to = 3 * ((top + y) * width + left); x < cellWidth; x++, to += 3) {
        const level = levels[Math.floor(y / factor) * levelsAcross + Math.floor(x / factor)]!;
        for (let c = 0; c < 3; c++) pixels[to + c] = ramp[3 * level + c]!;
      }
    }
  }
  return { width, height, channels: 3, data: pixels };
}

/** How many maps stand beside and below each other, and how their pixels are drawn: `factor` wide, or `block` in one. */
function layoutOf(rows: number, columns: number, channels: number) {
  const sized = (side: number, factor: number, block: number) => Math.ceil(side / block) * factor + GAP;
  const arrange = (factor: number, block: number) => {
    const [cellWidth, cellHeight] = [sized(columns, factor, block), sized(rows, factor, block)];
    // About as wide as it is high.
    const square = Math.max(1, Math.round(Math.sqrt((channels * cellHeight) / cellWidth)));
    const across = Math.min(channels, square, Math.max(1, Math.floor((MAX_SIDE + GAP) / cellWidth)));
    const down = Math.ceil(channels / across);
    return { across, down, factor, block, longest: Math.max(across * cellWidth, down * cellHeight) - GAP };
  };
  let best = arrange(1, 1);
  for (let factor = 2; factor * Math.max(rows, columns) <= CELL_SIDE; factor++) {
    const larger = arrange(factor, 1);
    if (larger.longest > COMFORTABLE) break;
    best = larger;
  }
  for (let block = 2; best.longest > MAX_SIDE && block <= Math.max(rows, columns); block++) best = arrange(1, block);
  const most = Math.floor((MAX_SIDE + GAP) / sized(rows, best.factor, best.block));
  return { ...best, down: Math.min(best.down, Math.max(1, most)) };
}

interface Cell {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly channel: number;
  readonly block: number;
}

/** One channel as levels 0–255, block by block. */
function levelsOf(data: Float32Array, { rows, columns, channels, channel, block }: Cell): Uint8Array {
  const [down, across] = [Math.ceil(rows / block), Math.ceil(columns / block)];
  const means = Float64Array.from({ length: down * across }, (_, i) => {
    const [top, left] = [Math.floor(i / across) * block, (i % across) * block];
    let [sum, count] = [0, 0];
    for (let y = top; y < Math.min(top + block, rows); y++) {
      for (let x = left; x < Math.min(left + block, columns); x++, count++) {
        sum += data[(y * columns + x) * channels + channel]!;
      }
    }
    return sum / count;
  });
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const mean of means) {
    min = Math.min(min, mean);
    max = Math.max(max, mean);
  }
  return Uint8Array.from(means, (mean) => (max > min ? Math.round((255 * (mean - min)) / (max - min)) : 0));
}
