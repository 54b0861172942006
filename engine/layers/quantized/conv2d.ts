/** 2-D convolution and dense layers on levels: the int8 GEMM, for a convolution over im2col (assembly/quantized/). */
import { outputArguments, ratio } from '../../quantization/arithmetic.ts';
import { blockRows, panelBytes, stagedBytes } from '../../quantization/sizes.ts';
import { at, call, type KernelCall, type Region } from '../../region.ts';
import { elementCount } from '../../tensor.ts';
import { type ConvolutionAttributes, groupIndices, matrixSizes } from '../conv2d-matrices.ts';
import { clampArguments } from '../gemm.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';
import { isPointwise, windowArguments } from '../window.ts';
import { filterNumbers, LONGEST_SUM } from './filter.ts';

interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly groups: number;
}

const isWithinReach = <A>(c: QuantizedContext<A>, { k }: Sizes): boolean =>
  // A residual is added before rounding, so where nothing is rounded there is none.
  c.isEightBit('filter') && k <= LONGEST_SUM && (c.y.quantization !== undefined || !c.epilogue.residual);

/** The filter [K,N] of each group as panels, one region for all. */
function packedLevels<A>(c: QuantizedContext<A>, { k, n, groups }: Sizes) {
  const path = c.capabilities.dot8;
  const groupBytes = panelBytes(path, k, n);
  const { levels, bias, multipliers } = filterNumbers(c, n * groups);
  const part = (region: Region, offsetBytes: number) => ({ region, offsetBytes });
  const panels = c.packed('int8 panels', groupBytes * groups, (target) =>
    Array.from({ length: groups }, (_, group) => {
      const channel = group * n;
      return call(
        'packPanelsI8',
        [path, part(levels, channel), n * groups, part(bias, 4 * channel)],
        [part(multipliers, 4 * channel), c.x[0].quantization.zeroPoint, k, n],
        part(target, group * groupBytes),
      );
    }),
  );
  return { panels, groupBytes };
}

/** What the GEMM's epilogue is told, and the clamp behind it where y is f32. */
function output<A>(c: QuantizedContext<A>, channel: number) {
  const { quantization } = c.y;
  const { residual } = c.epilogue;
  if (!quantization) return [1, 0, 0, 0, 0, 0, 0];
  const scale = residual ? ratio(residual.quantization, quantization) : 0;
  const added = residual ? [at(residual, channel), scale, residual.quantization.zeroPoint] : [0, 0, 0];
  return [0, ...outputArguments(quantization, c.epilogue), ...added];
}

function clampOfFloats<A>(c: QuantizedContext<A>): KernelCall[] {
  const [lo, hi] = clampArguments(c);
  const isClamped = lo > Number.NEGATIVE_INFINITY || hi < Number.POSITIVE_INFINITY;
  return !c.y.quantization && isClamped ? [call('clamp', c.y, c.y, elementCount(c.y.shape), lo, hi)] : [];
}

function product<A>(c: QuantizedContext<A>, sizes: Sizes): KernelCall[] {
  const path = c.capabilities.dot8;
  const { m, k, n } = sizes;
  const { panels } = packedLevels(c, sizes);
  const rows = blockRows(path, m, k);
  const valueBytes = c.y.quantization ? 1 : 4;
  const scratch = path === 1 ? 0 : c.scratch(stagedBytes(path, rows, k));
  const x = c.x[0];
  return [
    call('gemmU8', [path, x, k, panels, c.y, valueBytes * n, m, k, n], output(c, 0), scratch, rows),
    ...clampOfFloats(c),
  ];
}

function windows(c: QuantizedContext<ConvolutionAttributes>, sizes: Sizes): KernelCall[] {
  const path = c.capabilities.dot8;
  const x = c.x[0];
  const { m, k, n, groups } = sizes;
  const { panels, groupBytes } = packedLevels(c, sizes);
  const rows = blockRows(path, m, k);
  const columns = c.scratch(stagedBytes(path, rows, k));
  const valueBytes = c.y.quantization ? 1 : 4;
  const channels = k / (c.a.size[0] * c.a.size[1]);
  return [
    ...groupIndices(c.a).map((group) =>
      call(
        'conv2dU8',
        [path, at(x, group * channels), ...windowArguments(x.shape, c.y.shape, c.a, channels)],
        [x.shape[3] as number, x.quantization.zeroPoint, { region: panels, offsetBytes: group * groupBytes }],
        [at(c.y, valueBytes * group * n), valueBytes * n * groups, n],
        output(c, group * n),
        columns,
        rows,
      ),
    ),
    ...clampOfFloats(c),
  ];
}

export const quantizedConv2d: QuantizedLayer<ConvolutionAttributes> = {
  calls: (c) => {
    const { x, y, a } = c;
    const sizes = { ...matrixSizes(x[0].shape, y.shape, a), groups: a.groups };
    if (!isWithinReach(c, sizes)) return undefined;
    return a.groups === 1 && isPointwise(a) ? product(c, sizes) : windows(c, sizes);
  },
  filterChannelAxes: 1,
  givesFloats: true,
  addsResidual: true,
};

export const quantizedDense: QuantizedLayer<{ readonly units: number }> = {
  calls: (c) => {
    const [m, k] = c.x[0].shape as [number, number];
    const sizes = { m, k, n: c.a.units, groups: 1 };
    return isWithinReach(c, sizes) ? product(c, sizes) : undefined;
  },
  filterChannelAxes: 1,
  givesFloats: true,
  addsResidual: true,
};
