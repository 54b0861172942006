/** Label formats by precedence: the first that a folder has is used. */
import type { PictureList } from '../pictures.ts';
import { coco } from './coco.ts';
import type { LabelFormat, LabelSet } from './format.ts';
import { voc } from './voc.ts';
import { yolo } from './yolo.ts';

export const labelFormats: readonly LabelFormat[] = [coco, yolo, voc];

export interface OpenLabels {
  readonly format: string;
  readonly set: LabelSet;
}

export async function openLabels(pictures: PictureList): Promise<OpenLabels | undefined> {
  for (const { name, open } of labelFormats) {
    const set = await open(pictures);
    if (set) return { format: name, set };
  }
  return undefined;
}
