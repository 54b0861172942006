import { excerpt } from '../../json.ts';
import { augmentation } from '../augmentation.ts';
import { fixed, length, number } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';
import { bytesPerPixel, fillOption, fillPixel } from '../resampling.ts';

type Centre = readonly [x: number, y: number];

const MAX_COUNT = 100;

function parseCentres(value: unknown, path: Path): readonly Centre[] {
  const isCentre = (item: unknown) =>
    Array.isArray(item) && item.length === 2 && item.every((at) => Number.isFinite(at));
  if (!Array.isArray(value) || value.length > MAX_COUNT || !value.every(isCentre)) {
    throw pipelineError(path, `expected a list of at most ${MAX_COUNT} points [x, y], got ${excerpt(value)}`);
  }
  return value as readonly Centre[];
}

/** Blots out squares: their centres lie anywhere in the picture, what sticks out is cut off. */
export const cutout = augmentation({
  summary: 'blots out squares',
  options: {
    count: number({ default: 1, min: 0, max: MAX_COUNT, integer: true }),
    size: length({ default: [0.1, 0.3], min: 0, max: 1, side: 'shorter' }),
    fill: fillOption,
    centres: fixed<readonly Centre[] | undefined>(
      'points [x, y] in pixels; overrides count',
      parseCentres,
      undefined,
      '–',
    ),
  },
  settle: (params, random, { width, height }) => {
    const draw = (): Centre => [random.float() * width, random.float() * height];
    const centres = params.centres ?? Array.from({ length: params.count }, draw);
    return { ...params, count: centres.length, centres };
  },
  apply: ({ studio, image, params: { size, fill, centres } }) => {
    const { ptr, width, height } = image;
    const level = fillPixel(studio, image, fill);
    const pixel = bytesPerPixel(image);
    for (const [x, y] of centres as readonly Centre[]) {
      const [left, right] = ends(x, size, width);
      const [top, bottom] = ends(y, size, height);
      for (let row = top; right > left && row < bottom; row++) {
        studio.call.fillPixels(ptr + (row * width + left) * pixel, right - left, level, pixel);
      }
    }
    return image;
  },
  samples: [{ count: 2, size: 0.4, fill: 128 }, { size: { value: 5, unit: 'pixels' } }, { count: 0 }],
});

/** The whole pixels whose centres lie in a stretch of that size, within 0 … side. */
function ends(centre: number, size: number, side: number): readonly [number, number] {
  const within = (edge: number) => Math.min(Math.max(Math.floor(edge + 0.5), 0), side);
  return [within(centre - size / 2), within(centre + size / 2)];
}
