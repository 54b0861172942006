/**
 * LeNet's training pass with our kernels: the peer of pytorch.py. One thread, batch 64, Adam; prints one JSON line with
 * the CPU time of a step, the minimum over several blocks of steps.
 *   node bench/training/borde.ts STEPS BLOCKS [auto|baseline|relaxed]
 */
import { architectures } from '../../engine/architectures/index.ts';
import { buildGraph } from '../../engine/graph.ts';
import { initialWeights, weightVector } from '../../engine/training/weight-vector.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { loadKernels, type SimdChoice } from '../../scripts/kernels.ts';
import { openDataSet } from '../../scripts/training/data-sets/index.ts';
import { Network } from '../../scripts/training/network.ts';

const [steps, blocks, simd] = [Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 5), process.argv[4] ?? 'auto'];
const kernels = loadKernels('training', simd as SimdChoice);
const dataSet = await openDataSet('mnist', { seed: 1, codecs: await loadCodecs() });
const graph = buildGraph(architectures.lenet.build({ input: dataSet.shape, classes: 10 }));
const vector = weightVector(graph);
const network = new Network(
  {
    graph,
    losses: [{ kind: 'crossEntropy', output: 'logits' }],
    vector,
    kernels,
    preprocess: {
      size: [28, 28],
      fit: 'stretch',
      antialias: true,
      channels: 'gray',
      scale: 1 / 255,
      mean: [0],
      std: [1],
    },
    pixels: dataSet.train.pixels,
    classes: dataSet.train.classes,
    boxes: undefined,
    pixelsPerSample: 784,
    classCount: 10,
    labelSmoothing: 0,
    seed: 1,
    threads: 1,
    batchSize: 64,
    optimizer: { name: 'adam', weightDecay: 0 },
  },
  initialWeights(vector, 1),
);

function block(index: number): number {
  const start = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    const first = ((index * steps + step) * 64) % 59_000;
    network.lossAndGradients(Uint32Array.from({ length: 64 }, (_, i) => first + i));
    network.update(0.001);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / steps;
}

block(0);
const times = Array.from({ length: blocks }, (_, index) => block(index + 1));
console.log(JSON.stringify({ relaxed: kernels.capabilities.relaxed, msPerStep: Math.min(...times) }));
await network.close();
