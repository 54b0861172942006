/** Our own sidecars: beside `x.jpg` an `x.json` of boxes, keypoints and lists, as POST /v1/augment takes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../engine/json.ts';
import { atPath } from '../../io/model.ts';
import { type PictureList, stemOf } from '../pictures.ts';

/** The labels of a picture as they stand, for the engine to parse; nothing where it has none. */
export async function nativeLabels({ folder, others }: PictureList, file: string): Promise<unknown> {
  const name = `${stemOf(file)}.json`;
  if (!others.has(name)) return undefined;
  const path = join(folder, name);
  return atPath(path, async () => parseJson(await readFile(path, 'utf8')));
}
