/** `shapes`: made-up pictures of one shape each, RGB, 64×64, with its class and the box around it. Nothing to download. */
import { createHash } from 'node:crypto';
import { Random, streams } from '../../../engine/random.ts';
import type { Example, Found, Source } from './data-set.ts';
import { shapeNames } from './shape-outline.ts';
import { drawShapePicture } from './shape-picture.ts';

/** The data set is one thing, whatever seed trains on it. */
const SEED = 0;
const PICTURES = { train: 9000, test: 1500 } as const;

export const shapes: Source = { folder: undefined, find: async () => findShapes() };

/** `sha256` is of all pixels, then all boxes (f32, little-endian), the training split before the test split. */
function findShapes(): Found {
  const [train, test] = [draw(0, PICTURES.train), draw(1, PICTURES.test)];
  const digest = createHash('sha256');
  const all = [...train, ...test];
  for (const { image } of all) digest.update(image.data);
  const boxes = new DataView(new ArrayBuffer(16 * all.length));
  all.forEach(({ box }, i) => {
    box?.forEach((side, j) => {
      boxes.setFloat32(16 * i + 4 * j, side, true);
    });
  });
  return {
    labels: shapeNames,
    train,
    test,
    source: 'drawn by scripts/training/data-sets/shapes.ts',
    licence: 'MIT',
    sha256: digest.update(boxes).digest('hex'),
    skipped: [],
  };
}

/** The pictures of a split: as many of each class. */
const draw = (split: number, count: number): Example[] =>
  Array.from({ length: count }, (_, index) => {
    const label = index % shapeNames.length;
    const picture = drawShapePicture(new Random(SEED, streams.shapes, split, index), shapeNames[label]!);
    return { ...picture, class: label };
  });
