/** The registry: a layer is a file beside this one and a line here. */

import { abs } from './abs.ts';
import { adaptiveAveragePool2d } from './adaptive-average-pool2d.ts';
import { adaptiveMaxPool2d } from './adaptive-max-pool2d.ts';
import { add } from './add.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm2d } from './batch-norm2d.ts';
import { bias } from './bias.ts';
import { ceil } from './ceil.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { convTranspose2d } from './conv-transpose2d.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthToSpace } from './depth-to-space.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { elu } from './elu.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { fakeQuantize } from './fake-quantize.ts';
import { flatten } from './flatten.ts';
import { floor } from './floor.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { globalAveragePool2d } from './global-average-pool2d.ts';
import { globalMaxPool2d } from './global-max-pool2d.ts';
import { groupNorm } from './group-norm.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { instanceNorm2d } from './instance-norm2d.ts';
import type { Layer } from './layer.ts';
import { layerNorm } from './layer-norm.ts';
import { leakyRelu } from './leaky-relu.ts';
import { log } from './log.ts';
import { logSoftmax } from './log-softmax.ts';
import { matMul } from './mat-mul.ts';
import { max } from './max.ts';
import { maxPool2d } from './max-pool2d.ts';
import { min } from './min.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { prelu } from './prelu.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { scale } from './scale.ts';
import { sigmoid } from './sigmoid.ts';
import { silu } from './silu.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';

export const layers = {
  abs,
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  add,
  averagePool2d,
  batchNorm2d,
  bias,
  ceil,
  clip,
  concat,
  constant,
  conv2d,
  convTranspose2d,
  dense,
  depthToSpace,
  depthwiseConv2d,
  div,
  dropout,
  elu,
  erf,
  exp,
  expand,
  fakeQuantize,
  flatten,
  floor,
  gather,
  gelu,
  globalAveragePool2d,
  globalMaxPool2d,
  groupNorm,
  hardSigmoid,
  hardSwish,
  instanceNorm2d,
  layerNorm,
  leakyRelu,
  log,
  logSoftmax,
  matMul,
  max,
  maxPool2d,
  min,
  mul,
  neg,
  pad,
  pow,
  prelu,
  reciprocal,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  relu6,
  reshape,
  resize,
  scale,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  spaceToDepth,
  sqrt,
  sub,
  tanh,
  transpose,
} satisfies Record<string, Layer>;

export type LayerKind = keyof typeof layers;

/** Looks a layer up by the text of a document; undefined where there is none. */
export const findLayer = (kind: string): Layer | undefined =>
  Object.hasOwn(layers, kind) ? layers[kind as LayerKind] : undefined;
