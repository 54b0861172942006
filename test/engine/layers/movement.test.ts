/** Layers that move values, and resizing: known answers, shapes that nobody chose, and what is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../../engine/graph.ts';
import type { LayerKind } from '../../../engine/layers/index.ts';
import { Session } from '../../../engine/session.ts';
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { checkForward, checkGradients, referenceOf, toCase64 } from '../../suites/check-layer.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { parseAttributes } from '../../suites/parse-attributes.ts';
import { roundings } from '../../suites/rounding.ts';
import { LayerRunner, layerOfKind } from '../../suites/run-layer.ts';

const attributesOf = (kind: LayerKind, raw: object) => parseAttributes(layerOfKind(kind), raw);

/** 1, 2, 3 … */
const counting = (shape: Shape) => ({
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, (_, i) => i + 1),
});

const upTo = (max: number) => fc.integer({ min: 1, max });
/** Up to five axes, of which the last is longer than a vector at times. */
const anyShape = fc
  .tuple(fc.array(upTo(4), { maxLength: 4 }), fc.integer({ min: 1, max: 11 }))
  .map(([outer, last]) => [...outer, last]);

interface Problem {
  readonly inputs: readonly Shape[];
  readonly raw: object;
}

const eachAxis = <T>(shape: Shape, entry: (length: number) => fc.Arbitrary<T>) => fc.tuple(...shape.map(entry));

const transpose = anyShape.chain((shape) =>
  fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((permutation): Problem => {
    return { inputs: [shape], raw: { permutation } };
  }),
);

const slice = anyShape.chain((shape) => {
  const part = (length: number) =>
    fc.record({
      start: fc.nat(length - 1),
      size: fc.constantFrom(-1, -1, 1),
      step: fc.constantFrom(1, 1, 2, 3, -1, -2),
    });
  return eachAxis(shape, part).map((parts): Problem => {
    const raw = {
      starts: parts.map(({ start }) => start),
      sizes: parts.map(({ size }) => size),
      steps: parts.map(({ step }) => step),
    };
    return { inputs: [shape], raw };
  });
});

const pad = fc.tuple(anyShape, fc.constantFrom('constant', 'reflect', 'edge', 'wrap')).chain(([shape, mode]) =>
  eachAxis(shape, () => fc.tuple(fc.nat(3), fc.nat(3))).map((padding): Problem => {
    return { inputs: [shape], raw: { padding, mode, value: 0.5 } };
  }),
);

const concat = anyShape.chain((shape) =>
  fc
    .tuple(fc.nat(shape.length - 1), fc.array(upTo(5), { minLength: 1, maxLength: 4 }))
    .map(([axis, lengths]): Problem => {
      return { inputs: lengths.map((length) => shape.with(axis, length)), raw: { axis } };
    }),
);

const expand = anyShape.chain((shape) =>
  eachAxis(shape, (length) => fc.tuple(fc.boolean(), fc.constant(length))).map((sides): Problem => {
    const input = sides.map(([isCopied, length]) => (isCopied ? 1 : length));
    return { inputs: [input], raw: { shape: [2, ...shape] } };
  }),
);

const gather = anyShape.chain((shape) =>
  fc
    .nat(shape.length - 1)
    .chain((axis) =>
      fc
        .array(fc.nat((shape[axis] as number) - 1), { minLength: 1, maxLength: 9 })
        .map((indices): Problem => ({ inputs: [shape], raw: { axis, indices } })),
    ),
);

const resize = fc
  .record({
    sides: fc.tuple(upTo(9), upTo(9)),
    channels: fc.constantFrom(1, 3, 4, 19),
    size: fc.tuple(upTo(12), upTo(12)),
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    coordinates: fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
    excludeOutside: fc.boolean(),
    antialias: fc.boolean(),
  })
  .map(({ sides, channels, antialias, ...raw }): Problem => {
    return { inputs: [[1, ...sides, channels]], raw: { ...raw, antialias: antialias && raw.mode !== 'nearest' } };
  });

const problems: readonly [LayerKind, fc.Arbitrary<Problem>][] = [
  ['transpose', transpose],
  ['slice', slice],
  ['pad', pad],
  ['concat', concat],
  ['expand', expand],
  ['gather', gather],
  ['resize', resize],
];

