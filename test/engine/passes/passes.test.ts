import { describe, expect, test } from 'vitest';
import { architectures } from '../../../engine/architectures/index.ts';
import { buildGraph, type Graph } from '../../../engine/graph.ts';
import { foldBatchNorm } from '../../../engine/passes/fold-batch-norm.ts';
import { fuseActivation } from '../../../engine/passes/fuse-activation.ts';
import { fuseResidualAdd } from '../../../engine/passes/fuse-residual-add.ts';
import { optimize } from '../../../engine/passes/index.ts';
import { mergePadding } from '../../../engine/passes/merge-padding.ts';
import type { Program } from '../../../engine/passes/program.ts';
import { Session } from '../../../engine/session.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededInput, seededProgram } from '../../suites/seeded.ts';

const kinds = (graph: Graph) => graph.nodes.map(({ kind }) => kind);

const chain = (...nodes: [id: string, kind: string, inputs: string[], attributes?: object][]): Graph =>
  buildGraph({
    inputs: [{ name: 'x', shape: [-1, 6, 6, 3], datatype: 'FP32' }],
    nodes: nodes.map(([id, kind, inputs, attributes = {}]) => ({ id, kind, inputs, attributes: { ...attributes } })),
    outputs: [{ name: 'y', from: nodes.at(-1)![0] }],
  });

const conv = { filters: 3, size: 3, padding: 1 };

/** Largest difference of the outputs of two programs, relative to the largest output. */
function difference(a: Program, b: Program): number {
  const source = loadKernels('inference', 'baseline');
  const input = { x: seededInput([2, 6, 6, 3]) };
  // Taps keep a session from optimising on its own account.
  const [left, right] = [a, b].map((program) => new Session(program, source, { taps: [] }).run(input).y as Tensor);
  const scale = left!.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return left!.data.reduce((max, value, i) => Math.max(max, Math.abs(value - right!.data[i]!)), 0) / scale;
}

describe('merging padding', () => {
  const zeros = {
    padding: [
      [0, 0],
      [1, 2],
      [3, 0],
      [0, 0],
    ],
  };

  test('leaves every bit and removes the node', () => {
    const convolutions = [
      ['conv2d', conv],
      ['depthwiseConv2d', { size: [3, 2], stride: 2 }],
    ] as const;
    for (const [kind, attributes] of convolutions) {
      const program = seededProgram(chain(['p', 'pad', ['x'], zeros], ['c', kind, ['p'], attributes]));
      const merged = mergePadding.run(program);
      expect(kinds(merged.graph)).toEqual([kind]);
      expect(difference(program, merged)).toBe(0);
    }
  });

  test.each([
    ['another number than 0', { ...zeros, value: 1 }],
    ['a border that is mirrored', { ...zeros, mode: 'reflect' }],
    [
      'channels',
      {
        padding: [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 1],
        ],
      },
    ],
  ])('leaves %s alone', (_, attributes) => {
    const program = seededProgram(chain(['p', 'pad', ['x'], attributes], ['c', 'conv2d', ['p'], conv]));
    expect(kinds(mergePadding.run(program).graph)).toEqual(['pad', 'conv2d']);
  });

  test('leaves a padding alone that follows from the input, and one that somebody else reads', () => {
    const same = seededProgram(chain(['p', 'pad', ['x'], zeros], ['c', 'conv2d', ['p'], { ...conv, padding: 'same' }]));
    expect(kinds(mergePadding.run(same).graph)).toEqual(['pad', 'conv2d']);
    const read = seededProgram(
      chain(['p', 'pad', ['x'], zeros], ['c', 'conv2d', ['p'], conv], ['s', 'add', ['p', 'c']]),
    );
    expect(kinds(mergePadding.run(read).graph)).toEqual(['pad', 'conv2d', 'add']);
  });
});

describe('folding batch norm', () => {
  test('leaves the function and removes the node', () => {
    const program = seededProgram(chain(['c', 'conv2d', ['x'], conv], ['n', 'batchNorm2d', ['c']]));
    const folded = foldBatchNorm.run(program);
    expect(kinds(folded.graph)).toEqual(['conv2d']);
    // A weight is rounded once more than before: K + 2 roundings of relative 2⁻²⁴ on each side.
    expect(difference(program, folded)).toBeLessThan(2 * (27 + 4) * 2 ** -24);
    expect(kinds(program.graph)).toEqual(['conv2d', 'batchNorm2d']);
  });

  test('leaves a convolution alone whose value is read elsewhere', () => {
    const graph = chain(['c', 'conv2d', ['x'], conv], ['n', 'batchNorm2d', ['c']], ['s', 'add', ['c', 'n']]);
    expect(kinds(foldBatchNorm.run(seededProgram(graph)).graph)).toEqual(['conv2d', 'batchNorm2d', 'add']);
  });

  test('gives shared weights a copy', () => {
    const graph = buildGraph({
      inputs: [{ name: 'x', shape: [-1, 6, 6, 3], datatype: 'FP32' }],
      nodes: [
        { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: conv, weights: { filter: 'f', bias: 'b' } },
        { id: 'n', kind: 'batchNorm2d', inputs: ['a'], attributes: {} },
        { id: 'y2', kind: 'conv2d', inputs: ['n'], attributes: conv, weights: { filter: 'f', bias: 'b' } },
      ],
      outputs: [{ name: 'y', from: 'y2' }],
    });
    const program = seededProgram(graph);
    expect(difference(program, foldBatchNorm.run(program))).toBeLessThan(4 * (27 + 4) * 2 ** -24);
  });
});

