/** Any picture → u8 pixels as a network wants them, by the very steps of `preprocess` (stretch, antialias): see there. */
import type { Image } from '../../../engine/image/image.ts';
import { flattenAlpha, toGray, toRgb } from '../../../engine/image/pixels.ts';
import { resize } from '../../../engine/image/resize.ts';
import type { ChannelMode, ExampleBox } from './data-set.ts';

/**
 * Alpha over white, colours, then size; a picture that fits already comes back without a copy. Gray becomes RGB only at
 * the end: three equal channels would be resized to three equal channels.
 */
export function fitImage(image: Image, [width, height]: readonly [number, number], channels: ChannelMode): Image {
  const few = channels === 'gray' ? toGray(image) : flattenAlpha(image);
  const fits = few.width === width && few.height === height;
  const sized = fits ? few : resize(few, width, height);
  return channels === 'gray' ? sized : toRgb(sized);
}

type Size = Pick<Image, 'width' | 'height'>;

/** A box of a picture in the picture stretched to another size. */
export function scaledBox([xmin, ymin, xmax, ymax]: ExampleBox, from: Size, to: Size): ExampleBox {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return [xmin * across, ymin * down, xmax * across, ymax * down];
}
