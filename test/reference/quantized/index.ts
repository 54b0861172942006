/** The registry of references on levels: a layer that computes on levels without one fails the suite. */
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { QuantizedReference } from './levels.ts';
import {
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  averagePool2d,
  byTable,
  concat,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  reduceMean,
  resize,
} from './picks.ts';
import { add, conv2d, dense, depthwiseConv2d, mul } from './sums.ts';

const tables = {
  abs: byTable,
  ceil: byTable,
  clip: byTable,
  elu: byTable,
  erf: byTable,
  exp: byTable,
  fakeQuantize: byTable,
  floor: byTable,
  gelu: byTable,
  hardSigmoid: byTable,
  hardSwish: byTable,
  leakyRelu: byTable,
  log: byTable,
  neg: byTable,
  reciprocal: byTable,
  relu: byTable,
  relu6: byTable,
  sigmoid: byTable,
  silu: byTable,
  softplus: byTable,
  sqrt: byTable,
  tanh: byTable,
} satisfies Partial<Record<LayerKind, QuantizedReference>>;

export const quantizedReferences: Partial<Record<LayerKind, QuantizedReference>> = {
  ...tables,
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  add,
  averagePool2d,
  concat,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  mul,
  reduceMean,
  resize,
};
