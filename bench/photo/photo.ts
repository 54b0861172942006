/** The photo that everybody looks at: 640×480, as a JPEG file and as pixels. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Image } from '../../engine/image/image.ts';
import { resize } from '../../engine/image/resize.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { encodeImage } from '../../scripts/encoders.ts';

export const WIDTH = 640;
export const HEIGHT = 480;

const PHOTO = fileURLToPath(new URL('../../test/fixtures/photos/astronaut.jpg', import.meta.url));

export interface Photo {
  readonly jpeg: Uint8Array<ArrayBuffer>;
  readonly image: Image;
}

/** @param path another picture; whatever its size, it is brought to this one */
export async function readPhoto(path = PHOTO): Promise<Photo> {
  const codecs = await loadCodecs();
  const image = resize(codecs.decode(readFileSync(path)), WIDTH, HEIGHT);
  const jpeg = Uint8Array.from(await encodeImage(image, 'jpeg'));
  return { jpeg, image: codecs.decode(jpeg) };
}
