/** A training of two losses: their sum is the loss of the outputs that inference computes, and the gradient is its slope. */
import { describe, expect, test } from 'vitest';
import { buildGraph, type Graph } from '../../../engine/graph.ts';
import { instantiateKernels } from '../../../engine/kernels.ts';
import { Session } from '../../../engine/session.ts';
import { lowerTraining } from '../../../engine/training/backward-plan.ts';
import type { Loss } from '../../../engine/training/loss.ts';
import { ShardTrainer } from '../../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../../engine/training/vector-memory.ts';
import { fromTensors, toTensors, weightVector } from '../../../engine/training/weight-vector.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

const kernels = loadKernels('training', 'baseline');
const samples = 3;

/** A trunk and two heads, one of which another output reads, too. */
const graph: Graph = buildGraph({
  inputs: [{ name: 'x', shape: [-1, 6, 6, 2], datatype: 'FP32' }],
  nodes: [
    { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: { filters: 4, size: 3 } },
    { id: 'f', kind: 'flatten', inputs: ['a'], attributes: {} },
    { id: 'c', kind: 'dense', inputs: ['f'], attributes: { units: 3 } },
    { id: 'b', kind: 'dense', inputs: ['f'], attributes: { units: 4 } },
  ],
  outputs: [
    { name: 'box', from: 'b' },
    { name: 'scores', from: 'c' },
  ],
});

const losses: readonly Loss[] = [
  { kind: 'crossEntropy', output: 'scores' },
  { kind: 'smoothL1', output: 'box', weight: 3, beta: 0.5 },
];
const classes = Float32Array.of(1, 0, 0, 0, 1, 0, 0.2, 0.3, 0.5);
const boxes = Float32Array.of(0, 0.5, 1, 1, 0.25, 0.25, 0.5, 0.5, 0, 0, 1, 1);
const input = seededInput([samples, 6, 6, 2]);

/** Mean loss in f64 from outputs that inference computes: shares no code with the backward pass. */
function loss(weights: Float32Array): number {
  const session = new Session({ graph, tensors: toTensors(weightVector(graph), weights) }, kernels);
  const { scores, box } = session.run({ x: input });
  let sum = 0;
  for (let n = 0; n < samples; n++) {
    const row = Array.from(scores!.data.subarray(3 * n, 3 * n + 3));
    const logSum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
    row.forEach((value, c) => {
      sum -= classes[3 * n + c]! * (value - logSum);
    });
  }
  box!.data.forEach((value, i) => {
    const d = Math.abs(value - boxes[i]!);
    sum += 3 * (d < 0.5 ? d * d : d - 0.25);
  });
  return sum / samples;
}

describe('the sum of two losses', () => {
  const vector = weightVector(graph);
  const weights = fromTensors(vector, seededTensors(graph)).map((value) => value / 4);
  const trainer = new ShardTrainer(graph, new VectorMemory(vector, kernels), losses);
  const sampleLosses = new Float32Array(samples);
  trainer.setWeights(weights);
  trainer.run({ input, targets: [classes, boxes], samples, batch: samples, seed: 1, step: 0, index: 0 }, sampleLosses);
  const gradient = trainer.gradient().slice();
  // Outputs of size ~10 from sums of up to 64 products of sums of 18, times the weights of seven values: 3·4 + 1.
  const rounding = 13 * 10 * (64 + 18) * 2 ** -24;

  test('is that of inference', () => {
    const mean = sampleLosses.reduce((a, b) => a + b, 0) / samples;
    expect(Math.abs(mean - loss(weights))).toBeLessThan(rounding);
  });

  test.each(vector.entries.map((entry) => [entry.tensor, entry] as const))(
    'slopes by %s as its gradient says',
    (_, entry) => {
      // Central differences are off by h times the change of the slope between the two points (smooth L1 has a kink in it), and
      // by two rounded losses over 2h. Second derivatives: weight 3 over β ½, of four values, and one of cross-entropy.
      const h = 2 ** -8;
      const bound = h * (3 * 2 * 4 + 1) + rounding / h;
      for (let k = 0; k < 12; k++) {
        const i = entry.offset + ((k * 7919) % entry.length);
        const [up, down] = [h, -h].map((step) => loss(weights.with(i, weights[i]! + step))) as [number, number];
        expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(bound);
      }
    },
  );

  test('moves both heads and the trunk', () => {
    for (const { tensor, offset, length } of vector.entries) {
      expect(
        gradient.subarray(offset, offset + length).some((value) => value !== 0),
        tensor,
      ).toBe(true);
    }
  });
});

describe('a loss that does not fit the graph', () => {
  const { capabilities } = instantiateKernels(kernels);
  const lower = (...list: Loss[]) => lowerTraining(graph, { samples: 1, batch: 1, capabilities, losses: list });

  test('is of an output that is there', () => {
    expect(() => lower({ kind: 'crossEntropy', output: 'logits' })).toThrow(
      'a loss crossEntropy is for the output "logits", the graph has box, scores',
    );
  });

  test('is of rows', () => {
    const spatial = { ...graph, outputs: [{ name: 'box', from: 'a' }] };
    const options = { samples: 1, batch: 1, capabilities, losses: [losses[1]!] };
    expect(() => lowerTraining(spatial, options)).toThrow(
      'training needs an output [N,values], the output "box" is [1,4,4,4]',
    );
  });
});
