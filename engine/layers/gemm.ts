/** What the layers that multiply matrices (conv2d, dense) share: packing, blocking and cost. */
import type { Context } from './layer.ts';

/** Part of a block of A rows that should stay in the first- and second-level cache together with one panel. */
const BLOCK_BYTES = 96 * 1024;

/** Bytes of [K, N] packed as panels of eight columns with a bias row each. */
export const panelBytes = (k: number, n: number): number => Math.ceil(n / 8) * (k + 1) * 32;

/**
 * Rows of A [M, K] that are taken under all panels before the next ones: what stays in cache, in blocks of nearly one
 * size, since a block of few rows would leave registers empty.
 */
export function blockRows(m: number, k: number): number {
  const fitting = Math.max(24, Math.floor(BLOCK_BYTES / (4 * k)));
  const blocks = Math.ceil(m / fitting);
  return Math.min(m, Math.ceil(m / blocks / 6) * 6);
}

/** Clamp limits in kernel order. */
export const clampArguments = <A>({ epilogue }: Pick<Context<A>, 'epilogue'>): readonly [number, number] => [
  epilogue.lo,
  epilogue.hi,
];

/** Multiply-adds that the tile performs, with the columns that round N up to eight. */
export const gemmCost = (m: number, k: number, n: number): number => m * k * Math.ceil(n / 8) * 8;
