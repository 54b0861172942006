/**
 * The IDX format of http://yann.lecun.com/exdb/mnist/: a magic number (two zero bytes, the element type, the number of
 * dimensions), the dimensions as big-endian u32, then the elements row by row. Read here: unsigned bytes (type 8).
 */
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { invalidData, readBytes } from './files.ts';

/** Unpacked bytes of one file, at most: far above any data set of this kind, and below what would exhaust the machine. */
const unpackedLimit = 2 ** 31 - 1;

export interface IdxFile {
  readonly path: string;
  /** [N,H,W] of pictures, [N] of labels. */
  readonly shape: readonly number[];
  /** The whole unpacked file, header included. */
  readonly bytes: Uint8Array;
  /** The elements. */
  readonly data: Uint8Array;
}

/** Reads an IDX file, plain or gzipped. @throws EngineError `invalid-data` with what was expected and what was found */
export async function readIdx(path: string, dimensions: 1 | 3): Promise<IdxFile> {
  return parseIdx(await unpack(await readBytes(path), path), path, dimensions);
}

/** @throws EngineError `invalid-data`: wrong magic, truncated, trailing bytes, or nothing in it */
export function parseIdx(bytes: Uint8Array, path: string, dimensions: 1 | 3): IdxFile {
  const headerBytes = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4)
    throw invalidData(path, `truncated: expected at least ${headerBytes} bytes, got ${bytes.length}`);
  const magic = view.getUint32(0);
  const expectedMagic = 0x0800 + dimensions;
  if (magic !== expectedMagic) {
    throw invalidData(path, `wrong magic: expected ${hex32(expectedMagic)}, got ${hex32(magic)}`);
  }
  if (bytes.length < headerBytes) {
    throw invalidData(path, `truncated: expected at least ${headerBytes} bytes, got ${bytes.length}`);
  }
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expectedBytes = shape.reduce((product, side) => product * BigInt(side), 1n) + BigInt(headerBytes);
  if (BigInt(bytes.length) !== expectedBytes) {
    const fault = BigInt(bytes.length) < expectedBytes ? 'truncated' : 'too long';
    throw invalidData(path, `${fault}: expected ${expectedBytes} bytes for ${shape.join('×')}, got ${bytes.length}`);
  }
  if (expectedBytes === BigInt(headerBytes))
    throw invalidData(path, `holds nothing: its dimensions are ${shape.join('×')}`);
  return { path, shape, bytes, data: bytes.subarray(headerBytes) };
}

const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

const gunzipAsync = promisify(gunzip);

async function unpack(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!gzipped) return bytes;
  try {
    return await gunzipAsync(bytes, { maxOutputLength: unpackedLimit, finishFlush: constants.Z_FINISH });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw invalidData(path, `unpacks to more than ${unpackedLimit} bytes`);
    throw invalidData(path, `not a whole gzip file (${message})`);
  }
}
