/** Small pictures, made large enough to be looked at: every pixel becomes a square. */
import type { Image } from '../image/image.ts';

/** Longer side that a picture has at least where something is drawn over it that does not depend on its pixels. */
export const DRAWN_SIDE = 224;

/** The picture as many whole times larger as it takes for its longer side to have `side` pixels; one that has stays. */
export function enlarged(image: Image, side: number): Image {
  const factor = Math.ceil(side / Math.max(image.width, image.height));
  if (factor <= 1) return image;
  const [width, height] = [image.width * factor, image.height * factor];
  const data = new Uint8Array(width * height * image.channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(y / factor) * image.width;
    for (let x = 0; x < width; x++, to += image.channels) {
      const from = (row + Math.floor(x / factor)) * image.channels;
      for (let c = 0; c < image.channels; c++) data[to + c] = image.data[from + c]!;
    }
  }
  return { width, height, channels: image.channels, data };
}
