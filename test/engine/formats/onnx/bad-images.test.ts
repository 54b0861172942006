/** Operators on images that are used wrongly. */
import { describe, expect, test } from 'vitest';
import type { NodeProto, TensorProto } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import type { Shape } from '../../../../engine/tensor.ts';
import { float, integers, node, weights } from './models.ts';
import { refusedNode } from './refusal.ts';

describe('operators on images', () => {
  const image: Shape = [1, 4, 6, 6];
  const filter = weights('w', [6, 4, 3, 3]);
  const per = (name: string, channels: number) => weights(name, [channels]);
  const norm = [per('s', 4), per('b', 4), per('m', 4), per('v', 4)];
  const conv = (attributes: Parameters<typeof node>[3] = {}) => node('Conv', 'x w', 'y', attributes);
  const pool = (attributes: Parameters<typeof node>[3] = {}) => node('MaxPool', 'x', 'y', attributes);

  test.each<[string, NodeProto, Shape, readonly TensorProto[], RegExp]>([
    [
      'a filter for other channels',
      conv(),
      [1, 3, 6, 6],
      [filter],
      /\[6,4,3,3\] expects 1 groups of 4 input channels, its input has 3/,
    ],
    ['a filter of another rank', conv(), image, [weights('w', [6, 4, 3])], /expected 3 or 4 axes/],
    [
      'a bias of another length',
      node('Conv', 'x w b', 'y'),
      image,
      [filter, per('b', 5)],
      /bias is expected as \[6\], the model has \[5\]/,
    ],
    [
      'a kernel_shape that contradicts',
      conv({ kernel_shape: [5, 5] }),
      image,
      [filter],
      /its kernel_shape is 5×5, its weights are 3×3/,
    ],
    ['groups that do not divide', conv({ group: 3 }), image, [filter], /expects 3 groups of 4/],
    [
      'filters that groups do not divide',
      conv({ group: 2 }),
      image,
      [weights('w', [5, 2, 3, 3])],
      /2 groups do not divide/,
    ],
    [
      'depthwise filters that channels do not divide',
      conv({ group: 4 }),
      image,
      [weights('w', [6, 1, 3, 3])],
      /multiplier/,
    ],
    ['no group', conv({ group: 0 }), image, [filter], /expects 0 groups/],
    ['negative groups', conv({ group: -1 }), image, [filter], /expects -1 groups/],
    ['a stride of 0', conv({ strides: [0, 1] }), image, [filter], /\$\.conv2d\.stride\[0\]: expected >=1, got 0/],
    ['a negative padding', conv({ pads: [-1, 0, 0, 0] }), image, [filter], /padding.*got -1/],
    ['a stride of 2⁴⁰', conv({ strides: [2 ** 40, 1] }), image, [filter], /stride/],
    ['three strides', conv({ strides: [1, 1, 1] }), image, [filter], /"strides": expected 2 numbers, got 3/],
    ['two paddings', conv({ pads: [1, 1] }), image, [filter], /"pads": expected 4 numbers, got 2/],
    ['a window larger than the image', conv({ dilations: [4, 4] }), image, [filter], /./],
    ['auto_pad of its own', conv({ auto_pad: 'HALF' }), image, [filter], /auto_pad HALF/],
    [
      'an attribute of another type',
      conv({ strides: 2 }),
      image,
      [filter],
      /attribute "strides": expected INTS, got INT/,
    ],
    [
      'a float for an integer',
      conv({ group: float(2) }),
      image,
      [filter],
      /attribute "group": expected INT, got FLOAT/,
    ],
    [
      'a filter that is computed',
      node('Conv', 'x x', 'y'),
      image,
      [],
      /the filter \(input 1\) must be known at import/,
    ],
    ['no filter', node('Conv', 'x', 'y'), image, [], /input 1 is missing/],
    ['a volume', conv(), [1, 4, 6], [weights('w', [6, 4, 3, 3])], /expected 3 or 4 axes/],
    [
      'a transposed filter for other channels',
      node('ConvTranspose', 'x w', 'y'),
      image,
      [filter],
      /expects 6 channels, its input has 4/,
    ],
    ['a pool without kernel_shape', pool(), image, [], /"kernel_shape" is missing/],
    ['a pool of matrices', pool({ kernel_shape: [2, 2] }), [4, 4], [], /expected \[N,C,H,W\] or \[N,C,L\]/],
    ['a pool of size 0', pool({ kernel_shape: [0, 2] }), image, [], /size\[0\]/],
    ['places of maxima', node('MaxPool', 'x', 'y i', { kernel_shape: [2, 2] }), image, [], /places of the maxima/],
    [
      'a scale of another length',
      node('BatchNormalization', 'x s b m v', 'y'),
      image,
      [per('s', 5), ...norm.slice(1)],
      /scale is expected as \[4\], the model has \[5\]/,
    ],
    [
      'a norm without variance',
      node('BatchNormalization', 'x s b m', 'y'),
      image,
      norm.slice(0, 3),
      /input 4 is missing/,
    ],
    [
      'a norm in training',
      node('BatchNormalization', 'x s b m v', 'y', { training_mode: 1 }),
      image,
      norm,
      /training mode/,
    ],
    [
      'groups of channels that do not divide',
      node('GroupNormalization', 'x s b', 'y', { num_groups: 3 }),
      image,
      [per('s', 3), per('b', 3)],
      /3 groups or 4 channels/,
    ],
    ['no groups of channels', node('GroupNormalization', 'x s b', 'y'), image, [per('s', 4), per('b', 4)], /groups/],
    [
      'three scales',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [3], Float32Array.of(1, 1, 2))],
      /expected 4 scales or sizes, got 3/,
    ],
    [
      'scales of channels',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [4], Float32Array.of(1, 2, 2, 2))],
      /only height and width can be resized/,
    ],
    [
      'scales of NaN',
      node('Resize', 'x - s', 'y'),
      image,
      [weights('s', [4], Float32Array.of(1, 1, Number.NaN, 2))],
      /size/,
    ],
    ['negative scales', node('Resize', 'x - s', 'y'), image, [weights('s', [4], Float32Array.of(1, 1, -1, 2))], /size/],
    ['sizes of 2⁴⁰', node('Resize', 'x - - s', 'y'), image, [integers('s', 1, 4, 2 ** 40, 2 ** 40)], /size/],
    ['no scales', node('Resize', 'x', 'y'), image, [], /neither scales nor sizes/],
    [
      'a mode of its own',
      node('Resize', 'x - s', 'y', { mode: 'best' }),
      image,
      [weights('s', [4], Float32Array.of(1, 1, 2, 2))],
      /mode/,
    ],
    ['blocks of 0', node('DepthToSpace', 'x', 'y'), image, [], /block/],
    ['blocks that do not divide', node('DepthToSpace', 'x', 'y', { blocksize: 3 }), image, [], /./],
    [
      'blocks of a sequence',
      node('DepthToSpace', 'x', 'y', { blocksize: 2 }),
      [1, 4, 6],
      [],
      /input 0: expected 4 axes/,
    ],
  ])('%s: refused', (_, one, shape, initializers, message) => {
    expect(refusedNode(one, shape, initializers)).toMatch(message);
  });
});
