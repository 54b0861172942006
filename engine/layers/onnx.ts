/**
 * How a layer says what it is in ONNX. Our values are [N,H,W,C], ONNX's image operators want [N,C,H,W]: a layer asks for
 * its inputs in the order that it needs and says in which order it leaves its output, and transposes come about only
 * where the two do not meet (formats/onnx/export-model.ts).
 */
import type { Quantization } from '../quantization/quantization.ts';
import type { Shape } from '../tensor.ts';

/** A plain number is an integer; floats say so, since ONNX tells them apart. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** A value in ONNX's graph, with axes as the engine has them, or of an image with the channels first. */
export interface OnnxValue {
  readonly name: string;
  readonly order: 'own' | 'channels first';
}

/** All inputs of a node in one order, for operators that do not mind which. */
export interface OnnxInputs {
  readonly names: readonly string[];
  readonly order: OnnxValue['order'];
  /** Where the engine's axis is in this order. */
  axis(axis: number): number;
  /** A list of one entry an axis, in this order. */
  list<T>(perAxis: readonly T[]): readonly T[];
}

export interface OnnxWriter<A> {
  readonly a: A;
  /** Shapes for a batch of 1. */
  readonly x: readonly Shape[];
  readonly y: Shape;
  /** Input `i` with axes as the engine has them. */
  own(i: number): string;
  /** Input `i`, an image [N,H,W,C], as [N,C,H,W]. */
  image(i: number): string;
  /** All inputs in one order: the one that costs nothing, if there is one. */
  inputs(): OnnxInputs;
  hasWeight(role: string): boolean;
  /** A weight with its axes permuted (default: as they are) and then under another shape (default: the permuted one). */
  weight(role: string, permutation?: readonly number[], shape?: Shape): string;
  /** f32 numbers that are no weight. */
  floats(shape: Shape, data: Float32Array | readonly number[]): string;
  /** A value of f32 rounded to levels: QuantizeLinear, DequantizeLinear. Returns the name of what comes out. */
  quantize(name: string, quantization: Quantization): string;
  /** int64 numbers: axes, shapes, paddings. */
  integers(values: readonly number[]): string;
  /** Appends a node; an input '' is left out. Returns the name of its output. */
  node(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>): string;
}

/** Writes a layer's nodes and says what their result is. */
export type WriteOnnx<A> = (o: OnnxWriter<A>) => OnnxValue;

export const own = (name: string): OnnxValue => ({ name, order: 'own' });
export const channelsFirst = (name: string): OnnxValue => ({ name, order: 'channels first' });

/** An operator that takes each element, or each pair of elements, by itself. */
export const elementwise =
  <A>(type: string, attributes: (a: A) => Readonly<Record<string, OnnxAttribute>> = () => ({})): WriteOnnx<A> =>
  (o) => {
    const { names, order } = o.inputs();
    return { name: o.node(type, names, attributes(o.a)), order };
  };

/** An operator along the last axis; a scalar has none, and is given one. */
export function lastAxis(o: OnnxWriter<unknown>, type: string): OnnxValue {
  if (o.y.length === 0) {
    const row = o.node('Reshape', [o.own(0), o.integers([1])]);
    return own(o.node('Reshape', [o.node(type, [row], { axis: 0 }), o.integers([])]));
  }
  const { names, order, axis } = o.inputs();
  return { name: o.node(type, names, { axis: axis(o.y.length - 1) }), order };
}