describe.each(trainingBuilds)('movement, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const run = (kind: LayerKind, shape: Shape, raw: object) =>
    runner.forward({ kind, attributes: attributesOf(kind, raw), x: [counting(shape)], w: {} });

  test.each(problems)('%s at any shape', (kind, problem) => {
    const law = fc.property(problem, ({ inputs, raw }) => {
      const c = layerCase(kind, inputs, raw, 1);
      checkForward(runner, c);
      checkGradients(runner, c, 4);
    });
    fc.assert(law, { numRuns: 60 });
  });

  test('a planar image becomes an interleaved one', () => {
    const { data } = run('transpose', [1, 3, 1, 2], { permutation: [0, 2, 3, 1] });
    expect([...data]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test('mirrors go to and fro', () => {
    const { data } = run('pad', [3], { padding: [[5, 3]], mode: 'reflect' });
    expect([...data]).toEqual([2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2]);
  });

  // The examples of ONNX's backend tests (onnx/backend/test/case/node/resize.py), with the digits given there.
  test.each<[Shape, object, readonly number[]]>([
    [[1, 4, 4, 1], { scales: [0.6, 0.6], mode: 'linear', antialias: true }, [2.875, 4.5, 9.375, 11]],
    [[1, 4, 4, 1], { scales: [0.6, 0.6], mode: 'cubic', antialias: true }, [2.5180721, 4.2858863, 9.589329, 11.357142]],
    [[1, 1, 4, 1], { scales: [1, 0.6], mode: 'linear', coordinates: 'half_pixel_symmetric' }, [1.6666667, 3.3333333]],
  ])('%j resized by %j gives the numbers of ONNX', (shape, raw, expected) => {
    const c = { kind: 'resize' as const, attributes: attributesOf('resize', raw), x: [counting(shape)], w: {} };
    const exact = toCase64(c);
    const bounds = roundings.resize.forward(exact, referenceOf(exact));
    const { data } = runner.forward(c);
    expect(data.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) {
      // Seven digits are given.
      expect(Math.abs(data[i]! - value)).toBeLessThanOrEqual(bounds[i]! + 1e-7 * value);
    }
  });

  test('a padded batch may have any length', () => {
    const graph = buildGraph({
      inputs: [{ name: 'x', shape: [-1, 2], datatype: 'FP32' }],
      nodes: [
        {
          id: 'pad',
          kind: 'pad',
          inputs: ['x'],
          attributes: {
            padding: [
              [0, 2],
              [0, 0],
            ],
            mode: 'wrap',
          },
        },
      ],
      outputs: [{ name: 'y', from: 'pad' }],
    });
    const session = new Session({ graph, tensors: new Map() }, source);
    const rows = (...data: number[]) => [...(session.run({ x: Float32Array.from(data) }).y?.data ?? [])];
    expect(rows(1, 2)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(rows(1, 2, 3, 4)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(rows(1, 2)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(rows(1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4]);
  });
});

describe('what does not fit is said', () => {
  const shapeOf = (kind: LayerKind, inputs: readonly Shape[], raw: object) =>
    layerOfKind(kind).inferShape(inputs, attributesOf(kind, raw));

  test.each<[LayerKind, readonly Shape[], object, string]>([
    ['transpose', [[2, 3]], { permutation: [0] }, 'the permutation has 1 entries, an input [2,3] needs 2'],
    ['reshape', [[2, 3]], { shape: [4, -1] }, 'an input [2,3] of 6 elements cannot take the shape [4,-1]'],
    ['reshape', [[2, 3]], { shape: [] }, 'an input [2,3] of 6 elements cannot take the shape []'],
    ['concat', [[2, 3]], { axis: 2 }, 'there is no axis 2 in an input [2,3]'],
    [
      'concat',
      [
        [2, 3],
        [3, 3],
      ],
      { axis: 1 },
      'may differ in no other axis: [2,3] and [3,3]',
    ],
    ['concat', [[2, 3], [3]], { axis: 0 }, 'may differ in no other axis: [2,3] and [3]'],
    ['slice', [[4]], { starts: [4], sizes: [-1] }, 'axis 0 of an input [4] has no element from 4 on in steps of 1'],
    ['slice', [[4]], { starts: [2], sizes: [3], steps: [-2] }, 'has no 3 elements from 2 on in steps of -2'],
    ['pad', [[4, 4]], { padding: [[1, 1]] }, 'padding has 1 entries, an input [4,4] needs 2'],
    ['expand', [[2, 3]], { shape: [4, 3] }, 'an input [2,3] cannot be expanded to [4,3]: axis 0 does not fit'],
    ['expand', [[3]], { shape: [-1, 3] }, 'an input [3] cannot be expanded to [-1,3]: axis 0 does not fit'],
    ['gather', [[2, 3]], { axis: 1, indices: [0, 3] }, 'the index 3 is beyond axis 1 of an input [2,3]'],
    ['depthToSpace', [[1, 2, 2, 6]], { block: 2 }, 'are no multiple of 4'],
    ['spaceToDepth', [[1, 4, 5, 1]], { block: 2 }, "are no multiples of the block's 2"],
    ['resize', [[1, 1, 4, 3]], { scales: [0.5, 1] }, 'nothing is left of an input [1,1,4,3] at scales [0.5,1]'],
    ['resize', [[4, 4]], { size: 2 }, 'expected an input [N,H,W,C], got [4,4]'],
  ])('%s %j %j', (kind, inputs, raw, message) => {
    expect(() => shapeOf(kind, inputs, raw)).toThrow(message);
  });

  test.each<[LayerKind, object, string]>([
    ['transpose', { permutation: [0, 2] }, 'a permutation names every axis once'],
    ['transpose', { permutation: [0, 0] }, 'a permutation names every axis once'],
    ['reshape', { shape: [-1, -1] }, 'at most one entry'],
    ['slice', { starts: [0], sizes: [1], steps: [0] }, 'steps'],
    ['resize', { mode: 'linear' }, 'size or scales are needed'],
    ['resize', { size: 2, antialias: true }, 'antialias is for linear and cubic'],
    ['resize', { size: 2, coordinates: 'tf_crop_and_resize' }, 'a roi belongs to'],
  ])('%s %j is refused', (kind, raw, message) => {
    expect(() => attributesOf(kind, raw)).toThrow(message);
  });
});
