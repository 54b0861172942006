/** What the image tests share: files of test/fixtures/images, the decoders and the kernels as a host would load them. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { EngineError, type ErrorCode } from '../../../engine/errors.ts';
import { type Codecs, createCodecs, type ImageLimits } from '../../../engine/image/codec.ts';
import type { Image } from '../../../engine/image/image.ts';
import { type ImageKernels, instantiateImageKernels } from '../../../engine/image/kernels.ts';

const root = new URL('../../../', import.meta.url);

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(file, root)));
}

const jpegDecoder = compile('node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');

export function testCodecs(limits: Partial<ImageLimits> = {}): Codecs {
  return createCodecs({ jpegDecoder, limits });
}

export function testImageKernels(): ImageKernels {
  return instantiateImageKernels(compile('build/image.wasm'));
}

export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`test/fixtures/images/${name}`, root)));
}

/** A picture as make.py writes it into JSON. */
export interface StoredPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: string;
}

export function fixtureJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`test/fixtures/images/${name}`, root), 'utf8')) as T;
}

export function toImage({ width, height, channels, data }: StoredPixels): Image {
  return { width, height, channels: channels as Image['channels'], data: new Uint8Array(Buffer.from(data, 'base64')) };
}

/** The error that `call` throws; fails where it throws none, or another kind. */
export function engineError(call: () => unknown): EngineError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
  }
  throw new Error('no error was thrown');
}

export function errorCode(call: () => unknown): ErrorCode {
  return engineError(call).code;
}

/** Signature, chunks (with right CRCs) and whatever else is asked for. */
export function pngOf(
  ...chunks: readonly (readonly [type: string, data: Uint8Array | readonly number[]])[]
): Uint8Array {
  const parts = chunks.map(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), Uint8Array.from(data)]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crcOf(body));
    return Buffer.concat([length, body, crc]);
  });
  return new Uint8Array(Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...parts]));
}

export function ihdr(
  width: number,
  height: number,
  { bitDepth = 8, colorType = 2, interlace = 0 } = {},
): readonly ['IHDR', Uint8Array] {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = bitDepth;
  data[9] = colorType;
  data[12] = interlace;
  return ['IHDR', data];
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
