/** What the passes of training may do to a network: make its steps fewer, and leave loss and gradients what they are. */
import { describe, expect, test } from 'vitest';
import { buildGraph, type Graph } from '../../../engine/graph.ts';
import { optimizeForTraining } from '../../../engine/passes/index.ts';
import { ShardTrainer } from '../../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../../engine/training/vector-memory.ts';
import { initialWeights, weightVector } from '../../../engine/training/weight-vector.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { seededInput } from '../../suites/seeded.ts';

const SAMPLES = 3;
const crossEntropy = { kind: 'crossEntropy', output: 'logits' } as const;
type Node = readonly [id: string, kind: string, inputs: readonly string[], attributes?: object];

const graphOf = (...nodes: readonly Node[]): Graph =>
  buildGraph({
    inputs: [{ name: 'x', shape: [-1, 8, 8, 3], datatype: 'FP32' }],
    nodes: nodes.map(([id, kind, inputs, attributes]) => ({
      id,
      kind,
      inputs: [...inputs],
      attributes: { ...attributes },
    })),
    outputs: [{ name: 'logits', from: nodes.at(-1)![0] }],
  });

const kinds = (graph: Graph) => graph.nodes.map(({ kind }) => kind);

const clamped = graphOf(
  ['a', 'conv2d', ['x'], { filters: 4, size: 3, padding: 1 }],
  ['a+', 'relu', ['a']],
  ['b', 'conv2d', ['a+'], { filters: 4, size: 1 }],
  ['n', 'batchNorm2d', ['b']],
  ['n+', 'relu6', ['n']],
  ['w', 'depthwiseConv2d', ['n+'], { size: 3, padding: 1 }],
  ['w+', 'relu', ['w']],
  ['s', 'add', ['w+', 'a+']],
  ['s+', 'relu', ['s']],
  ['t', 'convTranspose2d', ['s+'], { filters: 2, size: 2 }],
  ['t+', 'relu', ['t']],
  ['f', 'flatten', ['t+']],
  ['d', 'dense', ['f'], { units: 5 }],
  ['d+', 'relu', ['d']],
  ['e', 'dense', ['d+'], { units: 3 }],
);

/** Losses and gradients of a shard, of the graph as it is written and as it is trained. */
function pair(graph: Graph, source: (typeof trainingBuilds)[number]['source']) {
  const vector = weightVector(graph);
  const targets = Float32Array.from({ length: 3 * SAMPLES }, (_, i) => Number(i % 4 === 0));
  const input = seededInput([SAMPLES, 8, 8, 3]);
  return [(same: Graph) => same, optimizeForTraining].map((rewrite) => {
    const trainer = new ShardTrainer(graph, new VectorMemory(vector, source), [crossEntropy], rewrite);
    const losses = new Float32Array(SAMPLES);
    trainer.setWeights(initialWeights(vector, 5));
    trainer.run({ input, targets: [targets], samples: SAMPLES, batch: SAMPLES, seed: 1, step: 0, index: 0 }, losses);
    return { losses, gradient: trainer.gradient() };
  });
}

describe.each(trainingBuilds)('passes of training, $label', ({ source }) => {
  test('a clamp in its producer changes no bit', () => {
    expect(kinds(optimizeForTraining(clamped))).toEqual(kinds(clamped).filter((kind) => !kind.startsWith('relu')));
    const [written, trained] = pair(clamped, source);
    expect(trained).toEqual(written);
    expect(written!.gradient.some((value) => value !== 0)).toBe(true);
  });

  test('a maximum in its convolution leaves the gradients where they are', () => {
    const graph = graphOf(
      ['a', 'conv2d', ['x'], { filters: 6, size: 3, padding: 1 }],
      ['a+', 'relu', ['a']],
      ['ap', 'maxPool2d', ['a+'], { size: 2 }],
      ['b', 'conv2d', ['ap'], { filters: 5, size: 3 }],
      ['bp', 'maxPool2d', ['b'], { size: 2 }],
      ['f', 'flatten', ['bp']],
      ['d', 'dense', ['f'], { units: 3 }],
    );
    expect(kinds(optimizeForTraining(graph))).toEqual(['conv2d', 'conv2d', 'flatten', 'dense']);
    const [written, trained] = pair(graph, source);
    // A route or a mask that is wrong moves a gradient by percents, another order of sums by no more than their length
    // in units of 2⁻²⁴: no sum here has 2⁸ terms.
    const length = Math.hypot(...written!.gradient);
    const difference = written!.gradient.map((value, i) => value - trained!.gradient[i]!);
    expect(Math.hypot(...difference)).toBeLessThan(2 ** (8 - 24) * length);
    expect(length).toBeGreaterThan(0.1);
  });
});

describe('passes of training leave a maximum', () => {
  test.each([
    ['over windows that overlap', { size: 3 }, { size: 2, stride: 1 }],
    ['that keeps an odd row', { size: 3 }, { size: 2, ceilMode: true }],
    ['behind a convolution with a stride', { size: 3, stride: 2 }, { size: 2 }],
    ['behind filters of another height', { size: [2, 3] }, { size: 2 }],
  ])('%s', (_, conv, pool) => {
    const graph = graphOf(['c', 'conv2d', ['x'], { filters: 4, ...conv }], ['p', 'maxPool2d', ['c'], pool]);
    expect(kinds(optimizeForTraining(graph))).toEqual(['conv2d', 'maxPool2d']);
  });

  test('behind another maximum', () => {
    const graph = graphOf(
      ['c', 'conv2d', ['x'], { filters: 4, size: 3 }],
      ['p', 'maxPool2d', ['c'], { size: 2 }],
      ['q', 'maxPool2d', ['p'], { size: 2 }],
    );
    expect(kinds(optimizeForTraining(graph))).toEqual(['conv2d', 'maxPool2d']);
  });
});

describe('passes of training leave a clamp', () => {
  test('behind a layer whose gradient needs what was before it', () => {
    const graph = graphOf(['p', 'mul', ['x', 'x']], ['p+', 'relu', ['p']], ['f', 'flatten', ['p+']]);
    expect(kinds(optimizeForTraining(graph))).toEqual(['mul', 'relu', 'flatten']);
  });

  test('behind a value that somebody else reads', () => {
    const graph = graphOf(
      ['c', 'conv2d', ['x'], { filters: 3, size: 1 }],
      ['c+', 'relu', ['c']],
      ['s', 'add', ['c', 'c+']],
    );
    expect(kinds(optimizeForTraining(graph))).toEqual(['conv2d', 'relu', 'add']);
  });
});
