/** What a request's pictures cost, by their headers: looked at before a model is read or a decoder runs. */
import { EngineError } from '../engine/errors.ts';
import { checkLimits, decodingBytes, readHeader } from '../engine/image/codec.ts';
import type { Limits } from './settings.ts';

export interface PictureCost {
  /** Bytes of memory that decoding takes at its peak, and those of the decoded pixels. */
  readonly decoding: number;
  readonly pixels: number;
  /** Width times height. */
  readonly area: number;
}

/**
 * The cost of the dearest of the pictures: only one is decoded at a time.
 * @throws EngineError `unsupported-image`, `invalid-image`, `limit-exceeded` for one of them, or for all together
 */
export function costOf(pictures: readonly Uint8Array[], { pixels: limit, image }: Limits): PictureCost {
  let total = 0;
  let dearest: PictureCost = { decoding: 0, pixels: 0, area: 0 };
  pictures.forEach((bytes, index) => {
    atPicture(index, pictures.length, () => {
      const header = readHeader(bytes, image);
      checkLimits(header, image);
      const area = header.width * header.height;
      total += area;
      if (index > 0 && total > limit) {
        throw new EngineError('limit-exceeded', `all pictures up to this one have ${total} pixels, at most ${limit}`);
      }
      const decoding = decodingBytes(header);
      if (decoding > dearest.decoding) dearest = { decoding, pixels: area * header.channels, area };
    });
  });
  return dearest;
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
