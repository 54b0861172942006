/** Pooling over windows and over whole images. */
import { layoutOf } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { valueShape } from '../value.ts';
import { windowOf } from './window.ts';

const ceilMode = (op: Operation) => op.attributes.integer('ceil_mode', 0) === 1;

const maxPool: Reader = (op) => {
  if (op.wants(1)) throw op.unsupported('element type', 'the places of the maxima (output 1) are not supported');
  const x = op.graph.image(op.input(0));
  const rank = op.shape(0).length;
  const attributes = { ...windowOf(op, rank - 2), ceilMode: ceilMode(op) };
  return op.graph.fromImage(op.graph.add('maxPool2d', [x], attributes), rank);
};

const averagePool: Reader = (op) => {
  const x = op.graph.image(op.input(0));
  const rank = op.shape(0).length;
  const countPadding = op.attributes.integer('count_include_pad', 0) === 1;
  const attributes = { ...windowOf(op, rank - 2), ceilMode: ceilMode(op), countPadding };
  return op.graph.fromImage(op.graph.add('averagePool2d', [x], attributes), rank);
};

/** [N,C,H,W] → [N,C,1,1]. */
const globalPool =
  (kind: 'globalAveragePool2d' | 'globalMaxPool2d'): Reader =>
  (op) => {
    const placed = op.graph.add(kind, [op.graph.image(op.input(0))]);
    const shape = valueShape(op.input(0)).map((side, axis) => (axis < 2 ? side : 1));
    return { placed, layout: layoutOf(shape) };
  };

export const pooling: Readonly<Record<string, Reader>> = {
  AveragePool: averagePool,
  GlobalAveragePool: globalPool('globalAveragePool2d'),
  GlobalMaxPool: globalPool('globalMaxPool2d'),
  MaxPool: maxPool,
};
