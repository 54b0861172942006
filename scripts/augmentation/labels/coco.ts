/**
 * COCO JSON (cocodataset.org, "Data format"): one document a folder with `images`, `annotations`, `categories`. Boxes
 * [x, y, width, height], keypoints [x1, y1, v1, …] and polygons move; `area` follows. Run-length masks (`iscrowd`) do not
 * move along and are refused.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../../../engine/errors.ts';
import { parseJson, parseWith } from '../../../engine/json.ts';
import { writeFileAtomic } from '../../io/atomic-write.ts';
import { atPath } from '../../io/model.ts';
import { byName } from '../../training/data-sets/files.ts';
import { stemOf } from '../pictures.ts';
import type { Instance, LabelFormat, LabelSet, LabelWriter, Point } from './format.ts';

const id = v.union([v.number(), v.string()]);
const annotationSchema = v.looseObject({
  image_id: id,
  bbox: v.optional(v.tuple([v.number(), v.number(), v.number(), v.number()])),
  keypoints: v.optional(v.array(v.number())),
  segmentation: v.optional(v.unknown()),
});
const schema = v.looseObject({
  images: v.array(v.looseObject({ id, file_name: v.string() })),
  annotations: v.array(annotationSchema),
});

type Document = v.InferOutput<typeof schema>;
type Annotation = v.InferOutput<typeof annotationSchema>;

export const coco: LabelFormat = {
  name: 'COCO',
  async open(pictures) {
    // A document beside a picture, of its name, is that picture's own sidecar.
    const stems = new Set(pictures.files.map(stemOf));
    const isDocument = (name: string) => name.endsWith('.json') && !name.includes('/') && !stems.has(stemOf(name));
    const names = [...pictures.others].filter(isDocument).sort(byName);
    for (const name of names) {
      const path = join(pictures.folder, name);
      const document = await atPath(path, async () => asDocument(await readFile(path, 'utf8')));
      if (document) return new CocoSet(name, path, document);
    }
    return undefined;
  },
};

/** Nothing where it is JSON of another kind. */
function asDocument(text: string): Document | undefined {
  const value = parseJson(text);
  const isCoco = typeof value === 'object' && value !== null && 'images' in value && 'annotations' in value;
  return isCoco ? parseWith(schema, value, 'invalid-labels') : undefined;
}

class CocoSet implements LabelSet {
  readonly description: string;
  readonly #path: string;
  readonly #document: Document;
  readonly #byName = new Map<string, Document['images'][number]>();
  readonly #byImage = new Map<number | string, Annotation[]>();

  constructor(name: string, path: string, document: Document) {
    this.description = name;
    this.#path = path;
    this.#document = document;
    for (const image of document.images) this.#byName.set(image.file_name, image);
    for (const annotation of document.annotations) {
      const list = this.#byImage.get(annotation.image_id) ?? [];
      list.push(annotation);
      this.#byImage.set(annotation.image_id, list);
    }
  }

  #imageOf(file: string): Document['images'][number] | undefined {
    // Many sets name files without their folder.
    return this.#byName.get(file) ?? this.#byName.get(basename(file));
  }

  async labelsOf(file: string): Promise<readonly Instance[] | undefined> {
    const image = this.#imageOf(file);
    if (!image) return undefined;
    return (this.#byImage.get(image.id) ?? []).map((annotation) => this.#instance(annotation));
  }

  #instance(annotation: Annotation): Instance {
    const fault = (message: string) =>
      new EngineError('invalid-labels', `${this.#path}: annotation ${String(annotation.id)}: ${message}`);
    const { bbox, keypoints, segmentation } = annotation;
    if (keypoints && keypoints.length % 3 !== 0)
      throw fault(`has ${keypoints.length} numbers of keypoints, expected threes`);
    if (segmentation !== undefined && !isPolygons(segmentation)) {
      throw fault('has a mask that is no list of polygons (run lengths are not moved)');
    }
    return {
      ...(bbox ? { box: [bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]] as const } : {}),
      ...(keypoints ? { keypoints: tuples<readonly [number, number, number]>(keypoints, 3) } : {}),
      ...(segmentation ? { polygons: segmentation.map((numbers) => tuples<Point>(numbers, 2)) } : {}),
      entry: annotation,
    };
  }

  writer(outFolder: string): LabelWriter {
    const images: Record<string, unknown>[] = [];
    const annotations: Record<string, unknown>[] = [];
    return {
      add: async (source, output, { width, height }, instances) => {
        const image = this.#imageOf(source);
        if (!image) return;
        const imageId = images.length + 1;
        images.push({ ...image, id: imageId, file_name: output, width, height });
        for (const instance of instances) {
          annotations.push({ ...moved(instance), id: annotations.length + 1, image_id: imageId });
        }
      },
      finish: () =>
        writeFileAtomic(
          join(outFolder, basename(this.#path)),
          `${JSON.stringify({ ...this.#document, images, annotations })}\n`,
        ),
    };
  }
}

function isPolygons(value: unknown): value is number[][] {
  const isPolygon = (list: unknown) => Array.isArray(list) && list.length % 2 === 0 && list.every(Number.isFinite);
  return Array.isArray(value) && value.every(isPolygon);
}

function tuples<T>(numbers: readonly number[], length: number): T[] {
  return Array.from({ length: numbers.length / length }, (_, i) => numbers.slice(i * length, (i + 1) * length) as T);
}

function moved({ box, keypoints, polygons, entry }: Instance): Record<string, unknown> {
  const annotation: Record<string, unknown> = { ...(entry as Annotation) };
  if (box) {
    annotation.bbox = [box[0], box[1], box[2] - box[0], box[3] - box[1]];
    annotation.area = (box[2] - box[0]) * (box[3] - box[1]);
  }
  if (keypoints) {
    annotation.keypoints = keypoints.flat();
    annotation.num_keypoints = keypoints.filter(([, , visibility]) => visibility > 0).length;
  }
  if (polygons) {
    annotation.segmentation = polygons.map((points) => points.flat());
    annotation.area = polygons.reduce((sum, points) => sum + polygonArea(points), 0);
  }
  return annotation;
}

function polygonArea(points: readonly Point[]): number {
  const twice = points.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length] as Point;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
