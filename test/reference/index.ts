/** The registry of references: a layer without one does not compile. */
import type { LayerKind } from '../../engine/layers/index.ts';
import { adaptiveAveragePool2d } from './adaptive-average-pool2d.ts';
import { adaptiveMaxPool2d } from './adaptive-max-pool2d.ts';
import { add } from './add.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm2d, batchNorm2dTraining } from './batch-norm2d.ts';
import { bias } from './bias.ts';
import { constant } from './constant.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { dropout, dropoutTraining } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool2d } from './global-average-pool2d.ts';
import { globalMaxPool2d } from './global-max-pool2d.ts';
import { groupNorm } from './group-norm.ts';
import { instanceNorm2d } from './instance-norm2d.ts';
import { layerNorm } from './layer-norm.ts';
import { maxPool2d } from './max-pool2d.ts';
import type { Reference, TrainingReference } from './reference.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { softmax } from './softmax.ts';

export const references = {
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  add,
  averagePool2d,
  batchNorm2d,
  bias,
  constant,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAveragePool2d,
  globalMaxPool2d,
  groupNorm,
  instanceNorm2d,
  layerNorm,
  maxPool2d,
  relu,
  relu6,
  softmax,
} satisfies Record<LayerKind, Reference>;

/** Layers that compute something else in training. */
export const trainingReferences: Partial<Record<LayerKind, TrainingReference>> = {
  batchNorm2d: batchNorm2dTraining,
  dropout: dropoutTraining,
};
