/** When and how a 3×3 convolution is done by Winograd's minimal filtering (assembly/winograd-tiles.ts). */
import type { KernelName } from '../kernels.ts';
import { type Argument, at, call, type KernelCall, type Operand, type Region, type RegionOffset } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { clampArguments, gemmCost, panelBytes } from './gemm.ts';
import type { Algorithm, BackwardContext, Context } from './layer.ts';
import { stridedCopy, whole } from './strided.ts';
import { extent, type WindowAttributes } from './window.ts';

interface Attributes extends WindowAttributes {
  readonly filters: number;
  readonly groups: number;
}

export interface TileSize {
  readonly name: string;
  /** Outputs along a tile's edge. */
  readonly outputs: number;
  /** Multiplications a channel and tile, in place of 9 · outputs². */
  readonly points: number;
  /** Time of a transform of a tile's input channel and output channel, in multiply-adds of the GEMM. */
  readonly inputCost: number;
  readonly outputCost: number;
  readonly pack: KernelName;
  readonly convolve: KernelName;
}

/** F(4×4, 3×3). */
export const four: TileSize = {
  name: 'winograd',
  outputs: 4,
  points: 36,
  inputCost: 60,
  outputCost: 50,
  pack: 'packWinograd',
  convolve: 'conv2dWinograd',
};

/** F(5×5, 3×3): the training build alone has it. */
export const five: TileSize = {
  name: 'winograd5',
  outputs: 5,
  points: 49,
  inputCost: 85,
  outputCost: 70,
  pack: 'packWinograd5',
  convolve: 'conv2dWinograd5',
};

/** Bytes of the planes V and M of a block of tiles: about what the second-level cache holds beside the weights. */
const BLOCK_BYTES = 512 * 1024;
/** Transformed filters beyond this come from memory for every block: then blocks are as large as pays. */
const CACHED_BYTES = 1024 * 1024;
const LARGEST_BLOCK = 48;
/** Time to read and transform the nine taps between one input and one output, in multiply-adds of the GEMM. */
const FILTER = 250;
/** Bytes of transformed filters that are made at a time: they stay in the second-level cache, beside V and M. */
const CHUNK_BYTES = 640 * 1024;

const tilesOf = (y: Shape, { outputs }: TileSize): number => {
  const [n, oh, ow] = y as [number, number, number];
  return n * Math.ceil(oh / outputs) * Math.ceil(ow / outputs);
};

const isCached = (channels: number, filters: number, { points }: TileSize): boolean =>
  4 * points * channels * filters <= CACHED_BYTES;

/** Tiles that are taken at a time: whole GEMM tiles. */
function blockTiles(tiles: number, channels: number, filters: number, size: TileSize): number {
  const fitting = Math.floor(BLOCK_BYTES / (size.points * 4 * (channels + filters)));
  const least = isCached(channels, filters, size) ? 12 : LARGEST_BLOCK;
  return Math.min(tiles, Math.max(least, fitting - (fitting % 12)));
}

/**
 * Estimated time; a transformed weight that is read for a block takes 1 from the cache and 10 from memory (8 to 14 GB/s a
 * core); one that comes as it is and is transformed takes FILTER.
 */
function cost(channels: number, filters: number, y: Shape, size: TileSize, isStreamed = false): number {
  const tiles = tilesOf(y, size);
  const products = size.points * gemmCost(tiles, channels, filters);
  const transforms = tiles * (size.inputCost * channels + size.outputCost * filters);
  const blocks = Math.ceil(tiles / blockTiles(tiles, channels, filters, size));
  const perWeight = size.points * (isCached(channels, filters, size) ? 1 : 10);
  return products + transforms + blocks * (isStreamed ? FILTER : perWeight) * channels * filters;
}

const isOne = (pair: readonly [number, number]): boolean => pair[0] === 1 && pair[1] === 1;

/** Whether the window is one that the algorithm is made for. */
const isMade = (a: Attributes): boolean =>
  a.size[0] === 3 && a.size[1] === 3 && isOne(a.stride) && isOne(a.dilation) && a.groups === 1;

/** With fewer channels than a vector has lanes, there is nothing to gain. */
const MIN_CHANNELS = 4;

/** The algorithm, where it can be had. */
export function winograd(c: Context<Attributes>, size = four): readonly Algorithm[] {
  const [, h, w, channels] = (c.x[0] as Operand).shape as [number, number, number, number];
  const { filters } = c.a;
  if (!isMade(c.a) || channels < MIN_CHANNELS) return [];
  const tap = 4 * channels * filters;
  const strides = { row: 3 * tap, tap, input: 4 * filters, output: 4 };
  const packed = () => pack(c, size, size.name, channels, filters, at(c.w.filter as Operand, 0), strides);
  const calls = (panels: () => Panels) => () =>
    convolve(c, {
      x: c.x[0] as Operand,
      y: c.y,
      top: extent(c.a, 0, h).before,
      left: extent(c.a, 1, w).before,
      size,
      panels: panels(),
      bias: c.w.bias ?? 0,
      epilogue: [c.epilogue.residual ?? 0, ...clampArguments(c)],
    });
  const kept = { name: size.name, cost: cost(channels, filters, c.y.shape, size), calls: calls(packed) };
  if (size !== four || filters % 8 !== 0) return [kept];
  return [
    kept,
    {
      name: 'winogradStreamed',
      cost: cost(channels, filters, c.y.shape, size, true),
      calls: calls(() => stream(c, size, channels, filters)),
    },
  ];
}

/**
 * The gradient of the input, which is a convolution, too: of dy with the filter turned by half a turn and its channels
 * exchanged.
 */
