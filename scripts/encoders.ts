/** The command line's encoders of pictures, each started when it is first asked for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encodePng } from '../engine/image/codec.ts';
import type { Image } from '../engine/image/image.ts';
import { flattenAlpha, toRgb } from '../engine/image/pixels.ts';

export const imageFormats = ['png', 'jpeg', 'webp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** File name extensions. */
export const extensionOf = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const satisfies Record<ImageFormat, string>;

type Encode = (image: Image) => Promise<Uint8Array>;

const resolve = createRequire(import.meta.url).resolve;

function compile(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(resolve(path)));
}

/** The form that both libraries take: RGBA. */
function toRgba(image: Image): ImageData {
  if (image.channels === 4) return asImageData(image, new Uint8ClampedArray(image.data));
  const { data: rgb } = toRgb(image);
  const data = new Uint8ClampedArray(image.width * image.height * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data.set(rgb.subarray(from, from + 3), to);
    data[to + 3] = image.channels === 2 ? (image.data[(from / 3) * 2 + 1] as number) : 255;
  }
  return asImageData(image, data);
}

function asImageData({ width, height }: Image, data: Uint8ClampedArray<ArrayBuffer>): ImageData {
  return { width, height, data, colorSpace: 'srgb' } as ImageData;
}

const starters: Record<ImageFormat, () => Promise<Encode>> = {
  png: async () => async (image) => encodePng(image),
  jpeg: async () => {
    const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
    await init(compile('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
    // A JPEG has no transparency: it is laid over white.
    return async (image) =>
      new Uint8Array(await encode(toRgba(flattenAlpha(image)), { quality: 92, progressive: false, baseline: true }));
  },
  webp: async () => {
    const { default: encode, init } = await import('@jsquash/webp/encode.js');
    await init(compile('@jsquash/webp/codec/enc/webp_enc_simd.wasm'));
    return async (image) => new Uint8Array(await encode(toRgba(image), { quality: 92 }));
  },
};

const started = new Map<ImageFormat, Promise<Encode>>();

/** Encodes a picture; alpha is kept where the format has it. */
export async function encodeImage(image: Image, format: ImageFormat): Promise<Uint8Array> {
  let encode = started.get(format);
  if (!encode) {
    encode = starters[format]();
    started.set(format, encode);
  }
  return (await encode)(image);
}
