/** What the importer knows of a value: its numbers, or where a run will leave them. */
import type { Reference } from '../../graph.ts';
import type { Quantization } from '../../quantization/quantization.ts';
import type { Shape } from '../../tensor.ts';
import { type Atom, type Layout, shapeOf } from './layout.ts';
import type { Constant } from './tensor.ts';

/** A value of the graph under construction, with the shape that the engine sees. */
export interface Placed {
  readonly reference: Reference;
  readonly shape: Shape;
}

/** f32, computed by every run; `placed` holds the elements in the order that `layout` tells. */
export interface RunTime {
  readonly placed: Placed;
  readonly layout: Layout;
  /** ONNX has integers here: what is placed are the numbers that a DequantizeLinear will make of them. */
  readonly integers?: Integers | undefined;
}

/** What a QuantizeLinear makes of a value. */
export interface Integers {
  readonly type: 'uint8' | 'int8';
  /** As if they were unsigned. */
  readonly quantization: Quantization;
}

export type Value = Constant | RunTime;

export const isConstant = (value: Value): value is Constant => 'data' in value;

/** The shape that ONNX sees. */
export const valueShape = (value: Value): Shape => (isConstant(value) ? value.shape : shapeOf(value.layout));

/** The value with an axis of length 1 more. */
export function insertAxis<V extends Value>(value: V, axis: number): V {
  if (isConstant(value)) return { ...value, shape: value.shape.toSpliced(axis, 0, 1) };
  const { layout } = value as RunTime;
  return { ...value, layout: { ...layout, axes: layout.axes.toSpliced(axis, 0, [] as readonly Atom[]) } };
}

/** The value with axes of length 1 in front, up to this rank: how broadcasting numbers axes. */
export function lift<V extends Value>(value: V, rank: number): V {
  let lifted = value;
  for (let missing = rank - valueShape(value).length; missing > 0; missing--) lifted = insertAxis(lifted, 0);
  return lifted;
}
