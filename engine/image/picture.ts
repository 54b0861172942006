/** Signed sums of a convolution → a picture to look at. */
import { type Convolved, type ConvolveOptions, RowConvolver } from './convolve.ts';
import type { Image } from './image.ts';
import type { ImageKernels } from './kernels.ts';

/**
 * clip: every channel rounded half to even and clipped to 0–255, as photo editors show a filter.
 * signed: one colour scale for the sum over the channels, blue below 0, white at 0, red above, full at the largest magnitude.
 */
export type PictureMode = 'clip' | 'signed';

/** [OH,OW,C] sums as a picture: C channels for `clip`, RGB for `signed`. */
export function toPicture({ shape, data }: Convolved, mode: PictureMode): Image {
  const [height, width, channels] = shape;
  const length = width * channels;
  return paint(shape, mode, (receive) => {
    for (let y = 0; y < height; y++) receive(data.subarray(y * length, (y + 1) * length), y);
  });
}

/**
 * Convolves straight to a picture: as `toPicture(convolve(…), mode)`, but without 4 bytes a value in between.
 * @throws EngineError as `convolve`, though there is no limit on values
 */
export function convolveToPicture(
  kernels: ImageKernels,
  image: Image,
  options: ConvolveOptions,
  mode: PictureMode,
): Image {
  const rows = new RowConvolver(kernels, image, options);
  return paint(rows.shape, mode, (receive) => rows.run(receive));
}

type Rows = (receive: (row: Float32Array, y: number) => void) => void;

function paint(shape: Convolved['shape'], mode: PictureMode, rows: Rows): Image {
  const [height, width, channels] = shape;
  if (mode === 'clip') {
    const data = new Uint8Array(height * width * channels);
    rows((row, y) => {
      const to = y * row.length;
      for (let i = 0; i < row.length; i++) data[to + i] = level(row[i]!);
    });
    return { width, height, channels: channels as Image['channels'], data };
  }

  let largest = 0;
  rows((row) => {
    for (let x = 0; x < width; x++) largest = Math.max(largest, Math.abs(channelSum(row, x, channels)));
  });
  const data = new Uint8Array(height * width * 3);
  rows((row, y) => {
    for (let x = 0, to = y * width * 3; x < width; x++, to += 3) {
      const sum = channelSum(row, x, channels);
      const pale = largest === 0 ? 255 : level(255 * (1 - Math.abs(sum) / largest));
      data[to] = sum < 0 ? pale : 255;
      data[to + 1] = pale;
      data[to + 2] = sum > 0 ? pale : 255;
    }
  });
  return { width, height, channels: 3, data };
}

function channelSum(row: Float32Array, x: number, channels: number): number {
  let sum = 0;
  for (let i = x * channels; i < (x + 1) * channels; i++) sum += row[i]!;
  return sum;
}

/** Rounded half to even, clipped to 0–255. */
function level(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  const rounded = part > 0.5 || (part === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(Math.max(rounded, 0), 255);
}
