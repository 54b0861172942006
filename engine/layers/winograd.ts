/** When and how a 3×3 convolution is done by Winograd's minimal filtering F(4×4, 3×3) (assembly/winograd.ts). */
import { type Argument, at, call, type KernelCall, type Operand, type Region, type RegionOffset } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { clampArguments, gemmCost, panelBytes } from './gemm.ts';
import type { Algorithm, BackwardContext, Context } from './layer.ts';
import { extent, type WindowAttributes } from './window.ts';

interface Attributes extends WindowAttributes {
  readonly filters: number;
  readonly groups: number;
}

/** Multiplications a channel and tile, in place of 16 · 9. */
const POINTS = 36;
/** Bytes of the planes V and M of a block of tiles: about what the second-level cache holds beside the weights. */
const BLOCK_BYTES = 512 * 1024;
/** Transformed filters beyond this come from memory for every block: then blocks are as large as pays. */
const CACHED_BYTES = 1024 * 1024;
const LARGEST_BLOCK = 48;

const tilesOf = (y: Shape): number => {
  const [n, oh, ow] = y as [number, number, number];
  return n * Math.ceil(oh / 4) * Math.ceil(ow / 4);
};

const isCached = (channels: number, filters: number): boolean => 4 * POINTS * channels * filters <= CACHED_BYTES;

/** Tiles that are taken at a time: whole GEMM tiles. */
function blockTiles(tiles: number, channels: number, filters: number): number {
  const fitting = Math.floor(BLOCK_BYTES / (POINTS * 4 * (channels + filters)));
  const least = isCached(channels, filters) ? 12 : LARGEST_BLOCK;
  return Math.min(tiles, Math.max(least, fitting - (fitting % 12)));
}

/**
 * Estimated time. A transform of a tile's channel takes as long as about 60 multiply-adds of the GEMM, of an output
 * channel 50; a weight that is read for a block takes 1 from the cache and 10 from memory (8 to 12 GB/s a core).
 */
function cost(channels: number, filters: number, tiles: number): number {
  const products = POINTS * gemmCost(tiles, channels, filters);
  const transforms = tiles * (60 * channels + 50 * filters);
  const blocks = Math.ceil(tiles / blockTiles(tiles, channels, filters));
  const perWeight = isCached(channels, filters) ? 1 : 10;
  return products + transforms + perWeight * blocks * POINTS * channels * filters;
}

const isOne = (pair: readonly [number, number]): boolean => pair[0] === 1 && pair[1] === 1;

/** Whether the window is one that the algorithm is made for. */
const isMade = (a: Attributes): boolean =>
  a.size[0] === 3 && a.size[1] === 3 && isOne(a.stride) && isOne(a.dilation) && a.groups === 1;

/** With fewer channels than a vector has lanes, there is nothing to gain. */
const MIN_CHANNELS = 4;

/** The algorithm, where it can be had. */
export function winograd(c: Context<Attributes>): readonly Algorithm[] {
  const [, h, w, channels] = (c.x[0] as Operand).shape as [number, number, number, number];
  const { filters } = c.a;
  if (!isMade(c.a) || channels < MIN_CHANNELS) return [];
  const tap = 4 * channels * filters;
  const calls = () =>
    convolve(c, {
      x: c.x[0] as Operand,
      y: c.y,
      top: extent(c.a, 0, h).before,
      left: extent(c.a, 1, w).before,
      panels: pack(c, 'winograd', channels, filters, at(c.w.filter as Operand, 0), {
        row: 3 * tap,
        tap,
        input: 4 * filters,
        output: 4,
      }),
      bias: c.w.bias ?? 0,
      epilogue: [c.epilogue.residual ?? 0, ...clampArguments(c)],
    });
  return [{ name: 'winograd', cost: cost(channels, filters, tilesOf(c.y.shape)), calls }];
}

/**
 * The gradient of the input, which is a convolution, too: of dy with the filter turned by half a turn and its channels
 * exchanged.
 */
export function winogradInputGradient(c: BackwardContext<Attributes>, dx: Operand): readonly Algorithm[] {
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
      panels: pack(c, 'winograd turned', filters, channels, at(c.w.filter as Operand, 8 * tap), {
        row: -3 * tap,
        tap: -tap,
        input: 4,
        output: 4 * filters,
      }),
      bias: 0,
      epilogue: [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    });
  return [{ name: 'winograd', cost: cost(filters, channels, tilesOf(dx.shape)), calls }];
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
}

function pack(
  c: Context<Attributes>,
  key: string,
  channels: number,
  filters: number,
  first: RegionOffset,
  { row, tap, input, output }: Strides,
): Panels {
  const matrixBytes = panelBytes(channels, filters);
  const region = c.packed(key, POINTS * matrixBytes, (target) => [
    call('fillZero', target, POINTS * matrixBytes),
    call('packWinograd', first, row, tap, input, output, channels, filters, target, matrixBytes),
  ]);
  return { region, matrixBytes };
}

interface Convolution {
  readonly x: Operand;
  readonly y: Operand;
  readonly top: number;
  readonly left: number;
  readonly panels: Panels;
  readonly bias: Argument;
  /** Residual, lo, hi. */
  readonly epilogue: readonly Argument[];
}

function convolve(c: Context<Attributes>, { x, y, top, left, panels, bias, epilogue }: Convolution): KernelCall {
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [, oh, ow, filters] = y.shape as [number, number, number, number];
  const tiles = blockTiles(tilesOf(y.shape), channels, filters);
  const plane = (depth: number) => c.scratch(POINTS * (4 * tiles * depth + 64));
  const shape = [n, h, w, channels, oh, ow, top, left];
  const scratch = [plane(channels), plane(filters), tiles, c.capabilities.rowsPerTile];
  return call('conv2dWinograd', x, shape, panels.region, panels.matrixBytes, bias, y, filters, epilogue, scratch);
}
