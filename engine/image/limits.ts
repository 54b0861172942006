/**
 * What a picture may cost. Every number is checked against the header, before a decoder runs or a pixel is allocated.
 *
 * The pixel limits were chosen by measured peaks (bytes of the file, of the decoder and of the pixels together; resident
 * memory of a Node 24 process above its idle level) so that one decode stays under about 100 MB: MEASURED
 */
import { EngineError } from '../errors.ts';

export interface ImageLimits {
  /** Longest width or height, pixels. */
  readonly side: number;
  /** Pixels of a PNG. */
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
  pngPixels: 16_000_000,
  jpegPixels: 12_500_000,
  bufferedJpegPixels: 8_000_000,
  jpegBytes: 12 * 2 ** 20,
  pngChunks: 65_536,
  jpegScans: 64,
};

/** @throws EngineError `limit-exceeded` where `found` is above `limit`; `what` is the subject of the sentence */
export function atMost(what: string, found: number, limit: number, unit: string): void {
  if (found > limit) {
    throw new EngineError('limit-exceeded', `${what} has ${found} ${unit}, at most ${limit} are decoded`);
  }
}