describe('fusing an activation', () => {
  test.each([
    ['relu', 'relu6', [0, 6]],
    ['relu6', 'relu', [0, 6]],
  ])('%s then %s is one clamp', (first, second, [lo, hi]) => {
    const program = seededProgram(chain(['c', 'conv2d', ['x'], conv], ['a', first, ['c']], ['b', second, ['a']]));
    const fused = fuseActivation.run(program);
    expect(fused.graph.nodes).toMatchObject([{ kind: 'conv2d', epilogue: { lo, hi } }]);
    expect(difference(program, fused)).toBe(0);
  });
});

describe('fusing a residual add', () => {
  test.each([[['c', 'x']], [['x', 'c']]])('%j', (inputs) => {
    const program = seededProgram(chain(['c', 'conv2d', ['x'], conv], ['s', 'add', inputs]));
    const fused = fuseResidualAdd.run(program);
    expect(fused.graph.nodes).toMatchObject([{ kind: 'conv2d', epilogue: { residual: 'x' } }]);
    expect(difference(program, fused)).toBe(0);
  });

  test('waits for the other summand', () => {
    const graph = chain(
      ['c', 'conv2d', ['x'], conv],
      ['r', 'relu', ['x']],
      ['p', 'maxPool2d', ['r'], { size: 3, stride: 1, padding: 1 }],
      ['s', 'add', ['c', 'p']],
    );
    const program = seededProgram(graph);
    const fused = fuseResidualAdd.run(program);
    expect(kinds(fused.graph)).toEqual(['relu', 'maxPool2d', 'conv2d']);
    expect(difference(program, fused)).toBe(0);
  });

  describe('leaves a sum that stretches one of its operands', () => {
    test.each([
      ['to all pixels', [-1, 1, 1, 3]],
      ['to a batch, where a batch of one would not show it', [1, 6, 6, 3]],
      ['to all channels', [-1, 6, 6, 1]],
      ['that lacks an axis', [6, 3]],
      ['that is a number', []],
    ])('%s', (_, shape) => {
      const graph = buildGraph({
        inputs: [
          { name: 'x', shape: [-1, 6, 6, 3], datatype: 'FP32' },
          { name: 'r', shape, datatype: 'FP32' },
        ],
        nodes: [
          { id: 'c', kind: 'conv2d', inputs: ['x'], attributes: conv },
          { id: 's', kind: 'add', inputs: ['c', 'r'], attributes: {} },
        ],
        outputs: [{ name: 'y', from: 's' }],
      });
      expect(kinds(fuseResidualAdd.run(seededProgram(graph)).graph)).toEqual(['conv2d', 'add']);
    });

    test('that is the convolution', () => {
      const graph = chain(
        ['m', 'reduceMean', ['x'], { axes: [1, 2], keepDimensions: true }],
        ['c', 'conv2d', ['m'], conv],
        ['s', 'add', ['c', 'x']],
      );
      expect(kinds(fuseResidualAdd.run(seededProgram(graph)).graph)).toEqual(['reduceMean', 'conv2d', 'add']);
    });
  });

  test('fuses one sum after the other', () => {
    const graph = chain(
      ['c', 'conv2d', ['x'], conv],
      ['s', 'add', ['c', 'x']],
      ['d', 'conv2d', ['s'], conv],
      ['t', 'add', ['d', 's']],
    );
    const program = seededProgram(graph);
    const fused = fuseResidualAdd.run(program);
    expect(kinds(fused.graph)).toEqual(['conv2d', 'conv2d']);
    expect(difference(program, fused)).toBe(0);
  });

  test('leaves a graph that takes no batch of two', () => {
    const graph = buildGraph({
      inputs: [
        { name: 'x', shape: [-1, 6, 6, 3], datatype: 'FP32' },
        { name: 'r', shape: [4, 6, 6, 3], datatype: 'FP32' },
      ],
      nodes: [
        { id: 'c', kind: 'conv2d', inputs: ['x'], attributes: conv },
        { id: 's', kind: 'add', inputs: ['c', 'r'], attributes: {} },
      ],
      outputs: [{ name: 'y', from: 's' }],
    });
    expect(kinds(fuseResidualAdd.run(seededProgram(graph)).graph)).toEqual(['conv2d', 'add']);
  });

  test('leaves a sum of a value with itself', () => {
    const graph = chain(['c', 'conv2d', ['x'], conv], ['s', 'add', ['c', 'c']]);
    expect(kinds(fuseResidualAdd.run(seededProgram(graph)).graph)).toEqual(['conv2d', 'add']);
  });
});

test('a residual network runs as convolutions, a pool and a dense layer', () => {
  const graph = buildGraph(architectures.resnet8.build({ input: [32, 32, 3], classes: 10 }));
  const optimized = optimize(seededProgram(graph));
  expect(new Set(kinds(optimized.graph))).toEqual(new Set(['conv2d', 'globalAveragePool2d', 'dense']));
  expect(optimized.graph.nodes).toHaveLength(11);
});
