/** A model's answer about a picture, drawn into the picture. */
import { EngineError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import type { Classification } from '../tasks/classify.ts';
import type { Answer } from '../tasks/index.ts';
import { type BoxEntry, drawBoxes } from './boxes.ts';
import { canvasOf } from './canvas.ts';
import { drawClasses } from './classes.ts';
import { drawMasks, type MaskEntry } from './masks.ts';

/**
 * Boxes with labels, masks with a legend, or a plate of classes. The result is RGB and has the picture's size; only a
 * picture too small for the plate of classes gets it underneath. Where nothing was found it is the picture alone.
 * @param image the picture that the answer is about, upright; it is not changed
 * @throws EngineError `invalid-input` for an embedding, `shape-mismatch` where a mask has another size
 */
export function drawAnswer(image: Image, answer: Answer): Image {
  if ('embedding' in answer) throw new EngineError('invalid-input', 'an embedding is no picture: it cannot be drawn');
  const canvas = canvasOf(image);
  const entries: readonly Entry[] = Array.isArray(answer) ? answer : [answer];
  if (entries.every(isBox)) drawBoxes(canvas, entries);
  else if (entries.every(isMask)) drawMasks(canvas, entries);
  else return drawClasses(canvas, entries);
  return canvas;
}

type Entry = Classification & Partial<BoxEntry> & Partial<MaskEntry>;

const isBox = (entry: Entry): entry is Entry & BoxEntry => entry.box !== undefined;
const isMask = (entry: Entry): entry is Entry & MaskEntry => entry.mask !== undefined;
