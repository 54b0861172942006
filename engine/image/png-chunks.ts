/** The outermost layer of a PNG: the signature, and chunks of length, type, data and CRC (PNG, third edition, §5). */
import { EngineError } from '../errors.ts';

export const pngSignature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export interface Chunk {
  /** Four letters; a lower-case first one marks a chunk that may be skipped. */
  readonly type: string;
  /** Offset of the chunk's first byte. */
  readonly start: number;
  readonly data: Uint8Array;
  /** Offset of the next chunk. */
  readonly end: number;
}

const FRAME_BYTES = 12; // length, type, CRC

export function invalidPng(fault: string): EngineError {
  return new EngineError('invalid-image', `the PNG ${fault}`);
}

/**
 * The chunk at an offset.
 * @throws EngineError `invalid-image` where the file ends inside it, its type is no word, or (if asked for) its CRC is wrong
 */
export function readChunk(bytes: Uint8Array, start: number, checkCrc: boolean): Chunk {
  if (start + FRAME_BYTES > bytes.length) {
    throw invalidPng(`is truncated: it ends after ${bytes.length} bytes without an IEND chunk`);
  }
  const length = uint32(bytes, start);
  const type = String.fromCharCode(bytes[start + 4]!, bytes[start + 5]!, bytes[start + 6]!, bytes[start + 7]!);
  if (!/^[A-Za-z]{4}$/.test(type)) throw invalidPng(`has no chunk at byte ${start}, where one must begin`);
  const end = start + FRAME_BYTES + length;
  if (end > bytes.length) {
    throw invalidPng(`is truncated: chunk ${type} at byte ${start} reaches beyond its ${bytes.length} bytes`);
  }
  if (checkCrc) {
    const found = crc32(bytes.subarray(start + 4, end - 4));
    if (found !== uint32(bytes, end - 4))
      throw invalidPng(`is damaged: chunk ${type} at byte ${start} has a wrong CRC`);
  }
  return { type, start, data: bytes.subarray(start + 8, end - 4), end };
}

/** The CRC of type and data of a chunk (ISO 3309), 0 to 2³² − 1. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
