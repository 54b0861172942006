/** Cases that hand over what an augmentation would draw by itself (noise, labels, planes), and check the rest of it. */

import type { Image } from '../../engine/image/image.ts';
import type { ImageKernels } from '../../engine/image/kernels.ts';
import type { Values } from './compare.ts';
import type { Params } from './nodes.ts';

export interface Files {
  /** A file of the set, little-endian. */
  readonly read: (file: unknown) => Promise<Uint8Array>;
  readonly picture: (file: unknown) => Promise<Image>;
}

type Part = (kernels: ImageKernels, image: Image, params: Params, files: Files) => Promise<Values>;

export const givenParts: Readonly<Record<string, Part>> = {};