export function winogradInputGradient(
  c: BackwardContext<Attributes>,
  dx: Operand,
  size: TileSize,
): readonly Algorithm[] {
  const [, h, w, channels] = dx.shape as [number, number, number, number];
  const { filters } = c.a;
  const [top, left] = [2 - extent(c.a, 0, h).before, 2 - extent(c.a, 1, w).before];
  if (!isMade(c.a) || filters < MIN_CHANNELS || top < 0 || left < 0) return [];
  const tap = 4 * channels * filters;
  const calls = () =>
    convolve(c, {
      x: c.dy,
      y: dx,
      top,
      left,
      size,
      panels: pack(c, size, `${size.name} turned`, filters, channels, at(c.w.filter as Operand, 8 * tap), {
        row: -3 * tap,
        tap: -tap,
        input: 4,
        output: 4 * filters,
      }),
      bias: 0,
      epilogue: [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    });
  return [{ name: size.name, cost: cost(filters, channels, dx.shape, size), calls }];
}

/** Time of the transforms of a tile's input channel and gradient channel, and of a matrix' element back. */
const [FORTH, BACK] = [60, 3];

/** The gradient of the filter, by F(3×3, 4×4) over tiles of the output. */
export function winogradFilterGradient(c: BackwardContext<Attributes>): readonly Algorithm[] {
  const x = c.x[0] as Operand;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [, oh, ow, filters] = c.dy.shape as [number, number, number, number];
  if (!isMade(c.a) || channels < MIN_CHANNELS) return [];
  const { points } = four;
  const all = tilesOf(c.dy.shape, four);
  const tiles = blockTiles(all, channels, filters, four);
  const matrices = points * channels * filters;
  const products = points * gemmCost(all, channels, filters);
  // The sums are read and written again for every block, 4 bytes each way in the time of 2 multiply-adds.
  const sums = (BACK + 4 * (Math.ceil(all / tiles) - 1)) * matrices;
  const calls = () => {
    const plane = (depth: number) => c.scratch(points * (4 * tiles * depth + 64));
    const shape = [n, h, w, channels, oh, ow, extent(c.a, 0, h).before, extent(c.a, 1, w).before];
    const scratch = [plane(channels), plane(filters), c.scratch(4 * matrices), tiles, c.capabilities.rowsPerTile];
    return call('conv2dFilterGradientWinograd', x, shape, c.dy, filters, c.dw.filter as Operand, scratch);
  };
  return [{ name: 'winograd', cost: products + all * FORTH * (channels + filters) + sums, calls }];
}

interface Strides {
  readonly row: number;
  readonly tap: number;
  readonly input: number;
  readonly output: number;
}

interface Panels {
  readonly region: Region;
  readonly matrixBytes: number;
  /** Where panels are made in every run: the filter itself; else 0. */
  readonly taps: Region | 0;
  /** Filters whose panels are in `region`. */
  readonly columns: number;
}

function pack(
  c: Context<Attributes>,
  size: TileSize,
  key: string,
  channels: number,
  filters: number,
  first: RegionOffset,
  { row, tap, input, output }: Strides,
): Panels {
  const matrixBytes = panelBytes(channels, filters);
  const region = c.packed(key, size.points * matrixBytes, (target) => [
    call('fillZero', target, size.points * matrixBytes),
    call(size.pack, first, row, tap, input, output, channels, filters, target, matrixBytes),
  ]);
  return { region, matrixBytes, taps: 0, columns: filters };
}

/**
 * The filter as it is, a quarter of what it will be: the kernel transforms `columns` filters at a time, and reads on and on.
 * Where no cache holds the weights, that is faster than reading all of them transformed.
 */
function stream(c: Context<Attributes>, size: TileSize, channels: number, filters: number): Panels {
  let columns = filters;
  while (columns > 8 && (filters % columns !== 0 || size.points * panelBytes(channels, columns) > CHUNK_BYTES))
    columns -= 8;
  const sizes = [filters / columns, channels, 9, columns];
  const from = { offset: 0, strides: [columns, filters, channels * filters, 1] };
  const filter = c.w.filter as Operand;
  const taps = c.packed('taps', filter.region.bytes, (region) =>
    stridedCopy(filter, { shape: sizes, region }, { sizes, from, to: whole(sizes) }),
  );
  const matrixBytes = panelBytes(channels, columns);
  return { region: c.scratch(size.points * matrixBytes), matrixBytes, taps, columns };
}

interface Convolution {
  readonly size: TileSize;
  readonly x: Operand;
  readonly y: Operand;
  readonly top: number;
  readonly left: number;
  readonly panels: Panels;
  readonly bias: Argument;
  /** Residual, lo, hi. */
  readonly epilogue: readonly Argument[];
}

function convolve(c: Context<Attributes>, convolution: Convolution): readonly KernelCall[] {
  const { size, x, y, top, left, panels, bias, epilogue } = convolution;
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [, oh, ow, filters] = y.shape as [number, number, number, number];
  const tiles = blockTiles(tilesOf(y.shape, size), channels, filters, size);
  const plane = (depth: number) => c.scratch(size.points * (4 * tiles * depth + 64));
  const shape = [n, h, w, channels, oh, ow, top, left];
  const scratch = [plane(channels), plane(filters), tiles, c.capabilities.rowsPerTile];
  const { region, matrixBytes, taps, columns } = panels;
  const weights = [region, matrixBytes, taps, columns, bias];
  // The panels' biases are zeros that no transform writes.
  const clear = taps === 0 ? [] : [call('fillZero', region, region.bytes)];
  return [...clear, call(size.convolve, x, shape, weights, y, filters, epilogue, scratch)];
}
