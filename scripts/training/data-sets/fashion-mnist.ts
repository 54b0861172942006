/** `fashion-mnist`: 70,000 pictures of clothes, gray, 28×28 (Zalando), out of Debian's package dataset-fashion-mnist. */
import { existsSync } from 'node:fs';
import type { Found, Source } from './data-set.ts';
import { invalidData } from './files.ts';
import { findIdx } from './idx.ts';

const debianFolder = '/usr/share/datasets/fashion-mnist';

export const fashionMnist: Source = {
  folder: undefined,
  find: () => findFashionMnist(debianFolder),
};

/** @throws EngineError `invalid-data` that says what to install where the folder is missing */
export async function findFashionMnist(folder: string): Promise<Found> {
  if (!existsSync(folder)) {
    throw invalidData(
      folder,
      'no such folder: install the Debian package dataset-fashion-mnist (`apt-get install dataset-fashion-mnist`), or give a folder with the four files as idx:DIR',
    );
  }
  return findIdx(folder, {
    source: 'https://github.com/zalandoresearch/fashion-mnist, as in the Debian package dataset-fashion-mnist',
    licence: 'MIT',
    labels: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  });
}
