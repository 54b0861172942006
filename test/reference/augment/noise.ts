/** What is drawn for each pixel or cell: the same random words, taken one by one, and the textbook's functions of them. */
import { type Fill, fillLevel } from '../../../engine/augment/resampling.ts';
import { type Key, philox } from '../../../engine/random.ts';
import { mapped } from './levels.ts';
import type { AugmentReference, ReferencePicture } from './reference.ts';

/** Word `index` as assembly/image/words.ts orders them: four blocks side by side. */
export function wordAt(index: number, stream: number, key: Key): number {
  const block = 4 * Math.floor(index / 16) + (index % 4);
  return philox([block, stream, 0, 0], key)[Math.floor(index / 4) % 4] as number;
}

/** Normal `index`: eight of four words, first the cosines, then the sines. */
function normalAt(index: number, key: Key): number {
  const word = wordAt(4 * Math.floor(index / 8) + (index % 4), 0, key);
  const radius = Math.sqrt(-2 * Math.log(((word & 0xffff) + 0.5) / 0x10000));
  const angle = (Math.PI * (word >> 16)) / 0x8000;
  return radius * (index % 8 < 4 ? Math.cos(angle) : Math.sin(angle));
}

/** Radii are off by 7.7e-4 at most, angles by 1.4e-5 of at most 4.9 (assembly/image/normals.ts): 8.4e-4 of the deviation, 40. */
export const gaussianNoise: AugmentReference = {
  run: (image, { std, perChannel }: { readonly std: number; readonly perChannel: boolean }, _, key) =>
    mapped(image, (level, i) => level + std * normalAt(perChannel ? i : Math.floor(i / image.channels), key as Key)),
  bound: 0.034,
};

const LARGE = 16;

function poissonAt(mean: number, index: number, key: Key): number {
  if (mean >= LARGE) {
    const z = normalAt(index, key);
    const skewed = mean + Math.sqrt(mean) * z + (z * z - 1) / 6 - (z ** 3 + 2 * z) / (72 * Math.sqrt(mean));
    return Math.floor(skewed + 0.5);
  }
  const u = ((philox([Math.floor(index / 4), 1, 0, 0], key)[index % 4] as number) + 0.5) / 2 ** 32;
  let count = 0;
  for (let p = Math.exp(-mean), sum = p; u >= sum; sum += p) p *= mean / ++count;
  return count;
}

/**
 * Counts are whole; where the number before rounding lies within its error of a half (1e-3 of a deviation of at most 160,
 * so 0.16 for the least scale, and a few thousandths for the others) a count may be one more, which moves the level by the scale.
 */
export const poissonNoise: AugmentReference = {
  run: (image, { scale }: { readonly scale: number }, _, key) =>
    mapped(image, (level, i) => (level > 0 ? scale * poissonAt(level / scale, i, key as Key) : level)),
  bound: 0.01,
  share: 0.01,
};

const grays = (image: ReferencePicture, strike: (pixel: number) => number | undefined) =>
  mapped(image, (level, i) => strike(Math.floor(i / image.channels)) ?? level);

/** 255·sin², off by less than 1e-10 of it, and f32. */
const GRAY_BOUND = 1e-5;

export const saltAndPepper: AugmentReference = {
  run: (image, { amount }: { readonly amount: number }, _, key) =>
    grays(image, (pixel) => {
      const share = wordAt(pixel, 0, key as Key) / 2 ** 32 / amount;
      return share < 1 ? 127.5 * (1 - Math.cos(Math.PI * share)) : undefined;
    }),
  bound: GRAY_BOUND,
};

interface Cells {
  readonly amount: number;
  readonly size: number;
}

function isStruck(pixel: number, { amount, size }: Cells, { width, height }: ReferencePicture, key: Key): boolean {
  const row = Math.floor(((Math.floor(pixel / width) + 0.5) * size) / height);
  const column = Math.floor((((pixel % width) + 0.5) * size) / width);
  return wordAt(row * size + column, 1, key) / 2 ** 32 < amount;
}

export const coarseSalt: AugmentReference = {
  run: (image, params: Cells, _, key) =>
    grays(image, (pixel) => {
      if (!isStruck(pixel, params, image, key as Key)) return undefined;
      return 127.5 + 127.5 * Math.abs(Math.cos((Math.PI * wordAt(pixel, 0, key as Key)) / 2 ** 32));
    }),
  bound: GRAY_BOUND,
};

export const coarseDropout: AugmentReference = {
  run: (image, params: Cells & { readonly fill: Fill }, _, key) =>
    mapped(image, (level, i) =>
      isStruck(Math.floor(i / image.channels), params, image, key as Key)
        ? fillLevel(params.fill, i % image.channels)
        : level,
    ),
  bound: 0,
};

interface Squares {
  readonly size: number;
  readonly fill: Fill;
  readonly centres: readonly (readonly [number, number])[];
}

/** A pixel is blotted out where its centre is within half a size of a square's centre, both ways. */
export const cutout: AugmentReference = {
  run: (image, { size, fill, centres }: Squares) =>
    mapped(image, (level, i) => {
      const pixel = Math.floor(i / image.channels);
      const isIn = ([x, y]: readonly [number, number]) =>
        [(pixel % image.width) + 0.5 - x, Math.floor(pixel / image.width) + 0.5 - y].every(
          (away) => away >= -size / 2 && away < size / 2,
        );
      return centres.some(isIn) ? fillLevel(fill, i % image.channels) : level;
    }),
  bound: 0,
};
