import type { Pixels } from '../../engine/augment/studio.ts';
import type { Image } from '../../engine/image/image.ts';

/** What came of a decoded picture is one again: channels and type are kept. */
export function asImage({ width, height, channels, data }: Pixels): Image {
  return { width, height, channels: channels as Image['channels'], data: data as Uint8Array };
}
