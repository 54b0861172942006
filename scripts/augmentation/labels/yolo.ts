/**
 * YOLO text labels: beside `x.jpg` (or in `labels/` where pictures lie in `images/`) an `x.txt` with a line a box,
 * `class cx cy width height` in fractions of the picture. `classes.txt` is copied.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../../engine/errors.ts';
import { writeFileAtomic } from '../../io/atomic-write.ts';
import { atPath } from '../../io/model.ts';
import { stemOf } from '../pictures.ts';
import type { Instance, LabelFormat } from './format.ts';

const CLASSES = 'classes.txt';

/** Where labels of a picture may stand, the likelier place first. */
function placesOf(file: string): readonly string[] {
  const beside = `${stemOf(file)}.txt`;
  return [beside, beside.replace(/(^|\/)images\//, '$1labels/')];
}

export const yolo: LabelFormat = {
  name: 'YOLO',
  async open({ folder, files, others }) {
    const labelFile = (file: string) => placesOf(file).find((place) => others.has(place));
    if (!files.some(labelFile)) return undefined;
    return {
      description: '*.txt',
      inFractions: true,
      async labelsOf(file) {
        const place = labelFile(file);
        if (place === undefined) return undefined;
        const path = join(folder, place);
        return atPath(path, async () => parse(await readFile(path, 'utf8')));
      },
      writer: (outFolder) => ({
        add: async (source, output, { width, height }, instances) => {
          const place = labelFile(source);
          if (place === undefined) return;
          const at = place === `${stemOf(source)}.txt` ? output : output.replace(/(^|\/)images\//, '$1labels/');
          const lines = instances.map((instance) => `${lineOf(instance, width, height)}\n`);
          await writeFileAtomic(join(outFolder, `${stemOf(at)}.txt`), lines.join(''));
        },
        finish: async () => {
          if (others.has(CLASSES))
            await writeFileAtomic(join(outFolder, CLASSES), await readFile(join(folder, CLASSES)));
        },
      }),
    };
  },
};

function parse(text: string): Instance[] {
  return text.split('\n').flatMap((line, i) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === '') return [];
    const [cx, cy, w, h] = words.slice(1).map(Number) as [number, number, number, number];
    if (words.length !== 5 || !/^\d+$/.test(words[0] as string) || ![cx, cy, w, h].every(Number.isFinite)) {
      throw new EngineError(
        'invalid-labels',
        `line ${i + 1}: expected "class cx cy width height", got "${line.slice(0, 80)}"`,
      );
    }
    const box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2] as const;
    return [{ box, entry: words[0] }];
  });
}

/** Six decimals: 1/100 of a pixel at any size that is decoded. */
function lineOf({ box, entry }: Instance, width: number, height: number): string {
  const [left, top, right, bottom] = box as NonNullable<Instance['box']>;
  const numbers = [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ];
  return [entry, ...numbers.map((number) => number.toFixed(6))].join(' ');
}
