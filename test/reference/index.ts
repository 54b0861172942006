/** The registry of references: a layer without one does not compile. */
import type { LayerKind } from '../../engine/layers/index.ts';
import { add } from './add.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm2d, batchNorm2dTraining } from './batch-norm2d.ts';
import { bias } from './bias.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthToSpace } from './depth-to-space.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { dropout, dropoutTraining } from './dropout.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { globalAveragePool2d } from './global-average-pool2d.ts';
import { globalMaxPool2d } from './global-max-pool2d.ts';
import { maxPool2d } from './max-pool2d.ts';
import { pad } from './pad.ts';
import type { Reference, TrainingReference } from './reference.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize-layer.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { transpose } from './transpose.ts';

export const references = {
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
} satisfies Record<LayerKind, Reference>;

/** Layers that compute something else in training. */
export const trainingReferences: Partial<Record<LayerKind, TrainingReference>> = {
  batchNorm2d: batchNorm2dTraining,
  dropout: dropoutTraining,
};
