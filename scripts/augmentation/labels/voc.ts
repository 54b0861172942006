/**
 * Pascal VOC (development kit 2012, "Annotation"): beside `x.jpg` (or in `Annotations/` where pictures lie in
 * `JPEGImages/`) an `x.xml` with an `object` a box. Its coordinates are whole pixels counted from 1, both ends inside:
 * xmin … xmax covers [xmin − 1, xmax).
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { EngineError } from '../../../engine/errors.ts';
import { writeFileAtomic } from '../../io/atomic-write.ts';
import { atPath } from '../../io/model.ts';
import { stemOf } from '../pictures.ts';
import type { Instance, LabelFormat } from './format.ts';

interface VocObject {
  readonly bndbox: Readonly<Record<'xmin' | 'ymin' | 'xmax' | 'ymax', string>>;
}
interface Annotation {
  readonly object?: readonly VocObject[];
  readonly size?: Readonly<Record<string, unknown>>;
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object', ignoreAttributes: false });
const builder = new XMLBuilder({ format: true, ignoreAttributes: false });

function placesOf(file: string): readonly string[] {
  const beside = `${stemOf(file)}.xml`;
  return [beside, beside.replace(/(^|\/)JPEGImages\//, '$1Annotations/')];
}

export const voc: LabelFormat = {
  name: 'Pascal VOC',
  async open({ folder, files, others }) {
    const labelFile = (file: string) => placesOf(file).find((place) => others.has(place));
    if (!files.some(labelFile)) return undefined;
    const read = async (file: string) => {
      const place = labelFile(file);
      if (place === undefined) return undefined;
      const path = join(folder, place);
      return atPath(path, async () => parse(await readFile(path, 'utf8')));
    };
    return {
      description: '*.xml',
      async labelsOf(file) {
        const annotation = await read(file);
        return (
          annotation && atPath(join(folder, labelFile(file) as string), () => (annotation.object ?? []).map(instanceOf))
        );
      },
      writer: (outFolder) => {
        // Variants of a picture come one after the other: its file is read for the first of them.
        let last: { readonly source: string; readonly annotation: Annotation | undefined } | undefined;
        return {
          add: async (source, output, size, instances) => {
            if (last?.source !== source) last = { source, annotation: await read(source) };
            const { annotation } = last;
            if (!annotation) return;
            const at =
              labelFile(source) === `${stemOf(source)}.xml`
                ? output
                : output.replace(/(^|\/)JPEGImages\//, '$1Annotations/');
            await writeFileAtomic(join(outFolder, `${stemOf(at)}.xml`), write(annotation, output, size, instances));
          },
          finish: async () => {},
        };
      },
    };
  },
};

function parse(text: string): Annotation {
  let document: { annotation?: Annotation };
  try {
    document = parser.parse(text) as { annotation?: Annotation };
  } catch (error) {
    throw new EngineError('invalid-labels', `not XML: ${(error as Error).message}`);
  }
  if (typeof document.annotation !== 'object') throw new EngineError('invalid-labels', 'has no <annotation>');
  return document.annotation;
}

function instanceOf(object: VocObject, index: number): Instance {
  const { xmin, ymin, xmax, ymax } = object.bndbox ?? {};
  const box = [Number(xmin) - 1, Number(ymin) - 1, Number(xmax), Number(ymax)] as const;
  if (!box.every(Number.isFinite)) {
    throw new EngineError(
      'invalid-labels',
      `object ${index + 1}: expected a <bndbox> of four numbers, got ${JSON.stringify(object.bndbox)}`,
    );
  }
  return { box, entry: object };
}

function write(
  annotation: Annotation,
  output: string,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  instances: readonly Instance[],
): string {
  const object = instances.map(({ box, entry }) => {
    const [left, top, right, bottom] = box as NonNullable<Instance['box']>;
    // Whole pixels, at least one of them.
    const [xmin, ymin] = [Math.round(left) + 1, Math.round(top) + 1];
    const bndbox = { xmin, ymin, xmax: Math.max(Math.round(right), xmin), ymax: Math.max(Math.round(bottom), ymin) };
    return { ...(entry as VocObject), bndbox };
  });
  const moved = { ...annotation, filename: basename(output), size: { width, height, depth: channels }, object };
  return builder.build({ annotation: moved }) as string;
}
