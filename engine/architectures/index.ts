/** The registry of architectures: a file beside this one and a line here. */
import type { Architecture } from './architecture.ts';
import { dense } from './dense.ts';
import { lenet } from './lenet.ts';
import { localizer } from './localizer.ts';
import { resnet } from './resnet.ts';

export type { Architecture, ArchitectureOptions } from './architecture.ts';

export const architectures = {
  dense,
  lenet,
  resnet8: resnet(1),
  resnet20: resnet(3),
  localizer,
} satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
