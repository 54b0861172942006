/**
 * What a picture may cost. Every number is checked against the header, before a decoder runs or a pixel is allocated.
 *
 * The numbers of pixels were chosen by measured peaks, so that one decode stays under about 100 MB with its file. Node 24,
 * growth of resident memory while one picture is decoded, bytes a pixel, without the file:
 *   PNG, RGBA 8 bits           4.2   the pixels; rows go one by one, whatever their depth
 *   JPEG, baseline             6.8   3 of pixels, 4 in the decoder, which also holds the file twice
 *   JPEG, progressive 4:4:4   12.7   as above and 6 of coefficients (4:2:0: 3)
 */
import { EngineError } from '../errors.ts';

export interface ImageLimits {
  /** Longest width or height, pixels. */
  readonly side: number;
  /** Pixels of a PNG; half as many where one takes more than 32 bits (RGB with 16 bits a channel), which takes longer. */
  readonly pngPixels: number;
  /** Pixels of a JPEG that decodes in one pass over its data. */
  readonly jpegPixels: number;
  /** Pixels of a JPEG whose coefficients are all held in memory: progressive, or one component after the other. */
  readonly bufferedJpegPixels: number;
  /** Bytes of a JPEG from SOI to EOI: the decoder copies its input twice. */
  readonly jpegBytes: number;
  /** Chunks of a PNG: every one costs a check, however empty. */
  readonly pngChunks: number;
  /** Scans of a JPEG: each is a pass over the whole picture, however few bytes it has. */
  readonly jpegScans: number;
}

export const defaultImageLimits: ImageLimits = {
  side: 16_384,
  pngPixels: 12_200_000,
  jpegPixels: 12_200_000,
  bufferedJpegPixels: 7_000_000,
  jpegBytes: 8 * 2 ** 20,
  pngChunks: 65_536,
  jpegScans: 64,
};

/** @throws EngineError `limit-exceeded` where `found` is above `limit`; `what` is the subject of the sentence */
export function atMost(what: string, found: number, limit: number, unit: string): void {
  if (found > limit) {
    throw new EngineError('limit-exceeded', `${what} has ${found} ${unit}, at most ${limit} are decoded`);
  }
}
