/** Operators that move values in older and newer operator sets: attributes became inputs, and mean the same. */
import { expect, test } from 'vitest';
import type { Shape } from '../../../../engine/tensor.ts';
import { type Form, form, image, outputs, scalar, y } from './forms.ts';
import { float, integers, node } from './models.ts';

/** Two forms of one node; each pair gives the same numbers. */
const pairs: readonly (readonly [string, Shape, Form, Form])[] = [
  [
    'Reshape, by an attribute',
    image,
    form(1, y('Reshape', 'x', { shape: [2, -1] })),
    form(21, y('Reshape', 'x s'), integers('s', 2, -1)),
  ],
  ['Concat, without an axis', image, form(1, y('Concat', 'x x')), form(13, y('Concat', 'x x', { axis: 1 }))],
  [
    'Slice, attributes and inputs',
    image,
    form(9, y('Slice', 'x', { starts: [1, -3], ends: [9, -1], axes: [1, 2] })),
    form(10, y('Slice', 'x s e a'), integers('s', 1, -3), integers('e', 9, -1), integers('a', 1, 2)),
  ],
  [
    'Pad, attributes and inputs',
    image,
    form(10, y('Pad', 'x', { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: float(0.5) })),
    form(11, y('Pad', 'x p v'), integers('p', 0, 0, 1, 2, 0, 0, 0, 1), scalar('v', 0.5)),
  ],
  [
    'Pad, paddings',
    image,
    form(1, y('Pad', 'x', { paddings: [0, 0, 1, 2, 0, 0, 0, 1], mode: 'edge' })),
    form(13, y('Pad', 'x p', { mode: 'edge' }), integers('p', 0, 0, 1, 2, 0, 0, 0, 1)),
  ],
  [
    'Pad, of some axes',
    image,
    form(13, y('Pad', 'x p'), integers('p', 0, 0, 1, 2, 0, 0, 0, -1)),
    form(18, y('Pad', 'x p - a'), integers('p', 2, 1, -1, 0), integers('a', -1, 2)),
  ],
  [
    'Split, attribute and input',
    image,
    form(11, node('Split', 'x', 'y z', { axis: 1, split: [1, 3] })),
    form(13, node('Split', 'x s', 'y z', { axis: 1 }), integers('s', 1, 3)),
  ],
  [
    'Split, equal parts',
    image,
    form(11, node('Split', 'x', 'y z', { axis: 2 })),
    form(18, node('Split', 'x', 'y z', { axis: 2, num_outputs: 2 })),
  ],
  [
    'Split, a smaller last part',
    image,
    form(13, node('Split', 'x s', 'y z', { axis: 3 }), integers('s', 3, 2)),
    form(18, node('Split', 'x', 'y z', { axis: -1, num_outputs: 2 })),
  ],
  [
    'Squeeze, attribute and input',
    [2, 1, 3, 1],
    form(11, y('Squeeze', 'x', { axes: [1] })),
    form(13, y('Squeeze', 'x a'), integers('a', -3)),
  ],
  ['Squeeze of all', [2, 1, 3, 1], form(11, y('Squeeze', 'x')), form(13, y('Squeeze', 'x a'), integers('a', 1, 3))],
  [
    'Unsqueeze, attribute and input',
    [2, 3],
    form(11, y('Unsqueeze', 'x', { axes: [0, 2] })),
    form(13, y('Unsqueeze', 'x a'), integers('a', -2, 0)),
  ],
  [
    'ReduceSum, attribute and input',
    image,
    form(11, y('ReduceSum', 'x', { axes: [1, 3], keepdims: 0 })),
    form(13, y('ReduceSum', 'x a', { keepdims: 0 }), integers('a', 1, -1)),
  ],
  [
    'ReduceMean, attribute and input',
    image,
    form(17, y('ReduceMean', 'x', { axes: [1] })),
    form(18, y('ReduceMean', 'x a'), integers('a', 1)),
  ],
  [
    'ReduceMax of all',
    image,
    form(12, y('ReduceMax', 'x', { keepdims: 0 })),
    form(18, y('ReduceMax', 'x a', { keepdims: 0 }), integers('a', 0, 1, 2, 3)),
  ],
  [
    'ReduceMin of nothing',
    image,
    form(18, y('ReduceMin', 'x', { noop_with_empty_axes: 1 })),
    form(18, y('Identity', 'x')),
  ],
];

test.each(pairs)('%s', (_, shape, older, newer) => {
  const [a, b] = [outputs(shape, older), outputs(shape, newer)];
  expect(a.length).toBeGreaterThan(0);
  expect(a).toEqual(b);
});
