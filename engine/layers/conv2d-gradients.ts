/** The gradients of a 2-D convolution where every output has one; conv2d-pooled.ts has those behind a maximum. */
import { at, call, type KernelCall, type Operand, type Region } from '../region.ts';
import {
  type ConvolutionAttributes as Attributes,
  columnsBytes,
  gatherCost,
  groupIndices,
  matrixSizes,
} from './conv2d-matrices.ts';
import { blockRows, panelBytes } from './gemm.ts';
import type { BackwardContext, Gradient } from './layer.ts';
import { windowArguments } from './window.ts';
import { five, four, winogradFilterGradient, winogradInputGradient } from './winograd.ts';

type Context = BackwardContext<Attributes>;

/** Sizes, geometry and strides that both gradients' kernels take. */
function common(c: Context) {
  const x = c.x[0] as Operand;
  const { channels, m, k, n } = matrixSizes(x.shape, c.dy.shape, c.a);
  const rows = blockRows(m, k);
  return {
    channels,
    m,
    k,
    n,
    geometry: [...windowArguments(x.shape, c.dy.shape, c.a, channels), 4 * (x.shape[3] as number)],
    dyBytes: 4 * c.a.filters,
    scratch: [{ shape: [], region: c.scratch(columnsBytes(rows, k)) }, rows, c.capabilities.rowsPerTile],
  };
}

/** dw = im2col(x)ᵀ·dy. */
function filterByProduct(c: Context): readonly KernelCall[] {
  const { channels, n, geometry, dyBytes, scratch } = common(c);
  return groupIndices(c.a).map((group) => {
    const x = at(c.x[0] as Operand, 4 * group * channels);
    const dw = at(c.dw.filter as Operand, 4 * group * n);
    return call('conv2dFilterGradient', x, geometry, at(c.dy, 4 * group * n), dyBytes, dw, dyBytes, n, scratch);
  });
}

/** dx by a product with the filter's transpose, whose rows are added to the pixels under each window. */
function inputByScatter(c: Context, dx: Operand): readonly KernelCall[] {
  const { channels, k, n, geometry, dyBytes, scratch } = common(c);
  const groupBytes = panelBytes(n, k);
  const panels = c.packed('transposed', groupBytes * c.a.groups, (target) =>
    groupIndices(c.a).map((group) =>
      call('packPanelsTransposed', at(c.w.filter as Operand, 4 * group * n), dyBytes, k, n, {
        region: target,
        offsetBytes: group * groupBytes,
      }),
    ),
  );
  const scatters = groupIndices(c.a).map((group) => {
    const groupPanels: { region: Region; offsetBytes: number } = { region: panels, offsetBytes: group * groupBytes };
    const dy = at(c.dy, 4 * group * n);
    return call('conv2dTransposed', at(dx, 4 * group * channels), geometry, dy, dyBytes, groupPanels, n, scratch);
  });
  return [call('fillZero', dx, dx.region.bytes), ...scatters];
}

/** Sums of dy over all pixels; of as many `rows` as dy has. */
export const biasGradient = (c: Context, rows: number): Gradient => {
  const calls = () => (c.dw.bias ? [call('columnSums', c.dy, 4 * c.a.filters, rows, c.a.filters, c.dw.bias)] : []);
  return { of: 'bias', algorithms: [{ name: 'sums', cost: 0, calls }] };
};

export function denseGradients(c: Context): readonly Gradient[] {
  const { m, k, n } = common(c);
  const cost = gatherCost(m, k, n, c.a.groups);
  const filter: Gradient = {
    of: 'filter',
    algorithms: [...winogradFilterGradient(c), { name: 'product', cost, calls: () => filterByProduct(c) }],
  };
  const dx = c.dx[0];
  if (!dx) return [filter, biasGradient(c, m)];
  // A product and its scatter back cost about as much as im2col and its product.
  const scatter = { name: 'scatter', cost, calls: () => inputByScatter(c, dx) };
  const filtered = [four, five].flatMap((size) => winogradInputGradient(c, dx, size));
  return [filter, biasGradient(c, m), { of: 'input', algorithms: [...filtered, scatter] }];
}
