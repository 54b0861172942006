/** Products of matrices: shapes that do not fit, constants that are packed once, and shapes that nobody chose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../../engine/graph.ts';
import { Session } from '../../../engine/session.ts';
import type { Shape, Tensor } from '../../../engine/tensor.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { checkForward, checkGradients } from '../../suites/check-layer.ts';
import { layerCase } from '../../suites/layer-cases.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner, layerOfKind } from '../../suites/run-layer.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

const shape = (a: Shape, b: Shape) => layerOfKind('matMul').inferShape([a, b], {});

test('shapes', () => {
  expect(shape([2, 1, 4, 3], [5, 3, 7])).toEqual([2, 5, 4, 7]);
  expect(() => shape([3], [3, 4])).toThrow('expected matrices [...,M,K] and [...,K,N], got [3] and [3,4]');
  expect(() => shape([2, 3], [4, 5])).toThrow('a product of [2,3] and [4,5]: rows of 3, columns of 4');
  expect(() => shape([2, 4, 3], [3, 3, 5])).toThrow('[2,4,3] and [3,3,5] do not fit each other');
  expect(layerOfKind('matMul').macs?.([[2, 1, 4, 3]], [2, 5, 4, 7], {})).toBe(2 * 5 * 4 * 7 * 3);
});

test('a constant is packed once, for all batches, and gives what a value gives', () => {
  const nodes = [
    { id: 'w', kind: 'constant', inputs: [], attributes: { shape: [2, 5, 9] } },
    { id: 'p', kind: 'matMul', inputs: ['x', 'w'], attributes: {} },
  ];
  const x = { name: 'x', shape: [-1, 2, 3, 5], datatype: 'FP32' as const };
  const constant = buildGraph({ inputs: [x], nodes, outputs: [{ name: 'y', from: 'p' }] });
  const value = buildGraph({
    inputs: [x, { name: 'v', shape: [2, 5, 9], datatype: 'FP32' }],
    nodes: [{ id: 'p', kind: 'matMul', inputs: ['x', 'v'], attributes: {} }],
    outputs: [{ name: 'y', from: 'p' }],
  });
  const tensors = seededTensors(constant);
  const source = loadKernels('inference', 'baseline');
  const packed = new Session({ graph: constant, tensors }, source);
  const unpacked = new Session({ graph: value, tensors: new Map() }, source);
  for (const batch of [1, 3]) {
    const data = seededInput([batch, 2, 3, 5]);
    const y = packed.run({ x: data }).y as Tensor;
    expect(y).toEqual(unpacked.run({ x: data, v: (tensors.get('w.value') as Tensor).data }).y);
    expect(y.shape).toEqual([batch, 2, 3, 9]);
    expect(packed.plan(batch).calls.filter(({ kernel }) => kernel === 'packPanels')).toHaveLength(0);
  }
});

test('a batch of rows and one matrix are one product', () => {
  const graph = buildGraph({
    inputs: [
      { name: 'x', shape: [-1, 3, 5], datatype: 'FP32' },
      { name: 'v', shape: [5, 4], datatype: 'FP32' },
    ],
    nodes: [{ id: 'p', kind: 'matMul', inputs: ['x', 'v'], attributes: {} }],
    outputs: [{ name: 'y', from: 'p' }],
  });
  const session = new Session({ graph, tensors: new Map() }, loadKernels('inference', 'baseline'));
  expect(session.plan(8).calls.map(({ kernel }) => kernel)).toEqual(['packPanels', 'gemm']);
});

const upTo = (max: number) => fc.integer({ min: 1, max });

describe.each(trainingBuilds)('products at any shapes, $label', ({ source }) => {
  const runner = new LayerRunner(source);
  const problem = fc.record({
    batch: fc.array(fc.tuple(upTo(3), fc.constantFrom('both', 'a', 'b')), { maxLength: 3 }),
    missing: fc.nat(3),
    sides: fc.tuple(upTo(14), upTo(12), upTo(20)),
    rowsPerTile: fc.integer({ min: 4, max: 6 }),
    seed: fc.nat(1000),
  });

  test('forward and backward', () => {
    const law = fc.property(problem, ({ batch, missing, sides: [m, k, n], rowsPerTile, seed }) => {
      const front = (other: string) => batch.map(([length, of]) => (of === other ? 1 : length));
      const shapes = [
        [...front('b'), m, k],
        [...front('a').slice(missing), k, n],
      ];
      const c = layerCase('matMul', shapes, {}, seed);
      checkForward(runner, c, { rowsPerTile });
      checkGradients(runner, c, 6, { rowsPerTile });
    });
    fc.assert(law, { numRuns: 80 });
  });
});
