/** A 2-D convolution as products of matrices: sizes, cost, the packed filter. conv2d.ts computes with it, and its gradients. */
import { at, call, type Operand } from '../region.ts';
import type { Shape } from '../tensor.ts';
import { gemmCost, panelBytes } from './gemm.ts';
import type { Context } from './layer.ts';
import type { WindowAttributes } from './window.ts';

export interface ConvolutionAttributes extends WindowAttributes {
  readonly filters: number;
  readonly groups: number;
}

/** One group's matrices: m output pixels, k values a window, n filters. */
export function matrixSizes(x: Shape, y: Shape, a: ConvolutionAttributes) {
  const channels = (x[3] as number) / a.groups;
  const [n, oh, ow] = y as [number, number, number];
  return { channels, m: n * oh * ow, k: a.size[0] * a.size[1] * channels, n: a.filters / a.groups };
}

/** Copying one value into the matrix of windows costs about as much as four multiply-adds of the tile. */
export const gatherCost = (m: number, k: number, n: number, groups: number): number =>
  (gemmCost(m, k, n) + 4 * m * k) * groups;

/** Bytes of `rows` windows of k values, with room for the whole vector that ends the last one (assembly/im2col.ts). */
export const columnsBytes = (rows: number, k: number): number => 4 * rows * k + 12;

export const groupIndices = ({ groups }: ConvolutionAttributes): readonly number[] =>
  Array.from({ length: groups }, (_, group) => group);

/** The filter's panels, one region for all groups. */
export function packedFilter(c: Context<ConvolutionAttributes>): {
  readonly panels: Operand;
  readonly groupBytes: number;
} {
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
