/** What a request's pictures cost, by their headers: looked at before a model is read or a decoder runs. */
import { EngineError } from '../engine/errors.ts';
import { checkLimits, decodingBytes, readHeader } from '../engine/image/codec.ts';
import type { Limits } from './settings.ts';

/**
 * Bytes of memory that the dearest of the pictures takes: only one is decoded at a time.
 * @throws EngineError `unsupported-image`, `invalid-image`, `limit-exceeded` for one of them, or for all together
 */
export function decodingPeak(pictures: readonly Uint8Array[], { pixels: limit, image }: Limits): number {
  let pixels = 0;
  let peak = 0;
  pictures.forEach((bytes, index) => {
    atPicture(index, pictures.length, () => {
      const header = readHeader(bytes, image);
      checkLimits(header, image);
      pixels += header.width * header.height;
      if (index > 0 && pixels > limit) {
        throw new EngineError('limit-exceeded', `all pictures up to this one have ${pixels} pixels, at most ${limit}`);
      }
      peak = Math.max(peak, decodingBytes(header));
    });
  });
  return peak;
}

/** Says which of several pictures is at fault, as a path into the array that the answer would have been. */
export function atPicture<T>(index: number, count: number, work: () => T): T {
  if (count === 1) return work();
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `$[${index}]: ${error.message}`, `$[${index}]`);
  }
}
