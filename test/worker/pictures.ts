/** Pictures that the worker's tests send: a digit in both formats, and files that have hurt decoders. */
import { encodePng } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';

/** Bars of a seven in white on black, 28×28 pixels, gray. */
export const sevenImage: Image = {
  width: 28,
  height: 28,
  channels: 1,
  data: Uint8Array.from({ length: 28 * 28 }, (_, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    const isTop = y >= 4 && y < 7 && x >= 6 && x < 22;
    const isLeg = y >= 7 && y < 25 && Math.abs(x - (21 - (y - 7) * 0.6)) < 1.7;
    return isTop || isLeg ? 255 : 0;
  }),
};

export const sevenPng = encodePng(sevenImage);

/** The same seven, written by mozjpeg (quality 90, 4:2:0). */
export const sevenJpeg = fromBase64(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEAAMDAwMDAwQEBAQFBQUFBQcHBgYHBwsICQgJCAsRCwwLCwwLEQ8SDw4PEg8bFRMTFRsfGhkaHyYiIi' +
    'YwLTA+PlQBAwMDAwMDBAQEBAUFBQUFBwcGBgcHCwgJCAkICxELDAsLDAsRDxIPDg8SDxsVExMVGx8aGRofJiIiJjAtMD4+VP/AABEIABwAHAMB' +
    'EQACEQEDEQH/xAEPAAACAwEAAAAAAAAAAAAAAAAACQQGCAUQAAEDAwQCAQQDAAAAAAAAAAIDBAYAAQUHEhMiCBEhFBglQViS1AEAAwEBAQEBAQ' +
    'EBAQAAAAAAAAECAwQFBgcICQoLEQACAQIEBAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZ' +
    'GiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8' +
    'TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T19vf4+fr/2gAMAwEAAhEDEQA/AF16Vw7Bz6eYmO5uUMoswe/Uc2ZebOBtxIGqO/kURHuQ2C3a' +
    'gDYf2eaG/wAoIX/Vl/voA4E78QIpgtNJVMYZq3i50rHEGyzvH4lkksQJLK7CNU0HS/GIBuOgDDVABQBLYMH2VfNWDBqu7du100W7dFMlFVlVC2' +
    'gAAPu5EV7+rWtQAw/X/M4vxt0WwmhcQzH5/LfkJ0u1eEp3XQATb/IDtScfoehcIdx70ALloAKAGC+JELZ6ZQ6TeR0pR3MI4yeNo+yIV0jdvVtr' +
    'flFQBuPEZKcAltMdxFQBiWdTTOaiTHNyrNrcuQy71Vyt6IyAN9+qSfIRlZJMeiY++o2tagCqUAFAFgcy2VvI60jbjO5RbCMl7rNcWbtU2iCpXK' +
    '9zTQuWwS7l82t+70AV+gAoA//Z',
);

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export function concat(...parts: readonly (Uint8Array | string | readonly number[])[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'string' ? ascii(part) : Uint8Array.from(part)));
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    bytes.set(array, offset);
    offset += array.length;
  }
  return bytes;
}

/** The PNG of the seven with other sides in its header (whose CRC then is wrong, as nobody has looked yet). */
export function pngDeclaring(width: number, height: number): Uint8Array {
  const bytes = sevenPng.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

/** 69 bytes that declare 60000×60000 pixels: 146 seconds in one library. */
export const pngBomb = concat(
  [0x89, ...ascii('PNG'), 0x0d, 0x0a, 0x1a, 0x0a],
  chunk('IHDR', [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 6, 0, 0, 0]),
  chunk('IDAT', [0x78, 0x9c, 0x63, 0, 0, 0, 0x01, 0, 0x01, 0, 0, 0]),
  chunk('IEND', []),
);

/** An animated PNG: a chunk acTL behind the header. */
export const animatedPng = concat(sevenPng.slice(0, 33), chunk('acTL', [0, 0, 0, 2, 0, 0, 0, 0]), sevenPng.slice(33));

/** Offset of the frame header's height in the JPEG of the seven. */
function frameOffset(): number {
  for (let at = 2; ; at += 2 + ((sevenJpeg[at + 2]! << 8) | sevenJpeg[at + 3]!)) {
    if (sevenJpeg[at + 1] === 0xc0) return at + 5;
  }
}

/** A JPEG whose header claims 30000×30000 pixels. */
export const jpegBomb = (() => {
  const bytes = sevenJpeg.slice();
  new DataView(bytes.buffer).setUint32(frameOffset(), (30_000 << 16) | 30_000);
  return bytes;
})();

/** A JPEG that says that it has four components. */
export const cmykJpeg = (() => {
  const at = frameOffset();
  const frame = [0xff, 0xc0, 0, 20, 8, 0, 28, 0, 28, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
  const length = (sevenJpeg[at - 3]! << 8) | sevenJpeg[at - 2]!;
  return concat(sevenJpeg.slice(0, at - 5), frame, sevenJpeg.slice(at - 3 + length));
})();

/** The first bytes of types that are known and not read. */
export const otherTypes: Readonly<Record<string, Uint8Array>> = {
  GIF: concat('GIF89a', [1, 0, 1, 0, 0, 0, 0, 0x3b]),
  WebP: concat(
    'RIFF',
    [26, 0, 0, 0],
    'WEBPVP8L',
    [13, 0, 0, 0, 0x2f, 0, 0, 0, 0x10, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 7, 0],
  ),
  BMP: concat('BM', new Uint8Array(60)),
  TIFF: concat('II*', [0, 8, 0, 0, 0], new Uint8Array(20)),
  AVIF: concat([0, 0, 0, 0x20], 'ftypavif', new Uint8Array(20)),
};

function chunk(type: string, data: readonly number[]): Uint8Array {
  const body = concat(type, data);
  const ends = new Uint8Array(8);
  new DataView(ends.buffer).setUint32(0, data.length);
  new DataView(ends.buffer).setUint32(4, crc32(body));
  return concat(ends.slice(0, 4), body, ends.slice(4));
}

/** CRC-32 as PNG's annex D has it, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
