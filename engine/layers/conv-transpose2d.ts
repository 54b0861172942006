/**
 * Transposed convolution: every pixel adds the filter, times its value, to the output; what a convolution is backwards.
 *   x [N,H,W,IC], filter [KH,KW,IC,OC/groups], bias [OC] → y [N,OH,OW,OC]
 *   OH = stride·(H − 1) + outputPadding + (KH − 1)·dilation + 1 − top − bottom;  ONNX ConvTranspose
 * Padding cuts off; `outputPadding` adds rows at the bottom and columns at the right. `same`: OH = H·stride.
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { at, call, type KernelCall, type Operand } from '../region.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { broadcastCall } from './broadcast.ts';
import { rowsAndChannels } from './channels.ts';
import { columnsBytes } from './conv2d-matrices.ts';
import { foldIntoFilter } from './fold.ts';
import { blockRows, clampArguments, panelBytes } from './gemm.ts';
import { type BackwardContext, type Context, layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { imageSides, pair, pixelsPair, sameBefore, windowArguments, windowEntries } from './window.ts';

const channelCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576));

const attributes = v.strictObject({
  filters: channelCount,
  ...windowEntries,
  stride: v.optional(pair, 1),
  outputPadding: v.optional(pixelsPair, 0),
  groups: v.optional(channelCount, 1),
  bias: v.optional(v.boolean(), true),
});

export type ConvTranspose2dAttributes = v.InferOutput<typeof attributes>;
type Attributes = ConvTranspose2dAttributes;

interface Extent {
  readonly output: number;
  readonly before: number;
  readonly after: number;
  /** Rows that `same` wants and no window reaches. */
  readonly beyond: number;
}

/** Output length along one axis, and how much is cut off before and behind it. */
function extent(a: Attributes, axis: 0 | 1, input: number): Extent {
  const stride = a.stride[axis];
  const reach = (a.size[axis] - 1) * a.dilation[axis] + 1;
  const whole = stride * (input - 1) + a.outputPadding[axis] + reach;
  if (typeof a.padding === 'string') {
    const output = stride * input;
    const total = Math.max(0, whole - output);
    const before = sameBefore(a.padding, total);
    return { output, before, after: total - before, beyond: Math.max(0, output - whole) };
  }
  const [before, after] = [a.padding[2 * axis] as number, a.padding[2 * axis + 1] as number];
  return { output: whole - before - after, before, after, beyond: 0 };
}

/** The convolution from y back to x, as kernels take it, of one group's channels. */
function geometry(x: Shape, y: Shape, a: Attributes): readonly number[] {
  const [top, left] = [extent(a, 0, x[1] as number).before, extent(a, 1, x[2] as number).before];
  return windowArguments(y, x, { ...a, padding: [top, 0, left, 0] }, a.filters / a.groups);
}

/** One group's matrices: m pixels of x with k channels each; n values of y under one of them, `outputs` for each tap. */
function matrixSizes(x: Shape, a: Attributes) {
  const outputs = a.filters / a.groups;
  const taps = a.size[0] * a.size[1];
  const [n, h, w, channels] = x as [number, number, number, number];
  return { m: n * h * w, k: channels / a.groups, n: taps * outputs, outputs, taps, channels };
}

const groupIndices = (a: Attributes): readonly number[] => Array.from({ length: a.groups }, (_, group) => group);

