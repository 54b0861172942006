import { describe, expect, test } from 'vitest';
import { buildGraph, type Graph } from '../../../engine/graph.ts';
import { instantiateKernels } from '../../../engine/kernels.ts';
import { Session } from '../../../engine/session.ts';
import { lowerTraining } from '../../../engine/training/backward-plan.ts';
import { ShardTrainer } from '../../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../../engine/training/vector-memory.ts';
import { fromTensors, toTensors, weightVector } from '../../../engine/training/weight-vector.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededData, seededInput, seededTensors } from '../../suites/seeded.ts';

const kernels = loadKernels('training', 'baseline');
type Node = { id: string; kind: string; inputs: string[]; attributes?: object };

const graphOf = (nodes: Node[], shape = [-1, 6, 6, 2]): Graph =>
  buildGraph({
    inputs: [{ name: 'x', shape, datatype: 'FP32' }],
    nodes: nodes.map((node) => ({ ...node, attributes: { ...node.attributes } })),
    outputs: [{ name: 'logits', from: nodes.at(-1)!.id }],
  });

/** A value read twice, a shortcut, a view, a weight shared by two nodes: what a chain of layers does not show. */
const branching = graphOf([
  { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: { filters: 4, size: 3, padding: 1 } },
  { id: 'b', kind: 'conv2d', inputs: ['a'], attributes: { filters: 4, size: 3, padding: 1, groups: 2 } },
  { id: 's', kind: 'add', inputs: ['a', 'b'] },
  { id: 't', kind: 'add', inputs: ['s', 'a'] },
  { id: 'f', kind: 'flatten', inputs: ['t'] },
  { id: 'd', kind: 'dense', inputs: ['f'], attributes: { units: 3 } },
]);

const losses = [{ kind: 'crossEntropy', output: 'logits' }] as const;
const samples = 4;
const targets = Float32Array.of(1, 0, 0, 0, 1, 0, 0.2, 0.3, 0.5, 0, 0, 1);
const shard = {
  input: seededInput([samples, 6, 6, 2]),
  targets: [targets],
  samples,
  batch: samples,
  seed: 1,
  step: 0,
  index: 0,
};

/** The mean cross-entropy in f64 from logits that inference computes: shares no code with the backward pass. */
function loss(graph: Graph, weights: Float32Array, input: Float32Array): number {
  const vector = weightVector(graph);
  const session = new Session({ graph, tensors: toTensors(vector, weights) }, kernels);
  const logits = session.run({ x: input }).logits!.data;
  let sum = 0;
  for (let n = 0; n < samples; n++) {
    const row = Array.from(logits.subarray(3 * n, 3 * n + 3));
    const logSum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
    row.forEach((value, c) => {
      sum -= targets[3 * n + c]! * (value - logSum);
    });
  }
  return sum / samples;
}

