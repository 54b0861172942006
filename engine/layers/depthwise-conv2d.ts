/**
 * Depthwise convolution: every channel is filtered by itself, with `multiplier` filters.
 *   x [N,H,W,C] ⋆ filter [KH,KW,C,M] + bias [C·M] → y [N,OH,OW,C·M], output c·M + m from input c
 *   ONNX Conv with group = C
 */
import * as v from 'valibot';
import { call, type KernelCall, type Operand } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { foldInputScale, foldIntoFilter } from './fold.ts';
import { clampArguments } from './gemm.ts';
import { type Context, layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { quantizedDepthwiseConv2d } from './quantized/depthwise-conv2d.ts';
import { extent, onnxWindow, pair, widened, windowArguments, windowEntries, windowOutput } from './window.ts';

const attributes = v.strictObject({
  multiplier: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)), 1),
  ...windowEntries,
  stride: v.optional(pair, 1),
  bias: v.optional(v.boolean(), true),
});
type Attributes = v.InferOutput<typeof attributes>;

const inputChannels = (x: Shape | undefined): number => x?.[3] as number;

function pixelByPixel(c: Context<Attributes>): KernelCall {
  const x = c.x[0] as Operand;
  const geometry = windowArguments(x.shape, c.y.shape, c.a);
  const weights = [c.w.filter as Operand, c.w.bias ?? 0, c.a.multiplier];
  return call('depthwiseConv2d', x, geometry, weights, c.y, c.epilogue.residual ?? 0, clampArguments(c));
}

/** What assembly/depthwise-tiles.ts is made for: at most half a window beyond either side of the image, among others. */
function hasTiles({ x, y, a }: Context<Attributes>): boolean {
  const width = (x[0] as Operand).shape[2] as number;
  const [, , columns, channels] = y.shape as [number, number, number, number];
  const isSmall = (a.size[1] === 3 || a.size[1] === 5) && a.stride[1] <= 2;
  const isDense = a.multiplier === 1 && a.dilation[0] === 1 && a.dilation[1] === 1;
  const left = extent(a, 1, width).before;
  const right = (columns - 1) * a.stride[1] + a.size[1] - left - width;
  const half = a.size[1] >> 1;
  return isSmall && isDense && channels % 4 === 0 && columns >= 4 && left <= half && right <= half;
}

function tiles(c: Context<Attributes>): KernelCall {
  const x = c.x[0] as Operand;
  const geometry = windowArguments(x.shape, c.y.shape, c.a).slice(0, -2); // no dilation
  const weights = [c.w.filter as Operand, c.w.bias ?? 0];
  const residual = c.epilogue.residual ?? 0;
  return call('depthwiseConv2dTiles', x, geometry, weights, c.y, residual, clampArguments(c));
}

export const depthwiseConv2d = layer<Attributes>({
  attributes,

  inferShape: ([x], a) => windowOutput(x, a, inputChannels(x) * a.multiplier),

  weights: ([x], a) => {
    const fanIn = a.size[0] * a.size[1];
    const outputs = inputChannels(x) * a.multiplier;
    return {
      filter: {
        shape: [...a.size, inputChannels(x), a.multiplier],
        initializer: { heUniform: { fanIn } },
        decay: true,
      },
      ...(a.bias && { bias: { shape: [outputs], initializer: 'zeros' } as const }),
    };
  },

  macs: (_, y, a) => elementCount(y) * a.size[0] * a.size[1],

  algorithms: (c) => {
    const taps = elementCount(c.y.shape) * c.a.size[0] * c.a.size[1];
    // A pixel by itself loads two vectors for every product: it takes about twice as long as a tile of four.
    const direct = { name: 'direct', cost: 2 * taps, calls: () => pixelByPixel(c) };
    return hasTiles(c) ? [{ name: 'tiles', cost: taps, calls: () => tiles(c) }, direct] : [direct];
  },

  quantized: quantizedDepthwiseConv2d,

  epilogue: { clamp: true, residual: true, clampInTraining: true },
  foldAffine: (w, a, affine) => ({
    weights: foldIntoFilter(w, affine, affine.scale.length),
    attributes: { ...a, bias: true },
  }),
  foldInputScale: (w, _, scale) => foldInputScale(w, scale),

  backward: (c) => {
    const x = c.x[0] as Operand;
    const geometry = windowArguments(x.shape, c.dy.shape, c.a);
    const filter = c.w.filter as Operand;
    const dw = c.dw.filter as Operand;
    const dx = c.dx[0];
    const outputs = inputChannels(c.dy.shape);
    const rows = elementCount(c.dy.shape) / outputs;
    return [
      call('fillZero', dw, dw.region.bytes),
      ...(dx ? [call('fillZero', dx, dx.region.bytes)] : []),
      call('depthwiseConv2dBackward', x, geometry, filter, c.a.multiplier, c.dy, dx ?? 0, dw),
      ...(c.dw.bias ? [call('columnSums', c.dy, 4 * outputs, rows, outputs, c.dw.bias)] : []),
    ];
  },

  widenPadding: widened,

  onnx: (o) => {
    const channels = (o.x[0] as Shape)[3] as number;
    const filter = o.weight('filter', [2, 3, 0, 1], [channels * o.a.multiplier, 1, ...o.a.size]);
    const attributes = { ...onnxWindow(o.x[0] as Shape, o.a), group: channels };
    return channelsFirst(o.node('Conv', [o.image(0), filter, o.a.bias ? o.weight('bias') : ''], attributes));
  },

  samples: [
    { input: [1, 6, 9, 8], size: 3, padding: 1 }, // tiles: a row that four do not divide, edges on both sides
    { input: [2, 5, 12, 4], size: 3, stride: 2, padding: [0, 1, 0, 1], bias: false },
    { input: [1, 9, 11, 12], size: 5, padding: 2 },
    { input: [1, 12, 13, 4], size: [3, 5], stride: 2, padding: 'same' },
    { input: [1, 2, 4, 4], size: 3, padding: [3, 3, 4, 4] }, // windows that see nothing, too far out for tiles
    { input: [1, 5, 7, 4], size: 5, padding: [2, 2, 1, 3] }, // one side half a window, the other more
    { input: [1, 5, 5, 4], size: 3, padding: 1 },
    { input: [2, 7, 5, 9], size: 3, stride: 2, padding: 'same' }, // odd sides, a channel tail
    { input: [1, 8, 6, 3], size: [3, 2], dilation: [2, 1], padding: [1, 2, 0, 1], bias: false },
    { input: [2, 5, 4, 3], size: 3, padding: 1, multiplier: 2 },
    { input: [3, 1, 6, 1], size: [1, 3], stride: [1, 2], padding: [0, 1] },
    { input: [1, 6, 5, 4], size: [2, 4], stride: [2, 1], padding: 'sameLower' },
    { input: [1, 4, 1, 5], size: 5, padding: 2, multiplier: 3, bias: false },
  ],
});