function forward(c: Context<Attributes>): KernelCall[] {
  const x = c.x[0] as Operand;
  const { m, k, n, outputs, taps, channels } = matrixSizes(x.shape, c.a);
  const groupBytes = panelBytes(k, n);
  const filter = c.w.filter as Operand;
  const panels = c.packed('panels', groupBytes * c.a.groups, (target) =>
    groupIndices(c.a).map((group) => {
      const rows = [1, 0, k, 4 * outputs];
      const columns = [taps, 4 * channels * outputs, outputs, 4];
      const part = { region: target, offsetBytes: group * groupBytes };
      return call('packPanelsStrided', at(filter, 4 * group * k * outputs), rows, columns, part);
    }),
  );
  const rows = blockRows(m, n);
  const columns = c.scratch(4 * rows * n);
  const scatters = groupIndices(c.a).map((group) =>
    call(
      'conv2dTransposed',
      at(c.y, 4 * group * outputs),
      geometry(x.shape, c.y.shape, c.a),
      4 * c.a.filters,
      at(x, 4 * group * k),
      4 * channels,
      { region: panels, offsetBytes: group * groupBytes },
      k,
      columns,
      rows,
      c.capabilities.rowsPerTile,
    ),
  );
  return [call('fillZero', c.y, c.y.region.bytes), ...scatters, ...finish(c)];
}

/** In place, once all is added up: bias, residual, clamp. */
function finish(c: Context<Attributes>): KernelCall[] {
  const { bias } = c.w;
  const { residual, lo, hi } = c.epilogue;
  const count = elementCount(c.y.shape);
  const addBias = (limits: readonly number[]) =>
    bias ? [call('addBias', c.y, bias, c.y, rowsAndChannels(c.y.shape), limits)] : [];
  const unlimited = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (residual) return [...addBias(unlimited), broadcastCall('add', c.y, residual, c.y, clampArguments(c))];
  if (bias) return addBias(clampArguments(c));
  return Number.isFinite(lo) || Number.isFinite(hi) ? [call('clamp', c.y, c.y, count, lo, hi)] : [];
}

function backward(c: BackwardContext<Attributes>): KernelCall[] {
  const x = c.x[0] as Operand;
  const { m, k, n, outputs, taps, channels } = matrixSizes(x.shape, c.a);
  const window = geometry(x.shape, c.dy.shape, c.a);
  const pixelBytes = 4 * c.a.filters;
  const tapBytes = 4 * channels * outputs;
  const rows = blockRows(m, n);
  const blocking = [c.scratch(columnsBytes(rows, n)), rows, c.capabilities.rowsPerTile];
  const calls = groupIndices(c.a).map((group) => {
    const dy = at(c.dy, 4 * group * outputs);
    const xGroup = at(x, 4 * group * k);
    const dw = at(c.dw.filter as Operand, 4 * group * k * outputs);
    const operands = [xGroup, 4 * channels, dw, tapBytes];
    return call('convTranspose2dFilterGradient', dy, window, pixelBytes, operands, k, blocking);
  });
  if (c.dw.bias) {
    const [pixelCount, filters] = rowsAndChannels(c.dy.shape);
    calls.push(call('columnSums', c.dy, pixelBytes, pixelCount, filters, c.dw.bias));
  }
  const dx = c.dx[0];
  if (!dx) return calls;
  const filter = c.w.filter as Operand;
  const groupBytes = panelBytes(n, k);
  const panels = c.packed('transposed', groupBytes * c.a.groups, (target) =>
    groupIndices(c.a).map((group) => {
      const part = { region: target, offsetBytes: group * groupBytes };
      const source = at(filter, 4 * group * k * outputs);
      return call('packPanelsStrided', source, [taps, tapBytes, outputs, 4], [1, 0, k, 4 * outputs], part);
    }),
  );
  const noEpilogue = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const gathers = groupIndices(c.a).map((group) => {
    const dy = at(c.dy, 4 * group * outputs);
    const part = { region: panels, offsetBytes: group * groupBytes };
    const target = [at(dx, 4 * group * k), 4 * channels, k];
    return call('conv2d', dy, window, pixelBytes, part, target, noEpilogue, blocking);
  });
  return [...calls, ...gathers];
}

