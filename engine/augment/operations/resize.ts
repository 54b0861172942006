import { augmentation } from '../augmentation.ts';
import { scaling } from '../matrix.ts';
import { choice, flag, pixels, type Size } from '../options.ts';
import { resizeFilters, resizePicture } from '../resize.ts';

interface Params {
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** The wanted size: one side alone keeps the ratio, none keeps the picture as it is. */
function wanted({ width, height }: Params, size: Size): Size {
  const along = (side: number, from: number, to: number) => Math.max(Math.floor((side * to) / from + 0.5), 1);
  return {
    width: width ?? (height === undefined ? size.width : along(height, size.height, size.width)),
    height: height ?? (width === undefined ? size.height : along(width, size.width, size.height)),
  };
}

/** Another size, in pixels; width or height alone keeps the ratio of the sides. */
export const resize = augmentation({
  summary: 'another size, in pixels',
  options: {
    width: pixels(),
    height: pixels(),
    filter: choice(resizeFilters, 'bilinear'),
    antialias: flag(true),
  },
  settle: (params, _random, size) => ({ ...params, ...wanted(params, size) }),
  matrix: (params, size) => {
    const { width, height } = wanted(params, size);
    return { matrix: scaling(width / size.width, height / size.height), width, height };
  },
  apply: ({ studio, image, params }) => {
    const { width, height } = wanted(params, image);
    return resizePicture(studio, image, width, height, params.filter, params.antialias);
  },
  samples: [
    { width: 19, height: 12 },
    { width: 32 },
    { height: 31, filter: 'lanczos' },
    { width: 13, height: 50, filter: 'bicubic' },
    { width: 50, height: 9, filter: 'box' },
    { width: 17, height: 30, filter: 'area' },
    { width: 17, height: 30, filter: 'nearest' },
    { width: 17, height: 30, filter: 'nearest', antialias: false },
    { width: 21, height: 33, antialias: false },
    { width: 21, height: 33, filter: 'bicubic', antialias: false },
    { width: 29, height: 11, filter: 'lanczos', antialias: false },
  ],
});
