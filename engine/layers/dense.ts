/**
 * A fully connected layer: every output sees every input.
 *   x [N,IN]·filter [IN,OUT] + bias [OUT] → y [N,OUT];  ONNX Gemm
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { call, type KernelCall, type Operand } from '../region.ts';
import { formatShape, type Shape } from '../tensor.ts';
import { foldInputScale, foldIntoFilter } from './fold.ts';
import { blockRows, clampArguments, panelBytes } from './gemm.ts';
import { type BackwardContext, type Gradient, layer } from './layer.ts';
import { own } from './onnx.ts';
import { quantizedDense } from './quantized/conv2d.ts';

const attributes = v.strictObject({
  units: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_048_576)),
  bias: v.optional(v.boolean(), true),
});
type Attributes = v.InferOutput<typeof attributes>;

const UNLIMITED = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function gradients(c: BackwardContext<Attributes>): readonly Gradient[] {
  const x = c.x[0] as Operand;
  const [m, k] = x.shape as [number, number];
  const n = c.a.units;
  const { rowsPerTile } = c.capabilities;
  const { bias } = c.dw;
  const [dx] = c.dx;
  const one = (of: string, calls: () => KernelCall[]): Gradient => ({
    of,
    algorithms: [{ name: 'product', cost: 0, calls }],
  });
  const filter = () => [
    call('gemmTransposed', x, 4 * k, c.dy, 4 * n, c.dw.filter as Operand, 4 * n, m, k, n, rowsPerTile),
  ];
  const input = (target: Operand) => {
    const panels = c.packed('transposed', panelBytes(n, k), (region) =>
      call('packPanelsTransposed', c.w.filter as Operand, 4 * n, k, n, region),
    );
    return [call('gemm', c.dy, 4 * n, panels, target, 4 * k, 0, m, n, k, UNLIMITED, rowsPerTile, blockRows(m, n))];
  };
  return [
    one('filter', filter),
    ...(bias ? [one('bias', () => [call('columnSums', c.dy, 4 * n, m, n, bias)])] : []),
    ...(dx ? [one('input', () => input(dx))] : []),
  ];
}

export const dense = layer<Attributes>({
  attributes,

  inferShape: ([x], { units }) => {
    if (x?.length !== 2) {
      throw new EngineError(
        'shape-mismatch',
        `expected an input [N,IN], got ${formatShape(x ?? [])}: flatten it first`,
      );
    }
    if (x[1] === 0) throw new EngineError('shape-mismatch', `an input ${formatShape(x)} has no channels`);
    return [x[0] as number, units];
  },

  weights: ([x], a) => {
    const fanIn = (x as Shape)[1] as number;
    return {
      filter: { shape: [fanIn, a.units], initializer: { heUniform: { fanIn } }, decay: true },
      ...(a.bias && { bias: { shape: [a.units], initializer: 'zeros' } as const }),
    };
  },

  macs: ([x], _, { units }) => {
    const [m, k] = x as [number, number];
    return m * k * units;
  },

  forward: (c) => {
    const x = c.x[0] as Operand;
    const [m, k] = x.shape as [number, number];
    const n = c.a.units;
    const panels = c.packed('panels', panelBytes(k, n), (target) =>
      call('packPanels', c.w.filter as Operand, 4 * n, c.w.bias ?? 0, k, n, target),
    );
    const blocking = [c.capabilities.rowsPerTile, blockRows(m, k)];
    const residual = c.epilogue.residual ?? 0;
    return call('gemm', x, 4 * k, panels, c.y, 4 * n, residual, m, k, n, clampArguments(c), blocking);
  },

  quantized: quantizedDense,

  epilogue: { clamp: true, residual: true, clampInTraining: true },
  foldAffine: (w, a, affine) => ({ weights: foldIntoFilter(w, affine, a.units), attributes: { ...a, bias: true } }),
  foldInputScale: (w, _, scale) => foldInputScale(w, scale),

  gradients,

  onnx: (o) => own(o.node('Gemm', [o.own(0), o.weight('filter'), o.hasWeight('bias') ? o.weight('bias') : ''])),

  samples: [
    { input: [1, 5], units: 3 },
    { input: [2, 8], units: 16, bias: false },
    { input: [7, 33], units: 10 }, // tails in rows, columns and depth
    { input: [16, 12], units: 1 },
    { input: [1, 21], units: 75 }, // a row: four panels at a time, one by itself, a part of one
    { input: [13, 1], units: 9 },
  ],
});
