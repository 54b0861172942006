/** What a model looked at, over the picture: a map of the model's input, stretched smoothly to where the input was taken. */
import type { Image } from '../image/image.ts';
import { toRgb } from '../image/pixels.ts';
import { type Preprocess, sourceMapping } from '../image/preprocess.ts';
import { ramp } from './ramp.ts';

export interface HeatMap {
  readonly shape: readonly [height: number, width: number];
  /** [h,w], 0–1. */
  readonly data: Float32Array;
}

/** Opacity of the colours, of 256: little where nothing is, so that the photo is seen, and never all of it. */
const THINNEST = 64;
const THICKEST = 176;
/** What is left of the picture's light where the model did not look, of 256. */
const DIMMED = 96;

/** Between which two of `cells` a pixel lies, and how far from the first, 0–1; −1 where the model saw nothing of it. */
interface Place {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/**
 * Draws a map over the picture that it explains.
 * @param image the upright picture, of any channels
 * @param map covers the model's whole input
 * @param preprocess what made the input of the picture: what a crop left out is dimmed, bars of a letterbox are not there
 * @returns RGB of the picture's size
 */
export function drawHeatMap(image: Image, { shape: [rows, columns], data }: HeatMap, preprocess: Preprocess): Image {
  const { width, height, data: pixels } = toRgb(image);
  const { scale, offset } = sourceMapping(image, preprocess);
  const [across, down] = preprocess.size;
  const xs = places(width, scale[0], offset[0], across, columns);
  const ys = places(height, scale[1], offset[1], down, rows);
  const drawn = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < height; y++) {
    const { first: top, second: bottom, share: below } = ys[y] as Place;
    for (let x = 0; x < width; x++, i += 3) {
      const { first: left, second: right, share: beside } = xs[x] as Place;
      if (top < 0 || left < 0) {
        for (let c = i; c < i + 3; c++) drawn[c] = (pixels[c]! * DIMMED) >> 8;
        continue;
      }
      const mix = (row: number) => data[row * columns + left]! * (1 - beside) + data[row * columns + right]! * beside;
      const heat = Math.min(Math.max(mix(top) * (1 - below) + mix(bottom) * below, 0), 1);
      const colour = 3 * Math.round(255 * heat);
      const opacity = Math.round(THINNEST + (THICKEST - THINNEST) * heat);
      for (let c = 0; c < 3; c++) {
        drawn[i + c] = (pixels[i + c]! * (256 - opacity) + ramp[colour + c]! * opacity + 128) >> 8;
      }
    }
  }
  return { width, height, channels: 3, data: drawn };
}

/** For every pixel of a side the cells whose middles lie beside its own; at the input's edge the outer cell alone. */
function places(pixels: number, scale: number, offset: number, side: number, cells: number): readonly Place[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const inInput = (pixel + 0.5) / scale - offset;
    if (inInput < 0 || inInput > side) return { first: -1, second: -1, share: 0 };
    const cell = Math.min(Math.max((inInput * cells) / side - 0.5, 0), cells - 1);
    const first = Math.floor(cell);
    return { first, second: Math.min(first + 1, cells - 1), share: cell - first };
  });
}
