/** Augmentations that copy pixels to other places, unchanged. */
import type { MatrixMotion, Work } from './augmentation.ts';
import type { Matrix } from './matrix.ts';
import type { Size } from './options.ts';
import { bytesPerPixel } from './resampling.ts';
import type { Picture } from './studio.ts';

/** Copies whole pixels: `columns` of the matrix are those of a permutation with signs. */
export function copyAlong({ studio, image }: Pick<Work<unknown>, 'studio' | 'image'>, motion: MatrixMotion): Picture {
  const target = studio.picture(motion.width, motion.height, image.channels, image.type);
  const pixel = bytesPerPixel(image);
  const row = image.width * pixel;
  const [a, b, , d, e] = motion.matrix;
  // A step along a row of the target, and one down, is one of these in the source: the inverse of a permutation.
  const across = a * pixel + b * row;
  const down = d * pixel + e * row;
  const isBack = (step: number) => step < 0;
  const first = (isBack(across) ? -across * (motion.width - 1) : 0) + (isBack(down) ? -down * (motion.height - 1) : 0);
  studio.call.copyPixels(image.ptr + first, across, down, target.ptr, motion.width, motion.height, pixel);
  return target;
}

/** Mirrored left and right. */
export function mirrorAcross({ width, height }: Size): MatrixMotion {
  return { matrix: [-1, 0, width, 0, 1, 0, 0, 0, 1], width, height };
}

/** Mirrored up and down. */
export function mirrorDown({ width, height }: Size): MatrixMotion {
  return { matrix: [1, 0, 0, 0, -1, height, 0, 0, 1], width, height };
}

/** Rows become columns. */
export function transposed({ width, height }: Size): MatrixMotion {
  return { matrix: [0, 1, 0, 1, 0, 0, 0, 0, 1], width: height, height: width };
}

/** Clockwise by quarters of a turn, 0–3. */
export function quarterTurns(times: number, { width, height }: Size): MatrixMotion {
  const matrices: readonly Matrix[] = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0, -1, height, 1, 0, 0, 0, 0, 1],
    [-1, 0, width, 0, -1, height, 0, 0, 1],
    [0, 1, 0, -1, 0, width, 0, 0, 1],
  ];
  const isTurned = times % 2 === 1;
  return { matrix: matrices[times] as Matrix, width: isTurned ? height : width, height: isTurned ? width : height };
}
