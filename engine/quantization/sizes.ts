/** How many bytes the int8 kernels (assembly/quantized) want for packed weights and scratch. */

/** Which dot product the kernels use: 0 = i16, 1 = dot8 with an unsigned second operand, 2 = with a signed one. */
export type DotPath = 0 | 1 | 2;

/** Rows of weights that a lane of the dot product takes at a time. */
const groupOf = (path: DotPath): number => (path === 0 ? 2 : 4);

/** packPanelsI8: weights [K,N]. */
export function panelBytes(path: DotPath, k: number, n: number): number {
  const group = groupOf(path);
  return Math.ceil(n / 8) * (64 + 8 * group * Math.ceil(k / group));
}

/** Part of a block of staged rows that should stay in cache with one panel; speed is level from 16 to 256 KB. */
const BLOCK_BYTES = 64 * 1024;

/** Rows of A [M,K] that gemmU8 and conv2dU8 take under all panels before the next ones: whole tiles, at least 24. */
export function blockRows(path: DotPath, m: number, k: number): number {
  const fitting = Math.floor(BLOCK_BYTES / (path === 0 ? 2 * k : k));
  return Math.min(m, Math.max(24, fitting - (fitting % 12)));
}

/** Scratch of conv2dU8, and of gemmU8 except on path 1, which needs none: `rows` rows of K staged activations. */
export const stagedBytes = (path: DotPath, rows: number, k: number): number => rows * k * (path === 0 ? 2 : 1) + 16;

export interface DepthwiseGeometry {
  /** Width and channels of x, width of y. */
  readonly w: number;
  readonly c: number;
  readonly ow: number;
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** Output rows of a pass, groups of image rows under it, columns of a window with those that dilation leaves out. */
function windowing(path: DotPath, { size, stride, dilation }: DepthwiseGeometry) {
  const passRows = stride[0] === 1 && dilation[0] === 1 ? 2 : 1;
  const groups = Math.ceil((size[0] + passRows - 1) / groupOf(path));
  return { passRows, groups, columns: (size[1] - 1) * dilation[1] + 1 };
}

/** packDepthwiseI8. */
export function depthwiseFilterBytes(path: DotPath, g: DepthwiseGeometry): number {
  const { passRows, groups, columns } = windowing(path, g);
  return Math.ceil(g.c / 4) * (32 + 16 * passRows * groups * columns);
}

/** Scratch of depthwiseConv2dU8. */
export function depthwiseScratchBytes(path: DotPath, g: DepthwiseGeometry): number {
  const { groups, columns } = windowing(path, g);
  const width = (Math.max(g.ow, 4) - 1) * g.stride[1] + columns;
  return Math.ceil((g.w * g.c + 16) / 16) * 16 + groups * width * Math.ceil(g.c / 4) * 16 + 64;
}
