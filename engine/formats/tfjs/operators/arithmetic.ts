/** One value in, or two with broadcasting, and one out; reductions. */
import { constantOf } from '../../onnx/tensor.ts';
import { isConstant, type Value, valueShape } from '../../onnx/value.ts';
import { activate, leakyRelu } from '../activations.ts';
import { globalPool } from '../images.ts';
import type { TensorFlowOperation, TensorFlowReader } from '../operation.ts';

/** The ONNX operator that is the same. */
const same =
  (type: string): TensorFlowReader =>
  (op) =>
    op.apply(type, op.inputs);

const named =
  (name: string): TensorFlowReader =>
  (op) =>
    activate(op, name, op.input(0));

/** 1/√x. */
const rsqrt: TensorFlowReader = (op) => {
  const root = op.apply('Sqrt', [op.input(0)]);
  if (isConstant(root)) return op.apply('Div', [constantOf('float32', [], [1]), root]);
  return op.apply('Reciprocal', [root]);
};

const square: TensorFlowReader = (op) => op.apply('Mul', [op.input(0), op.input(0)]);

const squaredDifference: TensorFlowReader = (op) => {
  const difference = op.apply('Sub', [op.input(0), op.input(1)]);
  return op.apply('Mul', [difference, difference]);
};

const addN: TensorFlowReader = (op) =>
  op.inputs.slice(1).reduce<Value>((sum, _, i) => op.apply('Add', [sum, op.input(i + 1)]), op.input(0));

const realDiv: TensorFlowReader = (op) => op.apply('Div', [op.input(0), op.input(1)]);

/** Of integers of shape arithmetic, rounded down. */
const floorDiv: TensorFlowReader = (op) => {
  const [a, b] = [op.input(0), op.input(1)];
  if (!isConstant(a) || !isConstant(b)) return op.apply('Floor', [op.apply('Div', [a, b])]);
  const float = ({ shape, data }: typeof a) => constantOf('float64', shape, data);
  const { shape, data } = op.apply('Floor', [op.apply('Div', [float(a), float(b)])]) as typeof a;
  return constantOf(a.type, shape, data);
};

const clipByValue: TensorFlowReader = (op) => op.apply('Clip', [op.input(0), op.input(1), op.input(2)]);

/** Against one number it is a clip, which is fused into what is before it. */
const extreme =
  (type: 'Max' | 'Min'): TensorFlowReader =>
  (op) => {
    const [a, b] = [op.input(0), op.input(1)];
    const [value, bound] = isConstant(a) ? [b, a] : [a, b];
    const isNumber = isConstant(bound) && bound.data.length === 1 && bound.shape.length <= valueShape(value).length;
    if (!isNumber || isConstant(value) || !Number.isFinite(bound.data[0])) return op.apply(type, [a, b]);
    const limit = constantOf('float32', [], bound.data);
    return op.apply('Clip', type === 'Max' ? [value, limit] : [value, undefined, limit]);
  };

/** `keep_dims` was called `keepdims` for a while. */
const keeps = (op: TensorFlowOperation): boolean => op.tf.flag('keep_dims') || op.tf.flag('keepdims');

/** A mean or maximum over height and width is a layer. */
const globalKinds: Readonly<Record<string, 'globalAveragePool2d' | 'globalMaxPool2d' | undefined>> = {
  ReduceMean: 'globalAveragePool2d',
  ReduceMax: 'globalMaxPool2d',
};

const reduction =
  (type: string): TensorFlowReader =>
  (op) => {
    const rank = valueShape(op.input(0)).length;
    const axes = op.axes(op.list(1, 'the axes'), rank);
    if (axes.length === 0) return op.input(0);
    const kind = globalKinds[type];
    if (kind && rank === 4 && axes.join() === '1,2') return globalPool(op, kind, op.input(0), keeps(op));
    return op.apply(type, [op.input(0)], { axes, keepdims: keeps(op) ? 1 : 0 });
  };

export const arithmetic: Readonly<Record<string, TensorFlowReader>> = {
  Abs: same('Abs'),
  Add: same('Add'),
  AddN: addN,
  AddV2: same('Add'),
  BiasAdd: (op) => {
    op.requireChannelsLast();
    return op.apply('Add', [op.input(0), op.input(1)]);
  },
  Ceil: same('Ceil'),
  ClipByValue: clipByValue,
  Div: realDiv,
  Elu: named('elu'),
  Erf: same('Erf'),
  Exp: same('Exp'),
  Floor: same('Floor'),
  FloorDiv: floorDiv,
  LeakyRelu: (op) => leakyRelu(op, op.input(0), op.tf.float('alpha', 0.2)),
  Log: same('Log'),
  LogSoftmax: named('logsoftmax'),
  Max: reduction('ReduceMax'),
  Maximum: extreme('Max'),
  Mean: reduction('ReduceMean'),
  Min: reduction('ReduceMin'),
  Minimum: extreme('Min'),
  Mul: same('Mul'),
  Neg: same('Neg'),
  Pow: same('Pow'),
  Prelu: same('PRelu'),
  RealDiv: realDiv,
  Reciprocal: same('Reciprocal'),
  Relu: named('relu'),
  Relu6: named('relu6'),
  Rsqrt: rsqrt,
  Sigmoid: named('sigmoid'),
  Softmax: named('softmax'),
  Softplus: named('softplus'),
  Sqrt: same('Sqrt'),
  Square: square,
  SquaredDifference: squaredDifference,
  Sub: same('Sub'),
  Sum: reduction('ReduceSum'),
  Tanh: named('tanh'),
};
