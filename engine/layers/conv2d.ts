/**
 * 2-D convolution (cross-correlation, as in every CNN library).
 *   x [N,H,W,IC] ⋆ filter [KH,KW,IC/groups,OC] + bias [OC] → y [N,OH,OW,OC];  ONNX Conv without auto_pad
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { at, call, type KernelCall, type Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { denseGradients } from './conv2d-gradients.ts';
import {
  type ConvolutionAttributes,
  columnsBytes,
  gatherCost,
  groupIndices,
  matrixSizes,
  packedFilter,
} from './conv2d-matrices.ts';
import { isRouted, pooledAlgorithms, routedGradients } from './conv2d-pooled.ts';
import { foldInputScale, foldIntoFilter } from './fold.ts';
import { blockRows, clampArguments, gemmCost } from './gemm.ts';
import { type Algorithm, type Context, layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { quantizedConv2d } from './quantized/conv2d.ts';
import { isPointwise, onnxWindow, pair, widened, windowArguments, windowEntries, windowOutput } from './window.ts';
import { five, winograd } from './winograd.ts';

const channelCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576));

const attributes = v.strictObject({
  filters: channelCount,
  ...windowEntries,
  stride: v.optional(pair, 1),
  groups: v.optional(channelCount, 1),
  bias: v.optional(v.boolean(), true),
});

export type Conv2dAttributes = v.InferOutput<typeof attributes>;

function im2col(c: Context<ConvolutionAttributes>): KernelCall[] {
  const x = c.x[0] as Operand;
  const { channels, m, k, n } = matrixSizes(x.shape, c.y.shape, c.a);
  const { panels, groupBytes } = packedFilter(c);
  const rows = blockRows(m, k);
  const columns = c.scratch(columnsBytes(rows, k));
  return groupIndices(c.a).map((group) =>
    call(
      'conv2d',
      at(x, 4 * group * channels),
      windowArguments(x.shape, c.y.shape, c.a, channels),
      4 * (x.shape[3] as number),
      at(panels, group * groupBytes),
      at(c.y, 4 * group * n),
      4 * c.a.filters,
      n,
      c.epilogue.residual ? at(c.epilogue.residual, 4 * group * n) : 0,
      clampArguments(c),
      columns,
      rows,
      c.capabilities.rowsPerTile,
    ),
  );
}

function pointwise(c: Context<ConvolutionAttributes>): KernelCall {
  const x = c.x[0] as Operand;
  const { m, k, n } = matrixSizes(x.shape, c.y.shape, c.a);
  const { panels } = packedFilter(c);
  const residual = c.epilogue.residual ?? 0;
  const { rowsPerTile } = c.capabilities;
  return call('gemm', x, 4 * k, panels, c.y, 4 * n, residual, m, k, n, clampArguments(c), rowsPerTile, blockRows(m, k));
}

/** Those of a convolution whose outputs are all written. */
function algorithms(c: Context<ConvolutionAttributes>): readonly Algorithm[] {
  const { m, k, n } = matrixSizes((c.x[0] as Operand).shape, c.y.shape, c.a);
  const gather = { name: 'im2col', cost: gatherCost(m, k, n, c.a.groups), calls: () => im2col(c) };
  if (c.a.groups > 1 || !isPointwise(c.a)) return [...winograd(c), gather];
  return [{ name: 'pointwise', cost: gemmCost(m, k, n), calls: () => pointwise(c) }, gather];
}

/** With those that are not worth their bytes where inference ships. */
const trainingAlgorithms = (c: Context<ConvolutionAttributes>): readonly Algorithm[] => [
  ...algorithms(c),
  ...winograd(c, five),
];

export const conv2d = layer({
  attributes,

  inferShape: ([x], a) => {
    const channels = x?.[3] as number;
    if (channels === 0) throw new EngineError('shape-mismatch', `an input ${formatShape(x as Shape)} has no channels`);
    if (x?.length === 4 && (channels % a.groups !== 0 || a.filters % a.groups !== 0)) {
      throw new EngineError(
        'shape-mismatch',
        `${a.groups} groups do not divide ${channels} input channels and ${a.filters} filters, input ${formatShape(x)}`,
      );
    }
    return windowOutput(x, a, a.filters);
  },

  weights: ([x], a) => {
    const channels = ((x as Shape)[3] as number) / a.groups;
    const shape = [...a.size, channels, a.filters];
    const fanIn = a.size[0] * a.size[1] * channels;
    return {
      filter: { shape, initializer: { heUniform: { fanIn } }, decay: true },
      ...(a.bias && { bias: { shape: [a.filters], initializer: 'zeros' } as const }),
    };
  },

  macs: ([x], y, a) => {
    const { m, k, n } = matrixSizes(x as Shape, y, a);
    return m * k * n * a.groups;
  },

  algorithms,
  trainingAlgorithms: (c) => (c.epilogue.maxPool ? pooledAlgorithms(c, trainingAlgorithms) : trainingAlgorithms(c)),
  gradients: (c) => (c.epilogue.maxPool ? routedGradients(c) : denseGradients(c)),

  quantized: quantizedConv2d,

  featureMap: true,
  epilogue: { clamp: true, residual: true, clampInTraining: true, maxPool: isRouted },
  foldAffine: (w, a, affine) => ({ weights: foldIntoFilter(w, affine, a.filters), attributes: { ...a, bias: true } }),
  foldInputScale: (w, { groups }, scale) => (groups === 1 ? foldInputScale(w, scale) : undefined),

  widenPadding: widened,

  onnx: (o) => {
    const weights = [o.weight('filter', [3, 2, 0, 1]), o.a.bias ? o.weight('bias') : ''];
    const attributes = { ...onnxWindow(o.x[0] as Shape, o.a), group: o.a.groups };
    return channelsFirst(o.node('Conv', [o.image(0), ...weights], attributes));
  },

  samples: [
    { input: [1, 5, 5, 1], filters: 1, size: 3, bias: false },
    { input: [2, 7, 5, 3], filters: 8, size: 3, padding: 1 },
    { input: [1, 9, 8, 4], filters: 5, size: [3, 2], stride: 2, padding: 'same' }, // a column tail, an even window
    { input: [1, 8, 7, 3], filters: 4, size: [4, 2], padding: 'sameLower' },
    { input: [2, 6, 6, 6], filters: 9, size: 3, groups: 3, padding: [1, 0, 2, 1] },
    { input: [1, 11, 9, 2], filters: 16, size: [3, 5], dilation: [2, 1], padding: [2, 3], stride: [1, 2] },
    { input: [3, 5, 7, 10], filters: 17, size: 1 }, // pointwise with tails in rows and columns
    { input: [1, 6, 6, 3], filters: 4, size: 1, stride: 2, bias: false },
    { input: [1, 23, 23, 8], filters: 12, size: 3, padding: 1 }, // two blocks of rows
    { input: [2, 9, 14, 5], filters: 11, size: 3, padding: [0, 1, 2, 0] }, // Winograd with tails everywhere
    { input: [1, 26, 26, 104], filters: 4, size: 3, bias: false }, // Winograd in two blocks
    { input: [1, 5, 6, 288], filters: 16, size: 3, padding: 1 }, // its filters eight at a time
  ],
});