export const convTranspose2d = layer<Attributes>({
  attributes,

  inferShape: ([x], a) => {
    const [n, h, w, channels] = imageSides(x);
    if (channels === 0) throw new EngineError('shape-mismatch', `an input ${formatShape(x as Shape)} has no channels`);
    if (channels % a.groups !== 0 || a.filters % a.groups !== 0) {
      throw new EngineError(
        'shape-mismatch',
        `${a.groups} groups do not divide ${channels} input channels and ${a.filters} filters, input ${formatShape(x as Shape)}`,
      );
    }
    const [oh, ow] = [extent(a, 0, h).output, extent(a, 1, w).output];
    if (oh < 1 || ow < 1) {
      throw new EngineError(
        'shape-mismatch',
        `padding ${JSON.stringify(a.padding)} leaves nothing of the output, input ${formatShape(x as Shape)}`,
      );
    }
    return [n, oh, ow, a.filters];
  },

  weights: ([x], a) => {
    const channels = (x as Shape)[3] as number;
    // Products in an output value: with strides, only every stride-th tap meets a pixel.
    const taps = Math.max(1, a.size[0] / a.stride[0]) * Math.max(1, a.size[1] / a.stride[1]);
    const fanIn = (taps * channels) / a.groups;
    const shape = [...a.size, channels, a.filters / a.groups];
    return {
      filter: { shape, initializer: { heUniform: { fanIn } }, decay: true },
      ...(a.bias && { bias: { shape: [a.filters], initializer: 'zeros' } as const }),
    };
  },

  macs: ([x], _, a) => {
    const { m, k, n } = matrixSizes(x as Shape, a);
    return m * k * n * a.groups;
  },

  forward,
  backward,

  featureMap: true,
  epilogue: { clamp: true, residual: true, clampInTraining: true },
  foldAffine: (w, a, affine) => {
    const outputs = a.filters / a.groups;
    const groupChannels = ((w.filter?.shape[2] as number) / a.groups) * outputs;
    // [KH,KW,IC,OC/groups]: the input channel says which group's filters these are.
    const channelOf = (i: number) => (Math.floor(i / groupChannels) % a.groups) * outputs + (i % outputs);
    return { weights: foldIntoFilter(w, affine, a.filters, channelOf), attributes: { ...a, bias: true } };
  },

  onnx: (o) => {
    const [, h, w] = o.x[0] as Shape;
    const [rows, columns] = [extent(o.a, 0, h as number), extent(o.a, 1, w as number)];
    const weights = [o.weight('filter', [2, 3, 0, 1]), o.a.bias ? o.weight('bias') : ''];
    const attributes = {
      kernel_shape: o.a.size,
      strides: o.a.stride,
      dilations: o.a.dilation,
      pads: [rows.before, columns.before, rows.after, columns.after],
      output_padding: [o.a.outputPadding[0] + rows.beyond, o.a.outputPadding[1] + columns.beyond],
      group: o.a.groups,
    };
    return channelsFirst(o.node('ConvTranspose', [o.image(0), ...weights], attributes));
  },

  samples: [
    { input: [1, 3, 3, 1], filters: 1, size: 3, bias: false },
    { input: [2, 4, 3, 3], filters: 8, size: 2, stride: 2 }, // windows side by side
    { input: [1, 5, 4, 4], filters: 5, size: [3, 4], stride: 2, padding: 'same' },
    { input: [2, 3, 4, 6], filters: 9, size: 3, stride: [2, 1], groups: 3, padding: [1, 0, 2, 1] },
    { input: [1, 4, 5, 2], filters: 16, size: [3, 2], dilation: [2, 3], stride: [1, 3], padding: 2 },
    { input: [2, 3, 3, 5], filters: 3, size: 3, stride: 3, padding: [1, 2], outputPadding: [2, 1], bias: false },
    { input: [1, 3, 2, 3], filters: 2, size: 1, stride: 2, padding: 'sameLower' }, // pixels that nothing reaches
    { input: [3, 5, 7, 10], filters: 17, size: 1 },
    { input: [1, 2, 3, 4], filters: 6, size: [4, 3], stride: [2, 1], groups: 2, padding: 'sameLower' },
    { input: [1, 17, 17, 3], filters: 12, size: 5, stride: 2, padding: 2 }, // some blocks of rows
  ],
});
