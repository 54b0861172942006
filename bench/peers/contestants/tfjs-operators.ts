/** The kinds of layers that the networks here have, as operations of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Sides, WindowAttributes } from '../../../engine/layers/window.ts';
import type { Activation, FusedNode } from '../fused-graph.ts';

export type Weights = Readonly<Record<string, tf.Tensor>>;

interface Operands {
  readonly x: readonly tf.Tensor[];
  readonly w: Weights;
  /** What our schema made of the attributes. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own
  readonly a: any;
  /** To be done in the same call where the operation can. */
  readonly activation: Activation;
}

/** An operation that has its activation within, and one that has not. */
type Operation = { readonly fused: boolean; readonly call: (operands: Operands) => tf.Tensor };
const fused = (call: Operation['call']): Operation => ({ fused: true, call });
const plain = (call: Operation['call']): Operation => ({ fused: false, call });

const window = (a: WindowAttributes) => {
  const [top, bottom, left, right] = a.padding as Sides;
  const isEven = top === bottom && left === right && top === left;
  const pad: tf.Padding = isEven
    ? top
    : [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
  return { strides: a.stride, pad, dilations: a.dilation };
};

const hardSigmoid = (x: tf.Tensor) => tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6);

const operations: Partial<Record<LayerKind, Operation>> = {
  conv2d: fused(({ x: [x], w, a, activation }) =>
    tf.fused.conv2d({ x: x as tf.Tensor, filter: w.filter as tf.Tensor, bias: w.bias, activation, ...window(a) }),
  ),
  depthwiseConv2d: fused(({ x: [x], w, a, activation }) =>
    tf.fused.depthwiseConv2d({
      x: x as tf.Tensor,
      filter: w.filter as tf.Tensor,
      bias: w.bias,
      activation,
      ...window(a),
    }),
  ),
  dense: fused(({ x: [x], w, activation }) =>
    tf.fused.matMul({ a: x as tf.Tensor, b: w.filter as tf.Tensor, bias: w.bias, activation }),
  ),
  maxPool2d: plain(({ x: [x], a }) => tf.maxPool(x as tf.Tensor, a.size, a.stride, window(a).pad)),
  globalAveragePool2d: plain(({ x: [x] }) => tf.mean(x as tf.Tensor, [1, 2])),
  reduceMean: plain(({ x: [x], a }) => tf.mean(x as tf.Tensor, a.axes, a.keepDimensions)),
  concat: plain(({ x, a }) => tf.concat(x, a.axis)),
  flatten: plain(({ x: [x] }) => tf.reshape(x as tf.Tensor, [x?.shape[0] as number, -1])),
  add: plain(({ x: [a, b] }) => tf.add(a as tf.Tensor, b as tf.Tensor)),
  mul: plain(({ x: [a, b] }) => tf.mul(a as tf.Tensor, b as tf.Tensor)),
  hardSigmoid: plain(({ x: [x] }) => hardSigmoid(x as tf.Tensor)),
  hardSwish: plain(({ x: [x] }) => tf.mul(x as tf.Tensor, hardSigmoid(x as tf.Tensor))),
};

/**
 * Computes a node with what was fused behind it.
 * @throws Error for a kind that is not in the table
 */
export function operate(node: FusedNode, read: (name: string) => tf.Tensor, w: Weights): tf.Tensor {
  const { activation, residual } = node;
  const operation = operations[node.kind];
  if (!operation) throw new Error(`node "${node.id}": the comparison has no ${node.kind} for TensorFlow.js`);
  const isFused = operation.fused && residual === undefined;
  const x = node.inputs.map(read);
  const y = operation.call({ x, w, a: node.attributes, activation: isFused ? activation : 'linear' });
  const sum = residual === undefined ? y : tf.add(y, read(residual));
  if (isFused || activation === 'linear') return sum;
  return activation === 'relu' ? tf.relu(sum) : tf.relu6(sum);
}
