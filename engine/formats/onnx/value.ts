/** What the importer knows of a value: its numbers, or where a run will leave them. */
import type { Reference } from '../../graph.ts';
import type { Shape } from '../../tensor.ts';
import { type Layout, shapeOf } from './layout.ts';
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
}

export type Value = Constant | RunTime;

export const isConstant = (value: Value): value is Constant => 'data' in value;

/** The shape that ONNX sees. */
export const valueShape = (value: Value): Shape => (isConstant(value) ? value.shape : shapeOf(value.layout));
