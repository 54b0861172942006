import { excerpt } from '../../json.ts';
import { augmentation } from '../augmentation.ts';
import { fixed, flag, length, type Side } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';
import { changeSides, sidesMotion, wholeSides } from '../sides.ts';

const cut = (side: Side) => length({ default: [0, 0.1], min: 0, max: 1, neutral: 0, side });

type PairSize = readonly [height: number, width: number];

const MAX_PIXELS = 16_384;

function parseSize(value: unknown, path: Path): PairSize {
  const isSide = (side: unknown) => Number.isInteger(side) && (side as number) >= 1 && (side as number) <= MAX_PIXELS;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isSide)) {
    throw pipelineError(path, `expected [height, width] in pixels, 1 … ${MAX_PIXELS}, got ${excerpt(value)}`);
  }
  return value as unknown as PairSize;
}

/** Pixels taken away, as sides that lose them. */
interface Cuts {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
  readonly keepSize: boolean;
}

/** Adding zero turns −0 into 0. */
function asSides({ top, right, bottom, left, keepSize }: Cuts): Cuts {
  return { top: -top + 0, right: -right + 0, bottom: -bottom + 0, left: -left + 0, keepSize };
}

/** Takes pixels away at the sides, at least one is left; or cuts a part of a given size out, anywhere. */
export const crop = augmentation({
  summary: 'takes pixels away at the sides, or all but a part of a given size',
  options: {
    top: cut('height'),
    right: cut('width'),
    bottom: cut('height'),
    left: cut('width'),
    size: fixed<PairSize | undefined>('[height, width] in pixels, at a random position', parseSize, undefined, '–'),
    keepSize: flag(false),
  },
  groups: [['top', 'right', 'bottom', 'left']],
  alternatives: [
    ['size', 'top'],
    ['size', 'right'],
    ['size', 'bottom'],
    ['size', 'left'],
  ],
  settle: (params, random, size, path) => {
    if (!params.size) return { ...params, ...asSides({ ...params, ...wholeSides(asSides(params), size) }) };
    const [height, width] = params.size;
    if (height > size.height || width > size.width) {
      throw pipelineError(
        [...path, 'size'],
        `expected at most the picture's [${size.height}, ${size.width}], got [${height}, ${width}]`,
      );
    }
    const top = random.below(size.height - height + 1);
    const left = random.below(size.width - width + 1);
    const bottom = size.height - height - top;
    return { ...params, size: undefined, top, right: size.width - width - left, bottom, left };
  },
  matrix: (params, size) => sidesMotion(asSides(params), size),
  apply: (work) => changeSides(work, asSides(work.params), 'constant', 0),
  samples: [
    { top: 0.1, left: 0.2, right: { value: 3, unit: 'pixels' } },
    { top: { value: 12, unit: 'pixels' }, bottom: { value: 200, unit: 'pixels' } },
    { left: 0.25, bottom: 0.1, keepSize: true },
    { size: [1, 1] },
    {},
  ],
});
