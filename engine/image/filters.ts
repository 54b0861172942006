/** The filters of the course, and filters as users write them: a name or a matrix (AUGMENTATIONS.md §2, `convolve`). */
import { EngineError } from '../errors.ts';

export interface Filter {
  readonly height: number;
  readonly width: number;
  /** [height, width], row by row. */
  readonly weights: Float32Array;
}

/** Rows, and weights a row, that a filter may have. */
export const MAX_FILTER_SIDE = 51;
/** Keeps a sum of 51 · 51 products with levels of 0–255 far inside f32. */
const MAX_WEIGHT = 1e30;

const row = [1, 2, 1];
const outer = (column: readonly number[], line: readonly number[], scale: number) =>
  column.map((a) => line.map((b) => a * b * scale));
const transposed = (matrix: readonly (readonly number[])[]) => matrix[0]!.map((_, x) => matrix.map((line) => line[x]!));
const stacked = (line: readonly number[]) => [line, line, line];

const verticalLines = stacked([-1, 2, -1]);
const prewittX = stacked([-1, 0, 1]);
const sobelX = outer(row, [-1, 0, 1], 1);

const matrices = {
  verticalLines,
  horizontalLines: transposed(verticalLines),
  edges: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  verticalEdges: stacked([1, 0, -1]),
  sobelX,
  sobelY: transposed(sobelX),
  prewittX,
  prewittY: transposed(prewittX),
  laplacian: [
    [0, 1, 0],
    [1, -4, 1],
    [0, 1, 0],
  ],
  box: outer([1, 1, 1], [1, 1, 1], 1 / 9),
  gaussian: outer(row, row, 1 / 16),
  identity: [[1]],
} as const satisfies Record<string, readonly (readonly number[])[]>;

export type FilterName = keyof typeof matrices;

export const filterNames = Object.keys(matrices) as readonly FilterName[];

/**
 * Reads a filter: one of `filterNames`, a matrix as JSON text, or a matrix as an array of rows.
 * @param path where the value stands in its JSON document, for errors
 * @throws EngineError `invalid-input`: unknown name, no JSON, ragged or empty rows, a side above 51, a weight that is no
 * finite number
 */
export function parseFilter(nameOrMatrix: unknown, path = '$'): Filter {
  if (typeof nameOrMatrix !== 'string') return fromMatrix(nameOrMatrix, path);
  const text = nameOrMatrix.trim();
  if (Object.hasOwn(matrices, text)) return fromMatrix(matrices[text as FilterName], path);
  if (!text.startsWith('[')) {
    throw new EngineError(
      'invalid-input',
      `there is no filter "${shortened(text)}": expected ${filterNames.join(', ')} or a matrix such as [[1,0,-1]]`,
    );
  }
  let matrix: unknown;
  try {
    matrix = JSON.parse(text);
  } catch {
    throw new EngineError(
      'invalid-input',
      `the filter "${shortened(text)}" is not JSON: expected as [[1,0,-1],[1,0,-1]]`,
    );
  }
  return fromMatrix(matrix, path);
}

function fromMatrix(matrix: unknown, path: string): Filter {
  return readMatrix(matrix, (message, keys) => {
    return new EngineError(
      'invalid-input',
      message,
      keys.reduce<string>((at, key) => `${at}[${key}]`, path),
    );
  });
}

/** The filter of that name. */
export function namedFilter(name: FilterName): Filter {
  return fromMatrix(matrices[name], '$');
}

/**
 * Reads a matrix: an array of rows.
 * @param fault makes the error from what is wrong and the indices of where
 */
export function readMatrix(matrix: unknown, fault: (message: string, keys: readonly number[]) => EngineError): Filter {
  if (!Array.isArray(matrix) || matrix.length === 0) {
    throw fault('a filter is a name or a non-empty array of rows', []);
  }
  const height = matrix.length;
  const width = Array.isArray(matrix[0]) ? matrix[0].length : 0;
  if (height > MAX_FILTER_SIDE || width > MAX_FILTER_SIDE) {
    throw fault(
      `the filter has ${height}×${width} weights, at most ${MAX_FILTER_SIDE}×${MAX_FILTER_SIDE} are allowed`,
      [],
    );
  }
  const weights = new Float32Array(height * width);
  matrix.forEach((line: unknown, y) => {
    if (!Array.isArray(line) || line.length === 0) throw fault('expected a row of numbers', [y]);
    if (line.length !== width) {
      throw fault(`row ${y} of the filter has ${line.length} weights, row 0 has ${width}`, [y]);
    }
    line.forEach((weight: unknown, x) => {
      if (typeof weight !== 'number' || !(Math.abs(weight) <= MAX_WEIGHT)) {
        throw fault(`expected a finite number of at most ${MAX_WEIGHT}`, [y, x]);
      }
      weights[y * width + x] = weight;
    });
  });
  return { height, width, weights };
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
