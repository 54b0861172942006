/** Reading a picture file. */
import { readFile } from 'node:fs/promises';
import type { Codecs } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import { atPath } from './model.ts';

/** @throws EngineError `unsupported-image`, `invalid-image`, `limit-exceeded`, beginning with the path; what reading throws */
export const readImage = (path: string, codecs: Codecs): Promise<Image> =>
  atPath(path, async () => codecs.decode(await readFile(path)));
