/** Layers on levels that add products up: exact integer sums by the layer's own naive loop, then one rounding. */
import type { LayerKind } from '../../../engine/layers/index.ts';
import { references } from '../index.ts';
import type { Tensor64 } from '../tensor64.ts';
import { centred, hostLevel, level, type QuantizedProblem, type QuantizedReference, ratio, scaled } from './levels.ts';

const { fround } = Math;

/** The longest sum whose products fit into i32. */
const LONGEST_SUM = 32_768;

/**
 * The sums become levels of y, a residual being added before they are rounded; or f32, clamped.
 * @param multipliers one for each output channel, the last axis
 */
function output(p: QuantizedProblem, sums: Tensor64, multipliers: readonly number[]) {
  const { y, residual, lo, hi } = p;
  const channels = multipliers.length;
  const products = Float32Array.from(sums.data, (sum, i) => scaled(sum + 0, multipliers[i % channels] as number));
  if (!y) return { shape: sums.shape, data: products.map((value) => Math.min(Math.max(value, lo), hi)) };
  const added = residual && centred(residual).data;
  const scale = residual ? ratio(residual.quantization, y) : 0;
  const [lowest, highest] = [hostLevel(lo, y), hostLevel(hi, y)];
  const data = Uint8Array.from(products, (value, i) => {
    const x = added ? fround(value + scaled(added[i] as number, scale)) : value;
    return level(x, y.zeroPoint, lowest, highest);
  });
  return { shape: sums.shape, data };
}

/** Bias in units of x's scale times the channel's, and what makes levels of y (or f32) of the channel's sum. */
function channel(p: QuantizedProblem, index: number, channels: number) {
  const { levels, scales } = p.filter as NonNullable<QuantizedProblem['filter']>;
  const unit = (p.x[0]?.quantization.scale as number) * (scales[index % scales.length] as number);
  const bias = Math.max(-(2 ** 30), Math.min(2 ** 30, Math.floor((p.bias?.[index] ?? 0) / unit + 0.5)));
  if (!p.y) return { bias, multiplier: fround(unit) };
  let weights = 0;
  for (let i = index; i < levels.length; i += channels) weights += Math.abs(levels[i] as number);
  // No sum may leave what the rounding is exact for.
  const largest = 1 + Math.abs(bias) + 255 * weights;
  return { bias, multiplier: fround(Math.min(unit / p.y.scale, 2 ** 22 / largest)) };
}

function sumOfProducts(kind: LayerKind, p: QuantizedProblem, channels: number) {
  const all = Array.from({ length: channels }, (_, i) => channel(p, i, channels));
  const { shape, levels } = p.filter as NonNullable<QuantizedProblem['filter']>;
  const filter = { shape, data: Float64Array.from(levels) };
  const bias = { shape: [channels], data: Float64Array.from(all, (each) => each.bias) };
  const sums = references[kind]([centred(p.x[0] as QuantizedProblem['x'][number])], { filter, bias }, p.a);
  return output(
    p,
    sums,
    all.map(({ multiplier }) => multiplier),
  );
}

const numberOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Products of one sum. */
const depth = (p: QuantizedProblem, channels: number): number => numberOf(p.filter?.shape ?? []) / channels;

const matrix =
  (kind: 'conv2d' | 'dense', channelsOf: (a: QuantizedProblem['a']) => number): QuantizedReference =>
  (p) => {
    const channels = channelsOf(p.a);
    const isBeyond = depth(p, channels) > LONGEST_SUM || (!p.y && p.residual);
    return isBeyond ? undefined : sumOfProducts(kind, p, channels);
  };

export const conv2d = matrix('conv2d', (a) => a.filters);
export const dense = matrix('dense', (a) => a.units);

export const depthwiseConv2d: QuantizedReference = (p) => {
  const channels = p.x[0]?.shape[3] as number;
  if (p.a.multiplier > 1 || p.residual || !p.y || depth(p, channels) > LONGEST_SUM) return undefined;
  return sumOfProducts('depthwiseConv2d', p, channels);
};

export const add: QuantizedReference = (p) => {
  const [a, b] = p.x as [QuantizedProblem['x'][number], QuantizedProblem['x'][number]];
  if (!p.y || a.shape.join() !== b.shape.join()) return undefined;
  const { y } = p;
  const [lowest, highest] = [hostLevel(p.lo, y), hostLevel(p.hi, y)];
  const [scaleA, scaleB] = [ratio(a.quantization, y), ratio(b.quantization, y)];
  const terms = centred(b).data;
  const data = Uint8Array.from(centred(a).data, (each, i) =>
    level(fround(scaled(each, scaleA) + scaled(terms[i] as number, scaleB)), y.zeroPoint, lowest, highest),
  );
  return { shape: a.shape, data };
};

/** The product of two levels less their zero points, broadcast, exact; one multiplication by the scales makes it y's. */
export const mul: QuantizedReference = (p) => {
  const [a, b] = p.x as [QuantizedProblem['x'][number], QuantizedProblem['x'][number]];
  if (!p.y) return undefined;
  const { y } = p;
  const factor = fround((a.quantization.scale * b.quantization.scale) / y.scale);
  // Beyond, a product may leave what the rounding is exact for.
  if (factor * 255 * 255 > 2 ** 22) return undefined;
  const [lowest, highest] = [hostLevel(p.lo, y), hostLevel(p.hi, y)];
  const { shape, data } = references.mul([centred(a), centred(b)], {}, p.a);
  return { shape, data: Uint8Array.from(data, (each) => level(scaled(each, factor), y.zeroPoint, lowest, highest)) };
};
