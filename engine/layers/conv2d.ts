/**
 * 2-D convolution (cross-correlation, as in every CNN library).
 *   x [N,H,W,IC] ⋆ filter [KH,KW,IC/groups,OC] + bias [OC] → y [N,OH,OW,OC];  ONNX Conv without auto_pad
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { at, call, type KernelCall, type Operand, type Region } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { foldIntoFilter } from './fold.ts';
import { blockRows, clampArguments, gemmCost, panelBytes } from './gemm.ts';
import { type BackwardContext, type Context, cheapest, layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { isPointwise, onnxWindow, pair, widened, windowArguments, windowEntries, windowOutput } from './window.ts';
import { winograd, winogradInputGradient } from './winograd.ts';

const channelCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576));

const attributes = v.strictObject({
  filters: channelCount,
  ...windowEntries,
  stride: v.optional(pair, 1),
  groups: v.optional(channelCount, 1),
  bias: v.optional(v.boolean(), true),
});

export type Conv2dAttributes = v.InferOutput<typeof attributes>;

/** One group's matrices: m output pixels, k values a window, n filters. */
function matrixSizes(x: Shape, y: Shape, a: Conv2dAttributes) {
  const channels = (x[3] as number) / a.groups;
  const [n, oh, ow] = y as [number, number, number];
  return { channels, m: n * oh * ow, k: a.size[0] * a.size[1] * channels, n: a.filters / a.groups };
}

/** Copying one value into the matrix of windows costs about as much as four multiply-adds of the tile. */
const gatherCost = (m: number, k: number, n: number, groups: number): number =>
  (gemmCost(m, k, n) + 4 * m * k) * groups;

const groupIndices = (a: Conv2dAttributes): readonly number[] => Array.from({ length: a.groups }, (_, group) => group);

/** The filter's panels, one region for all groups. */
function packedFilter(c: Context<Conv2dAttributes>): { readonly panels: Operand; readonly groupBytes: number } {
  const { k, n } = matrixSizes((c.x[0] as Operand).shape, c.y.shape, c.a);
  const groupBytes = panelBytes(k, n);
  const filter = c.w.filter as Operand;
  const panels = c.packed('panels', groupBytes * c.a.groups, (target) =>
    groupIndices(c.a).map((group) => {
      const bias = c.w.bias ? at(c.w.bias, 4 * group * n) : 0;
      const part = { region: target, offsetBytes: group * groupBytes };
      return call('packPanels', at(filter, 4 * group * n), 4 * c.a.filters, bias, k, n, part);
    }),
  );
  return { panels: { shape: [], region: panels }, groupBytes };
}

function im2col(c: Context<Conv2dAttributes>): KernelCall[] {
  const x = c.x[0] as Operand;
  const { channels, m, k, n } = matrixSizes(x.shape, c.y.shape, c.a);
  const { panels, groupBytes } = packedFilter(c);
  const rows = blockRows(m, k);
  const columns = c.scratch(4 * rows * k);
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

function pointwise(c: Context<Conv2dAttributes>): KernelCall {
  const x = c.x[0] as Operand;
  const { m, k, n } = matrixSizes(x.shape, c.y.shape, c.a);
  const { panels } = packedFilter(c);
  const residual = c.epilogue.residual ?? 0;
  const { rowsPerTile } = c.capabilities;
  return call('gemm', x, 4 * k, panels, c.y, 4 * n, residual, m, k, n, clampArguments(c), rowsPerTile, blockRows(m, k));
}

function backward(c: BackwardContext<Conv2dAttributes>): KernelCall[] {
  const x = c.x[0] as Operand;
  const { channels, m, k, n } = matrixSizes(x.shape, c.dy.shape, c.a);
  const geometry = windowArguments(x.shape, c.dy.shape, c.a, channels);
  const pixelBytes = 4 * (x.shape[3] as number);
  const dyBytes = 4 * c.a.filters;
  const rows = blockRows(m, k);
  const columns = c.scratch(4 * rows * k);
  const { rowsPerTile } = c.capabilities;
  const calls: KernelCall[] = [];
  for (const group of groupIndices(c.a)) {
    const dy = at(c.dy, 4 * group * n);
    const dw = at(c.dw.filter as Operand, 4 * group * n);
    const xGroup = at(x, 4 * group * channels);
    calls.push(
      call(
        'conv2dFilterGradient',
        xGroup,
        geometry,
        pixelBytes,
        dy,
        dyBytes,
        dw,
        dyBytes,
        n,
        columns,
        rows,
        rowsPerTile,
      ),
    );
  }
  if (c.dw.bias) calls.push(call('columnSums', c.dy, dyBytes, m, c.a.filters, c.dw.bias));
  const dx = c.dx[0];
  if (!dx) return calls;
  // A product and its scatter back cost about as much as im2col and its product.
  const scatter = { name: 'scatter', cost: gatherCost(m, k, n, c.a.groups), calls: () => scattered(c, dx) };
  const chosen = cheapest([...winogradInputGradient(c, dx), scatter]);
  return [...calls, ...[chosen.calls()].flat()];
}

/** dx by a product with the filter's transpose, whose rows are added to the pixels under each window. */
function scattered(c: BackwardContext<Conv2dAttributes>, dx: Operand): readonly KernelCall[] {
  const x = c.x[0] as Operand;
  const { channels, m, k, n } = matrixSizes(x.shape, c.dy.shape, c.a);
  const geometry = windowArguments(x.shape, c.dy.shape, c.a, channels);
  const pixelBytes = 4 * (x.shape[3] as number);
  const dyBytes = 4 * c.a.filters;
  const rows = blockRows(m, k);
  const columns = c.scratch(4 * rows * k);
  const { rowsPerTile } = c.capabilities;
  const groupBytes = panelBytes(n, k);
  const panels = c.packed('transposed', groupBytes * c.a.groups, (target) =>
    groupIndices(c.a).map((group) =>
      call('packPanelsTransposed', at(c.w.filter as Operand, 4 * group * n), dyBytes, k, n, {
        region: target,
        offsetBytes: group * groupBytes,
      }),
    ),
  );
  const calls = [call('fillZero', dx, dx.region.bytes)];
  for (const group of groupIndices(c.a)) {
    const dxGroup = at(dx, 4 * group * channels);
    const dy = at(c.dy, 4 * group * n);
    const groupPanels: { region: Region; offsetBytes: number } = { region: panels, offsetBytes: group * groupBytes };
    calls.push(
      call('conv2dTransposed', dxGroup, geometry, pixelBytes, dy, dyBytes, groupPanels, n, columns, rows, rowsPerTile),
    );
  }
  return calls;
}

export const conv2d = layer({
  attributes,

  inferShape: ([x], a) => {
    const channels = x?.[3] as number;
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

  algorithms: (c) => {
    const x = (c.x[0] as Operand).shape;
    const { m, k, n } = matrixSizes(x, c.y.shape, c.a);
    const multiply = gemmCost(m, k, n) * c.a.groups;
    const gather = { name: 'im2col', cost: gatherCost(m, k, n, c.a.groups), calls: () => im2col(c) };
    if (c.a.groups > 1 || !isPointwise(c.a)) return [...winograd(c), gather];
    return [{ name: 'pointwise', cost: multiply, calls: () => pointwise(c) }, gather];
  },

  backward,

  epilogue: { clamp: true, residual: true },
  foldAffine: (w, a, affine) => ({ weights: foldIntoFilter(w, affine, a.filters), attributes: { ...a, bias: true } }),

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
    { input: [1, 26, 26, 40], filters: 24, size: 3, bias: false }, // Winograd in two blocks
  ],
});
