/** Property tests: layers with a window or a matrix, at shapes that nobody chose, for every tile height. */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Shape } from '../../../engine/tensor.ts';
import { checkBatch, checkForward, checkGradients, referenceOf, toCase64 } from '../../suites/check-layer.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner } from '../../suites/run-layer.ts';

interface Problem {
  readonly kind: LayerKind;
  readonly shape: Shape;
  readonly raw: object;
  readonly rowsPerTile: number;
  readonly seed: number;
}

const upTo = (max: number) => fc.integer({ min: 1, max });
const pairOf = (max: number) => fc.tuple(upTo(max), upTo(max));

/** Windows that fit: the image is as large as the window's reach less its padding, and a bit. */
const windowed = fc
  .record({
    size: pairOf(4),
    stride: pairOf(3),
    dilation: pairOf(3),
    padding: fc.oneof(
      fc.constantFrom('same' as const, 'sameLower' as const),
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    ),
    extra: fc.tuple(fc.nat(5), fc.nat(5)),
    n: upTo(2),
  })
  .map(({ extra, n, ...window }) => {
    const side = (axis: 0 | 1) => {
      const reach = (window.size[axis] - 1) * window.dilation[axis] + 1;
      const padded = typeof window.padding === 'string' ? 0 : window.padding[2 * axis]! + window.padding[2 * axis + 1]!;
      return Math.max(1, reach - padded) + extra[axis];
    };
    return { window, image: [n, side(0), side(1)] as const };
  });

const common = { rowsPerTile: fc.integer({ min: 4, max: 6 }), seed: fc.nat(1000) };

const conv2d = fc
  .record({ ...common, windowed, groups: upTo(3), inputs: upTo(4), outputs: upTo(7), bias: fc.boolean() })
  .map(({ windowed: { window, image }, groups, inputs, outputs, bias, ...rest }): Problem => {
    const raw = { ...window, groups, filters: groups * outputs, bias };
    return { kind: 'conv2d', shape: [...image, groups * inputs], raw, ...rest };
  });

const convTranspose2d = fc
  .record({
    ...common,
    windowed,
    outputPadding: fc.tuple(fc.nat(2), fc.nat(2)),
    groups: upTo(3),
    inputs: upTo(4),
    outputs: upTo(7),
    bias: fc.boolean(),
  })
  .map(({ windowed: { window, image }, outputPadding, groups, inputs, outputs, bias, ...rest }): Problem => {
    // Padding cuts off, at most six: seven pixels leave something.
    const shape = [image[0], image[1] + 6, image[2] + 6, groups * inputs];
    const raw = { ...window, outputPadding, groups, filters: groups * outputs, bias };
    return { kind: 'convTranspose2d', shape, raw, ...rest };
  });

const depthwiseConv2d = fc
  .record({ ...common, windowed, channels: upTo(9), multiplier: fc.constantFrom(1, 1, 1, 2, 3), bias: fc.boolean() })
  .map(({ windowed: { window, image }, channels, multiplier, bias, ...rest }): Problem => {
    return { kind: 'depthwiseConv2d', shape: [...image, channels], raw: { ...window, multiplier, bias }, ...rest };
  });

const pool = (kind: LayerKind, more: fc.Arbitrary<object>) =>
  fc
    .record({ ...common, windowed, channels: upTo(9), ceilMode: fc.boolean(), more })
    .map(({ windowed: { window, image }, channels, ceilMode, more, ...rest }): Problem => {
      return { kind, shape: [...image, channels], raw: { ...window, ceilMode, ...more }, ...rest };
    });

const adaptivePool = (kind: LayerKind) =>
  fc
    .record({ ...common, shape: fc.tuple(upTo(2), upTo(9), upTo(9), upTo(9)), size: pairOf(9) })
    .map(({ size, ...rest }): Problem => ({ kind, raw: { size }, ...rest }));

/** ε = 1 keeps the curvature low that a deviation near 0 would have, which is more than a measured slope allows. */
const groupNorm = fc
  .record({ ...common, shape: fc.tuple(upTo(3), upTo(9)), groups: upTo(4), groupChannels: upTo(9) })
  .map(({ shape, groups, groupChannels, ...rest }): Problem => {
    return { kind: 'groupNorm', shape: [...shape, groups * groupChannels], raw: { groups, epsilon: 1 }, ...rest };
  });

const dense = fc
  .record({ ...common, n: upTo(19), inputs: upTo(20), units: upTo(20), bias: fc.boolean() })
  .map(({ n, inputs, ...rest }): Problem => {
    const { units, bias, rowsPerTile, seed } = rest;
    return { kind: 'dense', shape: [n, inputs], raw: { units, bias }, rowsPerTile, seed };
  });

const problems: readonly [string, fc.Arbitrary<Problem>][] = [
  ['conv2d', conv2d],
  ['convTranspose2d', convTranspose2d],
  ['depthwiseConv2d', depthwiseConv2d],
  ['maxPool2d', pool('maxPool2d', fc.constant({}))],
  ['averagePool2d', pool('averagePool2d', fc.record({ countPadding: fc.boolean() }))],
  ['adaptiveMaxPool2d', adaptivePool('adaptiveMaxPool2d')],
  ['adaptiveAveragePool2d', adaptivePool('adaptiveAveragePool2d')],
  ['groupNorm', groupNorm],
  ['dense', dense],
];

describe.each(trainingBuilds)('random shapes, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const caseOf = ({ kind, shape, raw, seed }: Problem) => layerCase(kind, [shape], raw, seed);

  test.each(problems)('%s forward', (_, problem) => {
    const law = fc.property(problem, (p) => {
      checkForward(runner, caseOf(p), { rowsPerTile: p.rowsPerTile });
      checkBatch(runner, caseOf(p));
    });
    fc.assert(law, { numRuns: 100 });
  });

  test.each(problems)('%s backward', (_, problem) => {
    const law = fc.property(problem, (p) => {
      const c = caseOf(p);
      // The maximum of a window that sees only padding is −∞, which has no slope.
      fc.pre(referenceOf(toCase64(c)).data.every(Number.isFinite));
      checkGradients(runner, c, 12, { rowsPerTile: p.rowsPerTile });
    });
    fc.assert(law, { numRuns: 40 });
  });
});
