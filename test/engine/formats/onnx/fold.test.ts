/** What is computed at import: the same as a run would, exact for integers, and no node is left of it. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  TensorProto_DataType as DataType,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { float, floats, integers, node, weights } from './models.ts';
import { importParts, run } from './run.ts';

const scalar = (name: string, value: number) =>
  create(TensorProtoSchema, { name, dataType: DataType.INT64, int64Data: [BigInt(value)] });
const list = (name: string, ...values: readonly number[]) => weights(name, [values.length], Float32Array.from(values));
const table = (name: string, shape: Shape) =>
  weights(
    name,
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

const constants = [
  integers('i', 7, -7, 6),
  integers('j', 2, 2, -4),
  list('f', 1.5, -2.5, 0),
  list('g', 2, 4, 8),
  table('t', [2, 3]),
  scalar('zero', 0),
  scalar('one', 1),
  scalar('seven', 7),
  integers('s', 2, 1, 3),
  integers('axis0', 0),
  integers('axis1', 1),
  integers('far', 99),
  integers('back', -1),
];

/** The numbers of `y`, known at import: one constant is all that the model has. */
function known(nodes: readonly NodeProto[], initializers: readonly TensorProto[] = []) {
  const parts = {
    nodes: [...nodes, node('Cast', 'y', 'out', { to: DataType.FLOAT })],
    outputs: ['out'],
    initializers: [...constants, ...initializers],
  };
  expect(importParts(parts).graph.nodes.map(({ kind }) => kind)).toEqual(['constant']);
  const { shape, data } = run(parts).out!;
  return [shape, [...data]];
}

const y = (type: string, inputs: string, attributes = {}) => node(type, inputs, 'y', attributes);

test.each<[string, NodeProto, Shape, readonly number[]]>([
  ['integers are divided towards zero', y('Div', 'i j'), [3], [3, -3, -1]],
  ['floats are not', y('Div', 'f g'), [3], [0.75, -0.625, 0]],
  ['Add', y('Add', 'i j'), [3], [9, -5, 2]],
  ['Sub, of a scalar', y('Sub', 'i one'), [3], [6, -8, 5]],
  ['Mul, of a table', y('Mul', 't g'), [2, 3], [0, 4, 16, 6, 16, 40]],
  ['Max of three', y('Max', 'f g f'), [3], [2, 4, 8]],
  ['Min', y('Min', 'i j'), [3], [2, -7, -4]],
  ['Neg', y('Neg', 'i'), [3], [-7, 7, -6]],
  ['Abs', y('Abs', 'f'), [3], [1.5, 2.5, 0]],
  ['Floor', y('Floor', 'f'), [3], [1, -3, 0]],
  ['Ceil', y('Ceil', 'f'), [3], [2, -2, 0]],
  ['Equal', y('Equal', 'i seven'), [3], [1, 0, 0]],
  ['Greater', y('Greater', 'i j'), [3], [1, 0, 1]],
  ['GreaterOrEqual', y('GreaterOrEqual', 'i seven'), [3], [1, 0, 0]],
  ['Less', y('Less', 'i j'), [3], [0, 1, 0]],
  ['LessOrEqual', y('LessOrEqual', 'i seven'), [3], [1, 1, 1]],
  ['Not', y('Not', 'zero'), [], [1]],
  ['And', y('And', 'i zero'), [3], [0, 0, 0]],
  ['Or', y('Or', 'i zero'), [3], [1, 1, 1]],
  ['Where', y('Where', 'f i j'), [3], [7, -7, -4]],
  ['Sqrt', y('Sqrt', 'g'), [3], [Math.fround(Math.SQRT2), 2, Math.fround(Math.sqrt(8))]],
  ['Cast to integers cuts off', y('Cast', 'f', { to: DataType.INT32 }), [3], [1, -2, 0]],
  ['Cast to truth', y('Cast', 'f', { to: DataType.BOOL }), [3], [1, 1, 0]],
  ['Cast to half a float', y('Cast', 'seven', { to: DataType.FLOAT16 }), [], [7]],
  ['Transpose', y('Transpose', 't'), [3, 2], [0, 3, 1, 4, 2, 5]],
  ['Concat', y('Concat', 't t', { axis: 1 }), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]],
  ['Gather of rows', y('Gather', 't back'), [1, 3], [3, 4, 5]],
  ['Gather of one column', y('Gather', 't one', { axis: 1 }), [2], [1, 4]],
  ['Slice', y('Slice', 't axis1 far axis1'), [2, 2], [1, 2, 4, 5]],
  ['Expand', y('Expand', 'j s'), [2, 1, 3], [2, 2, -4, 2, 2, -4]],
  ['Tile', y('Tile', 'j axis1'), [3], [2, 2, -4]],
  ['Range', y('Range', 'zero seven one'), [7], [0, 1, 2, 3, 4, 5, 6]],
  ['Range of nothing', y('Range', 'seven zero one'), [0], []],
  ['ConstantOfShape', y('ConstantOfShape', 's'), [2, 1, 3], [0, 0, 0, 0, 0, 0]],
  ['ConstantOfShape of a value', y('ConstantOfShape', 's', { value: integers('v', 5) }), [2, 1, 3], [5, 5, 5, 5, 5, 5]],
  ['Constant, floats', y('Constant', '', { value_floats: floats(1, 2) }), [2], [1, 2]],
  ['Constant, a float', y('Constant', '', { value_float: float(0.5) }), [], [0.5]],
  ['Constant, integers', y('Constant', '', { value_ints: [3, 4] }), [2], [3, 4]],
  ['Constant, an integer', y('Constant', '', { value_int: 3 }), [], [3]],
  ['Shape of a constant', y('Shape', 't'), [2], [2, 3]],
  ['Size', y('Size', 't'), [], [6]],
  ['Reshape', y('Reshape', 't back'), [6], [0, 1, 2, 3, 4, 5]],
  ['Unsqueeze', y('Unsqueeze', 'j axis0'), [1, 3], [2, 2, -4]],
  ['Identity', y('Identity', 'i'), [3], [7, -7, 6]],
])('%s', (_, one, shape, values) => {
  expect(known([one])).toEqual([shape, values]);
});

describe('f32', () => {
  test('is rounded after every step, as in a run', () => {
    const [a, b] = [Math.fround(0.1), Math.fround(0.7)];
    const [, values] = known(
      [node('Mul', 'a b', 'c'), node('Add', 'c b', 'd'), y('Div', 'd a')],
      [list('a', a), list('b', b)],
    );
    expect(values).toEqual([Math.fround(Math.fround(Math.fround(a * b) + b) / a)]);
  });

  test('integers are exact beyond it', () => {
    const [, values] = known([node('Add', 'big one', 'c'), y('Sub', 'c big')], [integers('big', 2 ** 40)]);
    expect(values).toEqual([1]);
  });
});

test('the shape arithmetic of a flatten leaves a dense layer and nothing else', () => {
  const model = importParts({
    inputs: { x: [3, 2, 2, 1] },
    nodes: [
      node('Shape', 'x', 'a'),
      node('Gather', 'a zero', 'b'),
      node('Unsqueeze', 'b axis0', 'c'),
      node('Concat', 'c back', 'd', { axis: 0 }),
      node('Reshape', 'x d', 'e'),
      node('MatMul', 'e w', 'y'),
    ],
    initializers: [...constants, weights('w', [4, 5])],
  });
  expect(model.graph.nodes.map(({ kind }) => kind).filter((kind) => kind !== 'reshape')).toEqual(['dense']);
});
