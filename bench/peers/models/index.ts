/** The networks of the comparison: a file beside this one and a line here. */
import type { Model } from '../../../engine/model-file.ts';
import { lenet } from './lenet.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { mobilenetV3Small } from './mobilenet-v3-small.ts';
import { resnet18 } from './resnet18.ts';
import { squeezenet } from './squeezenet.ts';

export const networks = {
  lenet,
  'mobilenet-v2': mobilenetV2,
  'mobilenet-v3-small': mobilenetV3Small,
  'squeezenet1.1': squeezenet,
  resnet18,
} satisfies Record<string, () => Model>;

export type NetworkName = keyof typeof networks;
export const networkNames = Object.keys(networks) as readonly NetworkName[];
