/** Pictures and answers for tests of drawing. */
import * as fc from 'fast-check';
import type { BoxEntry } from '../../../engine/drawing/boxes.ts';
import type { Image } from '../../../engine/image/image.ts';
import { encodePng } from '../../../engine/image/png-encode.ts';

/** Colours that no label, no edge and no letter has, and no two neighbours share. */
export function plainPicture(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([7, 64 + (i % 61), 16 + (i % 59)], 3 * i);
  return { width, height, channels: 3, data };
}

/** Single pixels, strips and ordinary pictures. */
export const sizes = fc.oneof(
  fc.constantFrom({ width: 1, height: 1 }, { width: 400, height: 20 }, { width: 12, height: 240 }),
  fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ width: fc.integer({ min: 90, max: 500 }), height: fc.integer({ min: 90, max: 400 }) }),
);

const labels = fc.constantFrom('cat', 'a dog', 'Straße 中', 'a label that is longer than many pictures are wide', '');
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Boxes inside a picture, edges and single points among them. */
export const boxesIn = ({ width, height }: { readonly width: number; readonly height: number }, most = 12) => {
  const side = fc.oneof(share, fc.constantFrom(0, 1));
  const entry = fc.tuple(labels, share, side, side, side, side).map(([label, score, a, b, c, d]): BoxEntry => {
    const [x, y] = [
      [a * width, b * width],
      [c * height, d * height],
    ] as const;
    const box = { xmin: Math.min(...x), xmax: Math.max(...x), ymin: Math.min(...y), ymax: Math.max(...y) };
    return { label, score, box };
  });
  return fc.array(entry, { maxLength: most });
};

/** Base64 of a PNG of what `isIn` says of each pixel. */
export function maskText(
  { width, height }: { readonly width: number; readonly height: number },
  isIn: (x: number, y: number) => boolean,
): string {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    isIn(i % width, Math.floor(i / width)) ? 255 : 0,
  );
  return Buffer.from(encodePng({ width, height, channels: 1, data })).toString('base64');
}

/** Indices of the pixels of which two pictures of one size differ. */
export function changed(before: Image, after: Image): number[] {
  const found: number[] = [];
  for (let i = 0; i < before.width * before.height; i++) {
    if ([0, 1, 2].some((c) => before.data[3 * i + c] !== after.data[3 * i + c])) found.push(i);
  }
  return found;
}
