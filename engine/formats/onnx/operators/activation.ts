/** One value in, one value out. */
import type { LayerKind } from '../../../layers/index.ts';
import { elementCount } from '../../../tensor.ts';
import { channelsLast, permute } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { type Constant, constantOf } from '../tensor.ts';
import { isConstant, lift, type Value, valueShape } from '../value.ts';
import { combine, vector } from './arithmetic.ts';

const unary =
  (kind: LayerKind, attributes: (op: Operation) => object = () => ({})): Reader =>
  (op) =>
    op.mapped(op.runTime(0), kind, attributes(op));

const alpha = (otherwise: number) => (op: Operation) => ({ alpha: op.attributes.float('alpha', otherwise) });

/** Limits were attributes below operator set 11. They may also be computed by the run. */
const clip: Reader = (op) => {
  const limit = (name: 'min' | 'max', i: number): number | undefined => {
    if (op.opset < 11) return op.attributes.has(name) ? op.attributes.float(name, 0) : undefined;
    return op.optionalConstant(i, name)?.data[0];
  };
  const isKnown = [op.inputs[1], op.inputs[2]].every((value) => !value || isConstant(value));
  if (!isKnown) {
    const raised = op.inputs[1] ? combine(op, 'max', op.runTime(0), op.input(1)) : op.input(0);
    return op.inputs[2] ? combine(op, 'min', raised, op.input(2)) : raised;
  }
  const finite = (value: number | undefined) => (Number.isFinite(value) ? value : undefined);
  const [min, max] = [finite(limit('min', 1)), finite(limit('max', 2))];
  const value = op.runTime(0);
  if (min === 0 && max === undefined) return op.mapped(value, 'relu');
  if (min === 0 && max === 6) return op.mapped(value, 'relu6');
  return op.mapped(value, 'clip', { ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
};

/** A slope per channel is a layer; any other is put together: max(x, 0) + slope·min(x, 0). */
const prelu: Reader = (op) => {
  const value = op.runTime(0);
  const rank = valueShape(value).length;
  const slope = slopeOf(op, rank);
  if (isConstant(slope)) {
    const order = op.graph.naturalOrder(value);
    const channels = permute(valueShape(value), order).at(-1) ?? 1;
    const sides = permute(slope.shape, order);
    if (elementCount(sides) === channels && sides.at(-1) === channels) {
      const placed = op.graph.add('prelu', [op.graph.arrange(value, order)], {}, { slope: vector(op, slope) });
      return op.graph.fromOrder(placed, order);
    }
  }
  const zero = constantOf('float32', [], [0]);
  const negative = combine(op, 'mul', combine(op, 'min', value, zero), slope);
  return combine(op, 'add', combine(op, 'max', value, zero), negative);
};

/** Below operator set 7 a vector of slopes meant the channels, axis 1; above, broadcasting puts it at the end. */
function slopeOf(op: Operation, rank: number): Value {
  const slope = op.input(1);
  const shape = valueShape(slope);
  if (op.opset < 7 && isConstant(slope) && shape.length === 1 && shape[0] !== 1 && rank > 1) {
    const sides = channelsLast(rank).map((_, axis) => (axis === 1 ? (shape[0] as number) : 1));
    return { ...slope, shape: sides } satisfies Constant;
  }
  return lift(slope, rank);
}

const gelu: Reader = (op) =>
  op.mapped(op.runTime(0), 'gelu', { approximate: op.attributes.text('approximate', 'none') });

export const activation: Readonly<Record<string, Reader>> = {
  Abs: unary('abs'),
  Ceil: unary('ceil'),
  Clip: clip,
  Elu: unary('elu', alpha(1)),
  Erf: unary('erf'),
  Exp: unary('exp'),
  Floor: unary('floor'),
  Gelu: gelu,
  HardSigmoid: unary('hardSigmoid', (op) => ({
    alpha: op.attributes.float('alpha', 0.2),
    beta: op.attributes.float('beta', 0.5),
  })),
  HardSwish: unary('hardSwish'),
  LeakyRelu: unary('leakyRelu', alpha(0.01)),
  Log: unary('log'),
  Neg: unary('neg'),
  PRelu: prelu,
  Reciprocal: unary('reciprocal'),
  Relu: unary('relu'),
  Sigmoid: unary('sigmoid'),
  Softplus: unary('softplus'),
  Sqrt: unary('sqrt'),
  Tanh: unary('tanh'),
};
