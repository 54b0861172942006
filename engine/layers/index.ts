/** The registry: a layer is a file beside this one and a line here. */
import { add } from './add.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm2d } from './batch-norm2d.ts';
import { bias } from './bias.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthToSpace } from './depth-to-space.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { dropout } from './dropout.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { globalAveragePool2d } from './global-average-pool2d.ts';
import { globalMaxPool2d } from './global-max-pool2d.ts';
import type { Layer } from './layer.ts';
import { maxPool2d } from './max-pool2d.ts';
import { pad } from './pad.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { transpose } from './transpose.ts';

export const layers = {
  add,
  averagePool2d,
  batchNorm2d,
  bias,
  concat,
  constant,
  conv2d,
  dense,
  depthToSpace,
  depthwiseConv2d,
  dropout,
  expand,
  flatten,
  gather,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  pad,
  relu,
  relu6,
  reshape,
  resize,
  slice,
  softmax,
  spaceToDepth,
  transpose,
} satisfies Record<string, Layer>;

export type LayerKind = keyof typeof layers;

/** Looks a layer up by the text of a document; undefined where there is none. */
export const findLayer = (kind: string): Layer | undefined =>
  Object.hasOwn(layers, kind) ? layers[kind as LayerKind] : undefined;
