/** Activations by the names that TensorFlow (fused operators) and Keras (configurations) call them. */
import { excerpt } from '../../json.ts';
import { constantOf } from '../onnx/tensor.ts';
import type { Value } from '../onnx/value.ts';
import type { Composite } from './composite.ts';

type Activation = (op: Composite, x: Value) => Value;

const scalar = (value: number): Value => constantOf('float32', [], [value]);

/** min(max(x, 0), top). */
const clipped =
  (top: number): Activation =>
  (op, x) =>
    op.apply('Clip', [x, scalar(0), scalar(top)]);

/** Keras' hard sigmoid: 0.2·x + 0.5 between 0 and 1. */
const hardSigmoid: Activation = (op, x) =>
  op.apply('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } });

const activations: Readonly<Record<string, Activation>> = {
  elu: (op, x) => op.apply('Elu', [x]),
  exponential: (op, x) => op.apply('Exp', [x]),
  hardsigmoid: hardSigmoid,
  linear: (_, x) => x,
  logsoftmax: (op, x) => op.apply('LogSoftmax', [x], { axis: -1 }),
  relu: (op, x) => op.apply('Relu', [x]),
  relu6: clipped(6),
  sigmoid: (op, x) => op.apply('Sigmoid', [x]),
  silu: (op, x) => op.apply('Mul', [x, op.apply('Sigmoid', [x])]),
  softmax: (op, x) => op.apply('Softmax', [x], { axis: -1 }),
  softplus: (op, x) => op.apply('Softplus', [x]),
  softsign: (op, x) => op.apply('Div', [x, op.apply('Add', [op.apply('Abs', [x]), scalar(1)])]),
  swish: (op, x) => op.apply('Mul', [x, op.apply('Sigmoid', [x])]),
  tanh: (op, x) => op.apply('Tanh', [x]),
};

/** @throws EngineError `unsupported-model` for a name that is not known */
export function activate(op: Composite, name: string, x: Value): Value {
  const key = name.toLowerCase().replaceAll('_', '');
  const make = Object.hasOwn(activations, key) ? activations[key] : undefined;
  if (make) return make(op, x);
  throw op.unsupported('operator', `the activation ${excerpt(name)} is not supported`);
}

/** x where x > 0, else alpha·x. */
export const leakyRelu = (op: Composite, x: Value, alpha: number): Value =>
  op.apply('LeakyRelu', [x], { alpha: { float: alpha } });
