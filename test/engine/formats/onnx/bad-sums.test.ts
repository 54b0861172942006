/** Operators that combine values, used wrongly. */
import { describe, expect, test } from 'vitest';
import type { NodeProto, TensorProto } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { integers, node, weights } from './models.ts';
import { refusedNode } from './refusal.ts';

describe('operators that combine values', () => {
  test.each<[string, NodeProto, Shape, readonly TensorProto[], RegExp]>([
    [
      'matrices that do not fit',
      node('MatMul', 'x w', 'y'),
      [2, 3],
      [weights('w', [4, 5])],
      /the product of \[2,3\] and \[4,5\] does not exist/,
    ],
    ['batches that do not fit', node('MatMul', 'x w', 'y'), [2, 3, 4], [weights('w', [3, 4, 5])], /2 and 3/],
    ['a product of scalars', node('MatMul', 'x w', 'y'), [], [weights('w', [4, 5])], /does not exist/],
    [
      'gemm of an [1, 4, 6, 6]',
      node('Gemm', 'x w', 'y'),
      [1, 4, 6, 6],
      [weights('w', [4, 5])],
      /input 0: expected 2 axes/,
    ],
    ['gemm of other columns', node('Gemm', 'x w', 'y'), [2, 3], [weights('w', [4, 5])], /does not exist/],
    [
      'an addend that is stretched the wrong way',
      node('Gemm', 'x w c', 'y'),
      [1, 4],
      [weights('w', [4, 5]), weights('c', [3, 5])],
      /input 2 \[3,5\] cannot be broadcast to \[1,5\]/,
    ],
    [
      'an addend that does not fit',
      node('Gemm', 'x w c', 'y'),
      [2, 4],
      [weights('w', [4, 5]), weights('c', [4])],
      /input 2 \[4\] cannot be broadcast to \[2,5\]/,
    ],
    ['a sum that does not fit', node('Add', 'x w', 'y'), [2, 3], [weights('w', [4])], /3 and 4/],
    ['a sum of one', node('Add', 'x', 'y'), [2, 3], [], /input 1 is missing/],
    ['a relu of nothing', node('Relu', '-', 'y'), [2, 3], [], /input 0 is missing/],
    [
      'concat of other sides',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2, 3],
      [weights('w', [2, 4])],
      /\[2,3\] and \[2,4\]/,
    ],
    [
      'concat of other ranks',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2, 3],
      [weights('w', [2])],
      /\[2,3\] and \[2\]/,
    ],
    [
      'concat with integers',
      node('Concat', 'x w', 'y', { axis: 0 }),
      [2],
      [integers('w', 1)],
      /run-time value with int64/,
    ],
    ['concat without an axis', node('Concat', 'x x', 'y'), [2, 3], [], /attribute "axis" is missing/],
    ['concat along axis 2 of 2', node('Concat', 'x x', 'y', { axis: 2 }), [2, 3], [], /axis 2 is not one of 2/],
    ['concat of scalars', node('Concat', 'x x', 'y', { axis: 0 }), [], [], /no axis 0, it is a scalar/],
  ])('%s: refused', (_, one, shape, initializers, message) => {
    expect(refusedNode(one, shape, initializers)).toMatch(message);
  });
});
