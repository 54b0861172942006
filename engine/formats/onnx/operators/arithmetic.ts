/** Sums, products and the like of two or more values, with broadcasting. */
import type { LayerKind } from '../../../layers/index.ts';
import { elementCount } from '../../../tensor.ts';
import { permute } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import type { Constant } from '../tensor.ts';
import { insertAxis, isConstant, lift, type Placed, type RunTime, type Value, valueShape } from '../value.ts';
import { expandedShape } from './movement.ts';

type BinaryKind = Extract<LayerKind, 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min'>;

/** Both values as one rank, the second where operator sets below 7 wanted it: from `axis` on. */
function aligned(op: Operation, a: Value, b: Value): readonly [Value, Value] {
  let second = b;
  if (op.opset < 7 && op.attributes.integer('broadcast', 0) === 1 && op.attributes.has('axis')) {
    const axis = op.axis(op.attributes.integer('axis', 0), valueShape(a).length);
    for (let i = axis + valueShape(b).length; i < valueShape(a).length; i++)
      second = insertAxis(second, valueShape(second).length);
  }
  const rank = Math.max(valueShape(a).length, valueShape(second).length);
  return [lift(a, rank), lift(second, rank)];
}

/** a ∘ b, of which at least one is computed by the run. */
export function combine(op: Operation, kind: BinaryKind, first: Value, second: Value): RunTime {
  const [a, b] = aligned(op, first, second);
  const order = op.graph.commonOrder([a, b]);
  const simpler = perChannel(op, kind, a, b, order);
  const placed = simpler ?? op.graph.add(kind, [op.graph.arrange(a, order), op.graph.arrange(b, order)]);
  return op.graph.fromOrder(placed, order);
}

interface ChannelLayer {
  readonly kind: 'bias' | 'scale';
  /** What the layer's number is, for the constant's. */
  readonly number: (value: number) => number;
  readonly commutes: boolean;
}

const channelLayers: Readonly<Partial<Record<BinaryKind, ChannelLayer>>> = {
  add: { kind: 'bias', number: (value) => value, commutes: true },
  sub: { kind: 'bias', number: (value) => -value, commutes: false },
  mul: { kind: 'scale', number: (value) => value, commutes: true },
  div: { kind: 'scale', number: (value) => 1 / value, commutes: false },
};

/** A value and one number, or one a channel (the last axis of memory): a layer that can be folded into what is before it. */
function perChannel(op: Operation, kind: BinaryKind, a: Value, b: Value, order: readonly number[]): Placed | undefined {
  const layer = channelLayers[kind];
  if (!layer || (isConstant(a) && !layer.commutes)) return undefined;
  const [value, constant] = isConstant(a) ? [b, a] : [a, b];
  if (!isConstant(constant) || isConstant(value)) return undefined;
  const channels = permute(valueShape(value), order).at(-1) ?? 1;
  const sides = permute(constant.shape, order);
  const count = elementCount(sides);
  const isPerChannel = count === 1 || (sides.at(-1) === channels && count === channels);
  const numbers = Float32Array.from(constant.data, layer.number);
  if (channels === 1 || !isPerChannel || !numbers.every(Number.isFinite)) return undefined;
  const isAsGiven = count === channels && layer.commutes;
  const tensor = isAsGiven
    ? vector(op, constant)
    : op.graph.derive(constant, `${kind} ${channels}`, () => ({
        shape: [channels],
        data: count === channels ? numbers : new Float32Array(channels).fill(numbers[0] as number),
      }));
  return op.graph.add(layer.kind, [op.graph.arrange(value, order)], {}, { [layer.kind]: tensor });
}

/** A constant's numbers as one axis. */
export const vector = (op: Operation, constant: Constant) =>
  op.graph.derive(constant, 'vector', () => ({
    shape: [constant.data.length],
    data: Float32Array.from(constant.data),
  }));

const isEmpty = (value: Value): boolean => elementCount(valueShape(value)) === 0;

/** Nothing is computed of nothing. */
function combineAny(op: Operation, kind: BinaryKind, a: Value, b: Value): Value {
  if (!isEmpty(a) && !isEmpty(b)) return combine(op, kind, a, b);
  return op.empty(expandedShape(op, valueShape(a), valueShape(b)));
}

const binary =
  (kind: BinaryKind): Reader =>
  (op) =>
    combineAny(op, kind, op.input(0), op.input(1));

/** Any number of inputs, taken from the left. */
const variadic =
  (kind: BinaryKind): Reader =>
  (op) =>
    op.inputs.slice(1).reduce<Value>((result, _, i) => combineAny(op, kind, result, op.input(i + 1)), op.input(0));

/** Powers that are cheaper and more exact as something else. */
const pow: Reader = (op) => {
  const exponent = op.input(1);
  if (isConstant(exponent) && exponent.data.length === 1 && exponent.shape.length <= op.shape(0).length) {
    if (exponent.data[0] === 2) return combine(op, 'mul', op.runTime(0), op.runTime(0));
    if (exponent.data[0] === 1) return op.input(0);
    if (exponent.data[0] === 0.5) return op.mapped(op.runTime(0), 'sqrt');
  }
  return combine(op, 'pow', op.input(0), asFloat(exponent));
};

/** ONNX lets the exponent be an integer. */
const asFloat = (value: Value): Value => (isConstant(value) ? { ...value, type: 'float32' } : value);

const mean: Reader = (op) => {
  const sum = variadic('add')(op) as Value;
  const divisor: Constant = { type: 'float32', shape: [], data: Float32Array.of(op.inputs.length) };
  return combine(op, 'div', sum, divisor);
};

export const arithmetic: Readonly<Record<string, Reader>> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: binary('div'),
  Pow: pow,
  Max: variadic('max'),
  Min: variadic('min'),
  Sum: variadic('add'),
  Mean: mean,
};
