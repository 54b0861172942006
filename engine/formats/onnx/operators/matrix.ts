/** Gemm and MatMul: with known weights a dense layer, with two values of the run a product of matrices. */
import { elementCount, formatShape, type Shape, type Tensor } from '../../../tensor.ts';
import { type Atom, identity, type Layout, layoutOf, sameOrder, transposed } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { permuted } from '../permuted.ts';
import { type Constant, constantOf } from '../tensor.ts';
import { insertAxis, isConstant, type RunTime, type Value, valueShape } from '../value.ts';
import { combine, vector } from './arithmetic.ts';

/** value [..., K] · weights [K,N] (+ bias) → [..., N]. */
function dense(op: Operation, value: RunTime, weights: Constant, scale: number, bias: Tensor | undefined): RunTime {
  const shape = valueShape(value);
  const [k, n] = weights.shape as [number, number];
  if (shape.at(-1) !== k) {
    throw op.invalid(`the product of ${formatShape(shape)} and ${formatShape(weights.shape)} does not exist`);
  }
  const columns = value.layout.axes.at(-1) as readonly Atom[];
  const { order, rows } = rowsLast(value.layout, columns);
  const rowCount = elementCount(shape.slice(0, -1));
  const arranged = sameOrder(order, value.layout.order) ? value.placed : arrangeAtoms(op, value, order);
  const x = op.graph.reshape(arranged, [rowCount, k]);
  const sides = [...columns.map(({ size }) => size), n];
  const filter = op.graph.filter(weights, sides, [...rows, columns.length], weights.shape, n, scale);
  const placed = op.graph.add('dense', [x], { units: n, bias: bias !== undefined }, { filter, ...(bias && { bias }) });
  const units: Atom = { size: n };
  const axes = [...value.layout.axes.slice(0, -1), n === 1 ? [] : [units]];
  const leading = order.filter((atom) => !columns.includes(atom));
  return { placed, layout: { axes, order: n === 1 ? leading : [...leading, units] } };
}

/**
 * The last axis at memory's end. Its atoms may stand there in any order, as after flattening [N,H,W,C]: then the weights'
 * rows change places, not the values. `rows`: the places of the axis' atoms in that order.
 */
function rowsLast({ order }: Layout, columns: readonly Atom[]) {
  const tail = order.slice(order.length - columns.length);
  const isLast = columns.every((atom) => tail.includes(atom));
  const last = isLast ? tail : columns;
  const leading = order.filter((atom) => !columns.includes(atom));
  return { order: [...leading, ...last], rows: last.map((atom) => columns.indexOf(atom)) };
}

/** Memory in this order of atoms; the engine's shape is whatever it then is. */
function arrangeAtoms(op: Operation, value: RunTime, order: readonly Atom[]) {
  const atoms: Layout = { axes: order.map((atom) => [atom]), order: value.layout.order };
  return op.graph.arrange({ placed: value.placed, layout: atoms }, identity(order.length));
}

/** y = α·A·B + β·C, A and B perhaps transposed. */
const gemm: Reader = (op) => {
  op.requireRank(0, 2);
  op.requireRank(1, 2);
  const [alpha, beta] = [op.attributes.float('alpha', 1), op.attributes.float('beta', 1)];
  const a = oriented(op.input(0), op.attributes.integer('transA', 0) === 1);
  const b = oriented(op.input(1), op.attributes.integer('transB', 0) === 1);
  const addend = op.inputs[2];
  const columns = valueShape(b)[1] as number;
  if (addend) requireBroadcast(op, valueShape(addend), [valueShape(a)[0] as number, columns]);
  if (isConstant(b)) {
    const isVector =
      addend && isConstant(addend) && addend.data.length === columns && valueShape(addend).at(-1) === columns;
    const bias = isVector ? scaled(op, addend, beta) : undefined;
    const y = dense(op, op.toRunTime(a), b, alpha, bias);
    return !addend || isVector ? y : combine(op, 'add', y, times(op, addend, beta));
  }
  const product = times(op, matrixProduct(op, a, b), alpha);
  return addend ? combine(op, 'add', product, times(op, addend, beta)) : product;
};

/** C may be stretched to the product's shape, not the other way round. */
function requireBroadcast(op: Operation, addend: Shape, product: Shape): void {
  const sides = product.slice(-addend.length);
  if (addend.length > 2 || (addend.length > 0 && addend.some((side, axis) => side !== 1 && side !== sides[axis]))) {
    throw op.invalid(`input 2 ${formatShape(addend)} cannot be broadcast to ${formatShape(product)}`);
  }
}

const scaled = (op: Operation, constant: Constant, factor: number): Tensor =>
  factor === 1
    ? vector(op, constant)
    : op.graph.derive(constant, `vector × ${factor}`, () => ({
        shape: [constant.data.length],
        data: Float32Array.from(constant.data, (value) => value * factor),
      }));

function times(op: Operation, value: Value, factor: number): Value {
  if (factor === 1) return value;
  if (isConstant(value))
    return constantOf(
      'float32',
      value.shape,
      Array.from(value.data, (x) => x * factor),
    );
  return combine(op, 'mul', value, constantOf('float32', [], [factor]));
}

/** A matrix, its axes swapped where wanted. */
function oriented(value: Value, swap: boolean): Value {
  if (!swap) return value;
  if (isConstant(value)) return transposedConstant(value);
  return { ...value, layout: transposed(value.layout, [1, 0]) };
}

/** One object a constant, so that nodes that share an initializer go on sharing. */
const transposes = new WeakMap<Constant, Constant>();
function transposedConstant(constant: Constant): Constant {
  const known = transposes.get(constant);
  if (known) return known;
  const made = permuted(constant, [1, 0]);
  transposes.set(constant, made);
  return made;
}

const matMul: Reader = (op) => {
  const [a, b] = [op.input(0), op.input(1)];
  if (isConstant(b) && b.shape.length === 2) return dense(op, op.toRunTime(a), b, 1, undefined);
  return matrixProduct(op, a, b);
};

/** [..., M,K] · [..., K,N]; a vector is a row on the left, a column on the right, and leaves no axis. */
function matrixProduct(op: Operation, first: Value, second: Value): Value {
  const isRow = valueShape(first).length === 1;
  const isColumn = valueShape(second).length === 1;
  const a = isRow ? insertAxis(first, 0) : first;
  const b = isColumn ? insertAxis(second, 1) : second;
  const plain = (value: Value) => op.graph.arrange(op.toRunTime(value), identity(valueShape(value).length));
  const placed = op.graph.add('matMul', [plain(a), plain(b)]);
  const layout = layoutOf(placed.shape);
  const rank = placed.shape.length;
  const axes = layout.axes.filter((_, axis) => !(isRow && axis === rank - 2) && !(isColumn && axis === rank - 1));
  return { placed, layout: { axes, order: layout.order } };
}

export const matrix: Readonly<Record<string, Reader>> = { Gemm: gemm, MatMul: matMul };
