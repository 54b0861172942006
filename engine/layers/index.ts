/** The registry: a layer is a file beside this one and a line here. */
import { add } from './add.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm2d } from './batch-norm2d.ts';
import { bias } from './bias.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool2d } from './global-average-pool2d.ts';
import { globalMaxPool2d } from './global-max-pool2d.ts';
import type { Layer } from './layer.ts';
import { matMul } from './mat-mul.ts';
import { max } from './max.ts';
import { maxPool2d } from './max-pool2d.ts';
import { min } from './min.ts';
import { mul } from './mul.ts';
import { pow } from './pow.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { softmax } from './softmax.ts';
import { sub } from './sub.ts';

export const layers = {
  add,
  averagePool2d,
  batchNorm2d,
  bias,
  constant,
  conv2d,
  dense,
  depthwiseConv2d,
  div,
  dropout,
  flatten,
  globalAveragePool2d,
  globalMaxPool2d,
  matMul,
  max,
  maxPool2d,
  min,
  mul,
  pow,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  relu6,
  softmax,
  sub,
} satisfies Record<string, Layer>;

export type LayerKind = keyof typeof layers;

/** Looks a layer up by the text of a document; undefined where there is none. */
export const findLayer = (kind: string): Layer | undefined =>
  Object.hasOwn(layers, kind) ? layers[kind as LayerKind] : undefined;
