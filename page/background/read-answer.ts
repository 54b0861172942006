/**
 * A model's answer about a picture → what the page draws and lists. The same for an answer made here and for the worker's
 * JSON, which has the same shape; places become shares of the picture's sides, since both may have seen other sizes of it.
 */
import { decodePng } from '../../engine/image/png.ts';
import type { Box } from '../../engine/tasks/boxes.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import type { Findings, Place, TaskKind } from '../vision/findings.ts';

/** Entries of an answer, whatever its task. */
interface Entry {
  readonly label: string;
  readonly score: number;
  readonly box?: Box;
  readonly mask?: string;
}

/**
 * @param size of the picture that was asked about, in whose pixels the answer is
 * @throws EngineError `invalid-image` where a mask is no PNG
 */
export function findingsOf(
  kind: TaskKind,
  answer: Answer,
  size: { readonly width: number; readonly height: number },
): Findings {
  if ('embedding' in answer) return { kind, things: [], embedding: answer.embedding };
  const entries: readonly Entry[] = Array.isArray(answer) ? answer : [answer as Entry];
  const things = entries.map(({ label, score, box, mask }) => ({
    label,
    score,
    ...(box && { place: placeOf(box, size) }),
    ...(mask !== undefined && { mask: decodePng(Uint8Array.from(atob(mask), (c) => c.charCodeAt(0))) }),
  }));
  return { kind, things };
}

const placeOf = (
  { xmin, ymin, xmax, ymax }: Box,
  { width, height }: { readonly width: number; readonly height: number },
): Place => ({ left: xmin / width, top: ymin / height, right: xmax / width, bottom: ymax / height });
