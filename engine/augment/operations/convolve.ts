import { type Filter, type FilterName, filterNames, namedFilter, readMatrix } from '../../image/filters.ts';
import { augmentation } from '../augmentation.ts';
import { correlate, reflected } from '../filtering.ts';
import { choice, fixed } from '../options.ts';
import { type Path, pipelineError } from '../pipeline-error.ts';
import { isFloat } from '../resampling.ts';

type Matrix = readonly (readonly number[])[];

function parseMatrix(value: unknown, path: Path): Matrix {
  readMatrix(value, (message, keys) => pipelineError([...path, ...keys], message));
  return value as Matrix;
}

function filterOf(name: FilterName | undefined, matrix: Matrix | undefined): Filter {
  if (name !== undefined) return namedFilter(name);
  return readMatrix(matrix, (message, keys) => pipelineError(['matrix', ...keys], message));
}

/**
 * Lays a filter of at most 51×51 weights over every channel: correlation, the anchor in the middle (behind it for an even
 * side). `clip` shows the sums as levels. `signed` paints the sum of the three channels, blue below 0, white at 0, red
 * above, full at the largest magnitude: it is a picture in colour and so needs one, a fourth channel stays as it is.
 */
export const convolve = augmentation({
  summary: 'lays a filter over the picture: one of the named ones, or a matrix',
  options: {
    filter: choice<FilterName>(filterNames, 'gaussian'),
    matrix: fixed<Matrix | undefined>('rows of numbers, at most 51×51', parseMatrix, undefined, '–'),
    output: choice(['clip', 'signed'], 'clip'),
    ...reflected,
  },
  groups: [['filter', 'matrix']],
  alternatives: [['filter', 'matrix']],
  needsRgbFor: { output: 'signed' },
  apply: ({ studio, image, params }) => {
    const filter = filterOf(params.filter, params.matrix);
    if (params.output === 'clip') return correlate(studio, image, filter, params);
    const sums = correlate(studio, image, filter, params, 'f32');
    const target = studio.like(image);
    const pixels = image.width * image.height;
    studio.call.paintSigned(sums.ptr, image.ptr, target.ptr, pixels, image.channels, isFloat(image));
    return target;
  },
  samples: [
    { filter: 'edges' },
    { filter: 'sobelX', output: 'signed' },
    { filter: 'box', border: 'symmetric' },
    { matrix: [[1, 0, -1]], border: 'constant', fill: 128 },
    { matrix: [[0.5], [0.25], [0], [0.25]], border: 'wrap' },
    { matrix: Array.from({ length: 6 }, (_, i) => [i - 2, 0.1 * i, 1, -1, 0.3]), output: 'signed', border: 'edge' },
    { matrix: Array.from({ length: 5 }, (_, i) => [i - 2, 1, 2, 1, 2 - i]) },
  ],
});
