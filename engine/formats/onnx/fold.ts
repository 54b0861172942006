/**
 * Arithmetic on what is known at import: above all that of shapes. Integers are exact, f32 is rounded as a run would.
 * Nothing here needs a host's exp or pow, so an import gives the same bytes on every machine.
 */
import { movementFolds, spread } from './fold-movement.ts';
import { quantizationFolds } from './fold-quantization.ts';
import type { Fold, Operation } from './operation.ts';
import { expandedShape } from './operators/movement.ts';
import { type Constant, constantOf, type ElementType, isFloat, requireElementType } from './tensor.ts';

type Compute = (a: number, b: number, type: ElementType) => number;

function combined(op: Operation, compute: Compute, a: Constant, b: Constant, result: ElementType): Constant {
  const shape = expandedShape(op, a.shape, b.shape);
  const [left, right] = [spread(op, a, shape).data, spread(op, b, shape).data];
  const values = Float64Array.from(left, (value, i) => compute(value, right[i] as number, a.type));
  return constantOf(result, shape, values);
}

const binary =
  (compute: Compute, result?: ElementType): Fold =>
  (op) =>
    combined(op, compute, op.known(0), op.known(1), result ?? op.known(0).type);

const variadic =
  (compute: Compute): Fold =>
  (op) =>
    op.inputs
      .slice(1)
      .reduce<Constant>((result, _, i) => combined(op, compute, result, op.known(i + 1), result.type), op.known(0));

const unary =
  (compute: (x: number) => number): Fold =>
  (op) => {
    const { type, shape, data } = op.known(0);
    op.graph.spend(data.length);
    return constantOf(type, shape, Float64Array.from(data, compute));
  };

/** Integers are divided towards zero. */
const divide: Fold = (op) => {
  const isWhole = !isFloat(op.known(0).type);
  if (isWhole && op.known(1).data.includes(0)) throw op.invalid('it divides an integer by 0');
  return binary((a, b) => (isWhole ? Math.trunc(a / b) : a / b))(op);
};

const truth = (value: boolean): number => (value ? 1 : 0);

const cast: Fold = (op) => {
  const to = requireElementType(op.attributes.required('to'));
  const convert = (value: number): number => {
    if (to === 'bool') return truth(value !== 0);
    return isFloat(to) ? value : Math.trunc(value);
  };
  const { shape, data } = op.known(0);
  op.graph.spend(data.length);
  return constantOf(to, shape, Float64Array.from(data, convert));
};

const where: Fold = (op) => {
  const [condition, yes, no] = [op.known(0), op.known(1), op.known(2)];
  const shape = expandedShape(op, expandedShape(op, condition.shape, yes.shape), no.shape);
  const [choices, a, b] = [condition, yes, no].map((input) => spread(op, input, shape).data) as [
    Constant['data'],
    Constant['data'],
    Constant['data'],
  ];
  const values = Float64Array.from(choices, (choice, i) => (choice !== 0 ? a[i] : b[i]) as number);
  return constantOf(yes.type, shape, values);
};

/** A Constant node holds a tensor, or numbers in an attribute of their type. */
const constant: Fold = (op) => {
  const { attributes } = op;
  const tensor = attributes.tensor('value');
  if (tensor) return tensor;
  const floats = attributes.floats('value_floats');
  const integers = attributes.integers('value_ints');
  if (floats) return constantOf('float32', [floats.length], floats);
  if (integers) return constantOf('int64', [integers.length], integers);
  if (attributes.has('value_float')) return constantOf('float32', [], [attributes.float('value_float', 0)]);
  if (attributes.has('value_int')) return constantOf('int64', [], [attributes.integer('value_int', 0)]);
  throw op.unsupported('feature', 'it holds neither a tensor nor numbers');
};

/** Operators on known values; where all inputs are known and an operator is here, no node is made. */
export const folds: Readonly<Record<string, Fold>> = {
  ...movementFolds,
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => truth(a !== 0 && b !== 0), 'bool'),
  Cast: cast,
  Ceil: unary(Math.ceil),
  Constant: constant,
  Div: divide,
  Equal: binary((a, b) => truth(a === b), 'bool'),
  Floor: unary(Math.floor),
  Greater: binary((a, b) => truth(a > b), 'bool'),
  GreaterOrEqual: binary((a, b) => truth(a >= b), 'bool'),
  Less: binary((a, b) => truth(a < b), 'bool'),
  LessOrEqual: binary((a, b) => truth(a <= b), 'bool'),
  Max: variadic((a, b) => Math.max(a, b)),
  Min: variadic((a, b) => Math.min(a, b)),
  Mul: binary((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => truth(x === 0)),
  ...quantizationFolds,
  Or: binary((a, b) => truth(a !== 0 || b !== 0), 'bool'),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Where: where,
};
