/**
 * Where a stored pixel belongs in the upright picture. Decoders write every row straight to its place with this, so
 * turning a picture costs no second copy of it.
 */
import type { Orientation } from './exif.ts';
import type { Image } from './image.ts';

/** Stored pixel (x, y) lies at `origin + x·xStep + y·yStep` of the upright picture, counted in pixels. */
export interface Placement {
  /** Sides of the upright picture. */
  readonly width: number;
  readonly height: number;
  readonly origin: number;
  readonly xStep: number;
  readonly yStep: number;
}

/** The placement of a picture stored as `width` × `height` pixels (TIFF 6.0, Orientation). */
export function placement(width: number, height: number, orientation: Orientation): Placement {
  if (orientation < 5) {
    const right = orientation === 2 || orientation === 3; // the stored row runs from right to left
    const bottom = orientation === 3 || orientation === 4; // the first stored row is the lowest
    return {
      width,
      height,
      origin: (bottom ? (height - 1) * width : 0) + (right ? width - 1 : 0),
      xStep: right ? -1 : 1,
      yStep: bottom ? -width : width,
    };
  }
  // Rows are columns from here on: the upright picture is `height` wide.
  const right = orientation === 6 || orientation === 7; // the first stored row is the rightmost column
  const bottom = orientation === 7 || orientation === 8; // the stored row runs upwards
  return {
    width: height,
    height: width,
    origin: (bottom ? (width - 1) * height : 0) + (right ? height - 1 : 0),
    xStep: bottom ? -height : height,
    yStep: right ? -1 : 1,
  };
}

/** Turns and mirrors a picture that was stored with an EXIF orientation so that it stands upright. */
export function orient(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { channels } = image;
  const place = placement(image.width, image.height, orientation);
  const data = new Uint8Array(image.data.length);
  let from = 0;
  for (let y = 0; y < image.height; y++) {
    let to = (place.origin + y * place.yStep) * channels;
    for (let x = 0; x < image.width; x++, to += place.xStep * channels) {
      for (let channel = 0; channel < channels; channel++) data[to + channel] = image.data[from++]!;
    }
  }
  return { width: place.width, height: place.height, channels, data };
}
