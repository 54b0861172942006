/** Operators on known values that are used wrongly, or would cost too much. */
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  TensorProto_DataType as DataType,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { integers, node, weights } from './models.ts';
import { refused } from './refusal.ts';

test.each<[string, NodeProto, readonly TensorProto[], RegExp]>([
  ['2⁴⁰ zeros', node('ConstantOfShape', 's', 'y'), [integers('s', 2 ** 40)], /elements are to be computed/],
  ['negative zeros', node('ConstantOfShape', 's', 'y'), [integers('s', -1)], /a side of \[-1\] is negative/],
  [
    'a fill of several numbers',
    node('ConstantOfShape', 's', 'y', { value: weights('v', [2]) }),
    [integers('s', 1)],
    /is not one number/,
  ],
  ['a range without end', node('Range', 'zero one zero', 'y'), [], /has no end/],
  ['a range of 10¹²', node('Range', 'zero many one', 'y'), [], /elements are to be computed/],
  ['a table of 2⁵⁰', node('Expand', 'one s', 'y'), [integers('s', 2 ** 25, 2 ** 25)], /elements are to be computed/],
  ['2⁵⁰ copies', node('Tile', 's s', 'y'), [integers('s', 2 ** 50)], /elements are to be computed/],
  ['an integer divided by 0', node('Div', 'one zero', 'y'), [], /divides an integer by 0/],
  ['a sum of one', node('Add', 'one', 'y'), [], /input 1 is missing/],
  ['a choice of nothing', node('Where', 'one - one', 'y'), [], /input 1 is missing/],
  ['concat of nothing', node('Concat', '', 'y', { axis: 0 }), [], /input 0 is missing/],
  ['a perm that is none', node('Transpose', 's', 'y', { perm: [1] }), [integers('s', 1)], /is no order of 1 axes/],
  ['a split into more', node('Split', 's', 'y', { num_outputs: 7 }), [integers('s', 1)], /7 parts, and has 1 outputs/],
  ['an index beyond', node('Gather', 's s', 'y'), [integers('s', 1)], /index 1 is not one of 1/],
])('known values: %s: refused', (_, one, initializers, message) => {
  const scalar = (name: string, value: bigint) =>
    create(TensorProtoSchema, { name, dataType: DataType.INT64, int64Data: [value] });
  const numbers = [scalar('zero', 0n), scalar('one', 1n), scalar('many', 10n ** 12n), ...initializers];
  const text = refused({ nodes: [one], initializers: numbers }).message;
  expect(text).toMatch(message);
  expect(text).toMatch(new RegExp(`^node "y" \\(${one.opType}\\): `));
});
