/** From a layer's samples to cases on levels: every level occurs, and most outputs lie between the limits. */
import type { LayerKind } from '../../engine/layers/index.ts';
import { type Quantization, quantizationOf, quantizeWeight } from '../../engine/quantization/quantization.ts';
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';
import { references } from '../reference/index.ts';
import { quantizedReferences } from '../reference/quantized/index.ts';
import { type Levels, type QuantizedResult, reals } from '../reference/quantized/levels.ts';
import { toTensor64 } from '../reference/tensor64.ts';
import { uniformTensor } from './layer-cases.ts';
import { parseAttributes } from './parse-attributes.ts';
import { type LayerRunner, layerOfKind } from './run-layer.ts';
import type { QuantizedCase } from './run-quantized.ts';

export const levelsOf = (shape: Shape, random: Random, quantization: Quantization): Levels => ({
  shape,
  data: Uint8Array.from({ length: elementCount(shape) }, () => random.below(256)),
  quantization,
});

const unclamped = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };

/** What f32 layers make of the same numbers: where y's levels should lie. */
function realOutput({ kind, a, x, w }: Pick<QuantizedCase, 'kind' | 'a' | 'x' | 'w'>): Float64Array {
  const weights = Object.fromEntries(Object.entries(w).map(([role, tensor]) => [role, toTensor64(tensor)]));
  const values = references[kind](x.map(reals).map(toTensor64), weights, a).data.filter(Number.isFinite);
  return values.length > 0 ? values : new Float64Array(1);
}

/** A value's quantization, which cuts off a little at both ends. */
function fitting(values: Float64Array): Quantization {
  const sorted = values.toSorted();
  return quantizationOf(0.95 * (sorted[0] as number), 0.95 * (sorted.at(-1) as number));
}

export interface CaseOptions {
  readonly seed: number;
  /** Of x. */
  readonly zeroPoint: number;
  /** One scale for all channels of the filter. */
  readonly oneScale?: boolean;
  /** y is f32. */
  readonly asFloats?: boolean;
  readonly clamped?: boolean;
  readonly withResidual?: boolean;
}

/** A layer with inputs of these shapes. Inputs differ in scale, filters have levels of both signs and −127. */
export function quantizedCase(
  kind: LayerKind,
  shapes: readonly Shape[],
  raw: object,
  options: CaseOptions,
): QuantizedCase {
  const { seed, zeroPoint, oneScale, asFloats, clamped, withResidual } = options;
  const random = new Random(seed);
  const layer = layerOfKind(kind);
  const a = parseAttributes(layer, raw);
  const x = shapes.map((shape, i) =>
    levelsOf(shape, random, {
      scale: Math.fround(0.013 * (1 + 0.7 * i)),
      zeroPoint: i === 0 ? zeroPoint : (zeroPoint + 91 * i) % 256,
    }),
  );
  const specs = Object.entries(layer.weights?.(shapes, a) ?? {});
  const axes = oneScale ? 0 : (layer.quantized?.filterChannelAxes ?? 0);
  const w = specs.map(([role, { shape }]): [string, Tensor] => {
    const tensor = uniformTensor(shape, random, -1, 1);
    return [role, role === 'filter' ? quantizeWeight(tensor, axes) : tensor];
  });
  const plain = { kind, a, x, w: Object.fromEntries(w) };
  const values = realOutput(plain);
  const sorted = values.toSorted();
  const picks = layer.quantized?.picksLevels?.(a) ?? false;
  const y = picks ? (x[0] as Levels).quantization : fitting(values);
  const quartile = (share: number) => Math.fround(sorted[Math.floor(share * (sorted.length - 1))] as number);
  const limits = clamped ? { lo: quartile(0.2), hi: quartile(0.8) } : unclamped;
  const outputShape = layer.inferShape(shapes, a) as Shape;
  const residual = withResidual
    ? levelsOf(outputShape, random, { scale: Math.fround(y.scale * 0.37), zeroPoint: 255 - zeroPoint })
    : undefined;
  return { ...plain, ...limits, y: asFloats ? undefined : y, residual };
}

/** What the reference makes of a case; activations by the f32 kernels of `plain`. */
export function expectedOf(c: QuantizedCase, plain: LayerRunner): QuantizedResult | undefined {
  const { kind, a, x, w, y, lo, hi, residual } = c;
  const { eightBit } = w.filter ?? {};
  return quantizedReferences[kind]?.({
    ...{ x, a, y, lo, hi, residual },
    filter: eightBit && { ...eightBit, shape: w.filter?.shape ?? [] },
    bias: w.bias?.data,
    evaluate: (data) => plain.forward({ kind, attributes: a, x: [{ shape: [data.length], data }], w: {} }).data,
  });
}