describe('the gradient of a branching network', () => {
  const vector = weightVector(branching);
  const weights = fromTensors(vector, seededTensors(branching)).map((value) => value / 4);
  const input = seededInput([samples, 6, 6, 2]);
  const trainer = new ShardTrainer(branching, new VectorMemory(vector, kernels), losses);
  const sampleLosses = new Float32Array(samples);
  trainer.setWeights(weights);
  trainer.run({ input, targets: [targets], samples, batch: samples, seed: 1, step: 0, index: 0 }, sampleLosses);
  const gradient = trainer.gradient().slice();

  test('the loss is that of inference', () => {
    const mean = sampleLosses.reduce((a, b) => a + b, 0) / samples;
    // Logits of size ~10 from sums of up to 144 products: relative 144·2⁻²⁴ each.
    expect(Math.abs(mean - loss(branching, weights, input))).toBeLessThan(10 * 144 * 2 ** -24);
  });

  test.each(vector.entries.map((entry) => [entry.tensor, entry] as const))(
    'of %s is the slope of the loss',
    (_, entry) => {
      // Central differences: h² / 6 · third derivative (below 1) plus the rounding of two f32 losses, divided by 2h.
      const h = 2 ** -6;
      const bound = h * h + (2 * 10 * 144 * 2 ** -24) / (2 * h);
      for (let k = 0; k < 12; k++) {
        const i = entry.offset + ((k * 7919) % entry.length);
        const slope = [h, -h].map((step) => loss(branching, weights.with(i, weights[i]! + step), input));
        expect(Math.abs((slope[0]! - slope[1]!) / (2 * h) - gradient[i]!)).toBeLessThan(bound);
      }
    },
  );

  test('depends on the weights of now, not of the last update', () => {
    trainer.setWeights(weights.map((value) => value / 2));
    trainer.run({ input, targets: [targets], samples, batch: samples, seed: 1, step: 1, index: 0 }, sampleLosses);
    expect(trainer.gradient()).not.toEqual(gradient);
    trainer.setWeights(weights);
    trainer.run({ input, targets: [targets], samples, batch: samples, seed: 1, step: 2, index: 0 }, sampleLosses);
    expect(trainer.gradient()).toEqual(gradient);
  });

  test('of a shard is its share of the batch', () => {
    const whole = gradient.slice();
    trainer.run(
      {
        input: input.subarray(0, 2 * 72),
        targets: [targets.subarray(0, 6)],
        samples: 2,
        batch: 4,
        seed: 1,
        step: 3,
        index: 0,
      },
      sampleLosses,
    );
    const first = trainer.gradient().slice();
    trainer.run(
      {
        input: input.subarray(2 * 72),
        targets: [targets.subarray(6)],
        samples: 2,
        batch: 4,
        seed: 1,
        step: 3,
        index: 1,
      },
      sampleLosses,
    );
    const scale = whole.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    trainer.gradient().forEach((value, i) => {
      expect(Math.abs(first[i]! + value - whole[i]!)).toBeLessThan(scale * 144 * 2 ** -23);
    });
  });
});

test('what the loss does not depend on has gradient zero', () => {
  const graph = graphOf([
    { id: 'dead', kind: 'conv2d', inputs: ['x'], attributes: { filters: 2, size: 3 } },
    { id: 'f', kind: 'flatten', inputs: ['x'] },
    { id: 'd', kind: 'dense', inputs: ['f'], attributes: { units: 3 } },
  ]);
  const vector = weightVector(graph);
  const trainer = new ShardTrainer(graph, new VectorMemory(vector, kernels), losses);
  trainer.gradient().fill(9);
  trainer.setWeights(seededData(vector.length, 3));
  trainer.run(shard, new Float32Array(samples));
  const dead = vector.entries.filter(({ tensor }) => tensor.startsWith('dead'));
  for (const { offset, length } of dead) {
    expect(trainer.gradient().subarray(offset, offset + length)).toEqual(new Float32Array(length));
  }
});

test('running statistics that no gradient reaches are left where they are', () => {
  const graph = graphOf([
    { id: 'dead', kind: 'batchNorm2d', inputs: ['x'] },
    { id: 'f', kind: 'flatten', inputs: ['x'] },
    { id: 'd', kind: 'dense', inputs: ['f'], attributes: { units: 3 } },
  ]);
  const vector = weightVector(graph);
  const trainer = new ShardTrainer(graph, new VectorMemory(vector, kernels), losses);
  const weights = seededData(vector.length, 3);
  trainer.setWeights(weights);
  trainer.run(shard, new Float32Array(samples));
  const running = vector.entries.filter(({ update }) => update === 'running');
  expect(running.map(({ tensor }) => tensor)).toEqual(['dead.mean', 'dead.variance']);
  for (const { offset, length } of running) {
    expect(trainer.gradient().subarray(offset, offset + length)).toEqual(weights.subarray(offset, offset + length));
  }
});

test('a graph of eight bits is not trained', () => {
  const graph = { ...branching, quantization: { x: { scale: 1, zeroPoint: 0 } } };
  const { capabilities } = instantiateKernels(kernels);
  expect(() => lowerTraining(graph, { samples: 1, batch: 1, capabilities, losses })).toThrow(
    /graph of eight bits has no gradient/,
  );
});

test('the gradient of an input that nobody learns is not computed', () => {
  const { steps } = lowerTraining(branching, {
    samples: 1,
    batch: 1,
    capabilities: instantiateKernels(kernels).capabilities,
    losses,
  });
  const called = steps
    .filter(({ node, algorithm }) => node.id === 'a' && algorithm === 'backward')
    .flatMap(({ calls }) => calls);
  expect(called.map(({ kernel }) => kernel)).not.toContain('conv2dTransposed');
});
