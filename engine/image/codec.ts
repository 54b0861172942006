/**
 * Image bytes → pixels: the first station of every picture that comes from outside. Bytes are typed by their content, the
 * header is held against the limits, and only then does a decoder run, all in one synchronous call.
 */
import { EngineError } from '../errors.ts';
import type { Image } from './image.ts';
import { type JpegHeader, readJpegHeader } from './jpeg.ts';
import { JpegDecoder, KEPT_DECODER_BYTES } from './jpeg-decoder.ts';
import { atMost, defaultImageLimits, type ImageLimits } from './limits.ts';
import { decodePng, type PngHeader, readPngHeader } from './png.ts';
import { pngSignature } from './png-chunks.ts';

export { KEPT_DECODER_BYTES } from './jpeg-decoder.ts';
export { defaultImageLimits, type ImageLimits } from './limits.ts';
export { encodePng } from './png-encode.ts';

/** What a picture says about itself before it is decoded. Sides are as stored: orientations 5–8 swap them. */
export type ImageHeader = PngHeader | JpegHeader;

/** A kind of file, by its first bytes. Only PNG and JPEG are read; the others are known so that an error can name them. */
export type ImageType = 'PNG' | 'JPEG' | 'WebP' | 'GIF' | 'BMP' | 'TIFF' | 'AVIF' | 'HEIC';

export interface Codecs {
  /** Starts the decoders. Optional: it takes the start-up time out of the first `decode`, which would pay it otherwise. */
  ready(): Promise<void>;
  /**
   * Decodes a PNG or JPEG: [H,W,C], 0–255, upright, alpha kept.
   * @throws EngineError `unsupported-image` for any other type, `invalid-image` where the bytes are truncated, damaged,
   * an animation or a kind that is not decoded, `limit-exceeded` before anything is allocated
   */
  decode(bytes: Uint8Array): Image;
}

/** The decoders. `jpegDecoder` is `@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm`, compiled by the host. */
export function createCodecs(options: { jpegDecoder: WebAssembly.Module; limits?: Partial<ImageLimits> }): Codecs {
  const limits = { ...defaultImageLimits, ...options.limits };
  const jpeg = new JpegDecoder(options.jpegDecoder);
  return {
    async ready() {
      jpeg.prepare();
    },
    decode(bytes) {
      const header = readHeader(bytes, limits);
      checkLimits(header, limits);
      return header.type === 'png' ? decodePng(bytes, limits.pngChunks) : jpeg.decode(bytes, header);
    },
  };
}

/**
 * Reads a picture's header; no pixel is allocated, whatever size it declares.
 * @throws EngineError `unsupported-image` and `invalid-image` as `Codecs.decode`; `limit-exceeded` for too many parts
 */
export function readHeader(bytes: Uint8Array, limits: ImageLimits = defaultImageLimits): ImageHeader {
  const type = sniff(bytes);
  if (type === 'PNG') return readPngHeader(bytes, limits.pngChunks);
  if (type === 'JPEG') return readJpegHeader(bytes, limits.jpegScans);
  if (type === undefined) {
    const found = bytes.length === 0 ? 'there are no bytes' : 'these bytes are no picture that is known';
    throw new EngineError('unsupported-image', `PNG or JPEG is expected; ${found}`);
  }
  throw new EngineError('unsupported-image', `PNG or JPEG is expected; this is ${type}, which is not read yet`);
}

/**
 * Holds a header against the limits.
 * @throws EngineError `limit-exceeded`
 */
export function checkLimits(header: ImageHeader, limits: ImageLimits = defaultImageLimits): void {
  const { type, width, height } = header;
  const side = Math.max(width, height);
  atMost(`the ${type.toUpperCase()} of ${width}×${height} pixels`, side, limits.side, 'pixels a side');
  if (type === 'png') {
    const isDeep = header.bitDepth * header.channels > 32;
    const most = isDeep ? Math.floor(limits.pngPixels / 2) : limits.pngPixels;
    atMost(`the PNG of ${width}×${height} with ${header.bitDepth} bits a channel`, width * height, most, 'pixels');
    return;
  }
  const kind = header.progressive ? 'progressive JPEG' : header.buffered ? 'JPEG in several scans' : 'JPEG';
  const pixels = header.buffered ? limits.bufferedJpegPixels : limits.jpegPixels;
  atMost(`the ${kind} of ${width}×${height}`, width * height, pixels, 'pixels');
  atMost('the JPEG', header.end, limits.jpegBytes, 'bytes');
}

/**
 * Bytes of memory that decoding a picture takes beside its file and the idle decoder, by the peaks measured in limits.ts.
 */
export function decodingBytes(header: ImageHeader): number {
  const pixels = header.width * header.height;
  if (header.type === 'png') return 4.2 * pixels;
  const peak = (header.buffered ? 12.7 : 6.8) * pixels + 2 * header.end;
  return Math.max(header.channels * pixels, peak - KEPT_DECODER_BYTES);
}

/** The type of a file by its content, undefined where it is none of the known ones. */
export function sniff(bytes: Uint8Array): ImageType | undefined {
  const starts = (signature: readonly number[], at = 0) => signature.every((byte, i) => bytes[at + i] === byte);
  const text = (word: string, at: number) =>
    starts(
      Array.from(word, (letter) => letter.charCodeAt(0)),
      at,
    );
  if (starts(pngSignature)) return 'PNG';
  if (starts([0xff, 0xd8, 0xff])) return 'JPEG';
  if (text('RIFF', 0) && text('WEBP', 8)) return 'WebP';
  if (text('GIF87a', 0) || text('GIF89a', 0)) return 'GIF';
  if (text('BM', 0)) return 'BMP';
  if (starts([0x49, 0x49, 0x2a, 0]) || starts([0x4d, 0x4d, 0, 0x2a])) return 'TIFF';
  if (text('ftypavif', 4) || text('ftypavis', 4)) return 'AVIF';
  if (text('ftyphei', 4) || text('ftyphev', 4) || text('ftypmif1', 4)) return 'HEIC';
  return undefined;
}
