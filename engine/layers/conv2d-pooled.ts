/**
 * A convolution with the maximum of 2×2 windows side by side behind it, in training. Forward, each maximum comes with its
 * route: which of the four it is. Backward, three of four outputs have no gradient, and none has where a clamp stopped it,
 * so filter and input get theirs along the routes (assembly/routed-pool2d.ts): on LeNet a seventh of the products.
 */
import { call, type KernelCall, type Operand, type Region } from '../region.ts';
import { elementCount, type Shape } from '../tensor.ts';
import { biasGradient } from './conv2d-gradients.ts';
import { type ConvolutionAttributes as Attributes, matrixSizes, packedFilter } from './conv2d-matrices.ts';
import { clampArguments, gemmCost } from './gemm.ts';
import type { Algorithm, BackwardContext, Context, Gradient } from './layer.ts';
import { stridedCopy, whole } from './strided.ts';
import { extent } from './window.ts';

const isOne = (pair: readonly [number, number]): boolean => pair[0] === 1 && pair[1] === 1;

/** What the routed kernels are made for. */
export const isRouted = (a: Attributes): boolean =>
  a.size[0] === 3 && isOne(a.stride) && isOne(a.dilation) && a.groups === 1;

/** The convolution's own outputs, before the maximum, without an odd row or column that it leaves out. */
const unpooledShape = ({ y }: Context<Attributes>): Shape => {
  const [n, h, w, filters] = y.shape as [number, number, number, number];
  return [n, 2 * h, 2 * w, filters];
};

const routesOf = (c: Context<Attributes>): Region => c.saved('routes', elementCount(c.y.shape));

interface Padding {
  readonly top: number;
  readonly left: number;
  /** Rows and columns of the image with its padding. */
  readonly h: number;
  readonly w: number;
}

function paddingOf(c: Context<Attributes>): Padding {
  const [, h, w] = (c.x[0] as Operand).shape as [number, number, number];
  const [rows, columns] = [extent(c.a, 0, h), extent(c.a, 1, w)];
  return {
    top: rows.before,
    left: columns.before,
    h: h + rows.before + rows.after,
    w: w + columns.before + columns.after,
  };
}

/** Taking the maximum of an output, and writing and reading it before, takes as long as about four multiply-adds. */
const POOL_COST = 4;

/** Forward: in one where no padding is in the way, or by any of the convolution's algorithms and a maximum over all of it. */
export function pooledAlgorithms(
  c: Context<Attributes>,
  convolve: (c: Context<Attributes>) => readonly Algorithm[],
): readonly Algorithm[] {
  const x = c.x[0] as Operand;
  const shape = unpooledShape(c);
  const { m, k, n } = matrixSizes(x.shape, shape, c.a);
  const y: Operand = { shape, region: c.scratch(4 * elementCount(shape)) };
  const pool = call('maxPool2dRouted', y, shape, c.y, routesOf(c));
  const behind = convolve({ ...c, y, epilogue: { ...c.epilogue, maxPool: false } }).map(({ name, cost, calls }) => ({
    name: `${name}, maximum`,
    cost: cost + POOL_COST * m * n,
    calls: () => [...[calls()].flat(), pool],
  }));
  const { h, w } = paddingOf(c);
  if (h !== x.shape[1] || w !== x.shape[2]) return behind;
  const fused = () =>
    call('conv2dMaxPool2d', x, x.shape, c.a.size, packedFilter(c).panels, c.y, n, clampArguments(c), routesOf(c));
  return [{ name: 'pooled', cost: gemmCost(m, k, n) + POOL_COST * m * n, calls: fused }, ...behind];
}

/** Bytes of x that a block of images has, which every channel walks over: about half of the first-level cache. */
const BLOCK_BYTES = 48 * 1024;

function filterByRoutes(c: BackwardContext<Attributes>): readonly KernelCall[] {
  const x = c.x[0] as Operand;
  const [n, , , channels] = x.shape as [number, number, number, number];
  const { h, w } = paddingOf(c);
  const [padded, calls] = paddedInput(c);
  const images = Math.min(n, Math.max(1, Math.floor(BLOCK_BYTES / (4 * h * w * channels))));
  const entries = c.scratch(8 * ((images * elementCount(c.y.shape)) / (n * c.a.filters) + 1));
  const sums = c.scratch(16 * c.a.filters * c.a.size[0] * Math.ceil((c.a.size[1] * channels) / 4));
  const target = c.dw.filter as Operand;
  const shape = [n, h, w, channels, ...c.a.size];
  const gradient = [c.dy, routesOf(c), target, c.a.filters];
  return [...calls, call('conv2dFilterGradientRouted', padded, shape, gradient, entries, sums, images)];
}

/** x with its zeros around it. */
function paddedInput(c: Context<Attributes>): readonly [Operand, readonly KernelCall[]] {
  const x = c.x[0] as Operand;
  const [n, , , channels] = x.shape as [number, number, number, number];
  const { top, left, h, w } = paddingOf(c);
  if (h === x.shape[1] && w === x.shape[2]) return [x, []];
  const shape = [n, h, w, channels];
  const padded: Operand = { shape, region: c.scratch(4 * elementCount(shape)) };
  const inside = { ...whole(shape), offset: (top * w + left) * channels };
  const copy = stridedCopy(x, padded, { sizes: x.shape, from: whole(x.shape), to: inside });
  return [padded, [call('fillZero', padded, padded.region.bytes), copy]];
}

function inputByRoutes(c: BackwardContext<Attributes>, dx: Operand): KernelCall {
  const [n] = dx.shape as [number];
  const [, oh, ow, filters] = unpooledShape(c) as [number, number, number, number];
  const { top, left } = paddingOf(c);
  const channels = dx.shape[3] as number;
  const taps = c.a.size[0] * c.a.size[1];
  const slices = c.packed('slices', 64 * Math.ceil(channels / 16) * filters * taps, (target) =>
    call('packSlices', c.w.filter as Operand, taps, channels, filters, target),
  );
  const entries = c.scratch(8 * (elementCount(c.y.shape) / n + 1));
  const starts = c.scratch(4 * oh * (ow + 1));
  const geometry = [oh, ow, c.a.size[1], top, left];
  const gradient = [c.dy, routesOf(c), filters, slices];
  return call('conv2dInputGradientRouted', dx, dx.shape, geometry, gradient, entries, starts);
}

export function routedGradients(c: BackwardContext<Attributes>): readonly Gradient[] {
  const pixels = elementCount(c.y.shape) / c.a.filters;
  const filter: Gradient = {
    of: 'filter',
    algorithms: [{ name: 'routed', cost: 0, calls: () => filterByRoutes(c) }],
  };
  const dx = c.dx[0];
  if (!dx) return [filter, biasGradient(c, pixels)];
  const calls = () => inputByRoutes(c, dx);
  return [filter, biasGradient(c, pixels), { of: 'input', algorithms: [{ name: 'routed', cost: 0, calls }] }];
}
