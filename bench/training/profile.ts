/**
 * Where a training pass spends its time: every kernel call of a shard, timed while the network learns, since a batch that
 * repeats itself teaches the processor its branches. Prints the tenth percentile of each call over all shards.
 *   node bench/training/profile.ts [lenet|resnet8|…] [SAMPLES a shard] [auto|baseline|relaxed]
 */
import { type ArchitectureName, architectures } from '../../engine/architectures/index.ts';
import { buildGraph } from '../../engine/graph.ts';
import { Random } from '../../engine/random.ts';
import { classTargets } from '../../engine/training/loss.ts';
import { Optimizer } from '../../engine/training/optimizer.ts';
import { ShardTrainer } from '../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../engine/training/vector-memory.ts';
import { initialWeights, weightVector } from '../../engine/training/weight-vector.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { loadKernels, type SimdChoice } from '../../scripts/kernels.ts';
import { openDataSet } from '../../scripts/training/data-sets/index.ts';

const CLASSES = 10;
const WARM_UP = 100;
const SHARDS = 300;
const [name, samples, simd] = [process.argv[2] ?? 'lenet', Number(process.argv[3] ?? 16), process.argv[4] ?? 'auto'];

const architecture = architectures[name as ArchitectureName];
const [width, height] = architecture.size;
const channels = architecture.channels === 'gray' ? 1 : 3;
const pixelsPerSample = width * height * channels;
const kernels = loadKernels('training', simd as SimdChoice);
const graph = buildGraph(architecture.build({ input: [height, width, channels], classes: CLASSES }));
const vector = weightVector(graph);
const memory = new VectorMemory(vector, kernels);
const optimizer = new Optimizer(memory, { name: 'adam', weightDecay: 0 });
const trainer = new ShardTrainer(graph, memory, [{ kind: 'crossEntropy', output: graph.outputs[0]?.name ?? '' }]);
optimizer.weights.set(initialWeights(vector, 1));
const { plan, pass, packs, lowered } = trainer.prepare(samples, samples);

/** MNIST for networks that take it; others learn blobs whose place says their class. */
const mnist =
  pixelsPerSample === 784 ? (await openDataSet('mnist', { seed: 1, codecs: await loadCodecs() })).train : undefined;
const random = new Random(1);

function shard(index: number) {
  const input = new Float32Array(samples * pixelsPerSample);
  const classes = new Uint16Array(samples);
  for (let i = 0; i < samples; i++) {
    const sample = index * samples + i;
    classes[i] = mnist ? (mnist.classes[sample] as number) : sample % CLASSES;
    const first = (classes[i] as number) * 0.1 * pixelsPerSample;
    for (let p = 0; p < pixelsPerSample; p++) {
      const noise = () => random.float() + (p > first && p < first + 0.1 * pixelsPerSample ? 0.5 : 0);
      input[i * pixelsPerSample + p] = mnist ? (mnist.pixels[sample * 784 + p] as number) / 255 : noise();
    }
  }
  const targets = new Float32Array(samples * CLASSES);
  classTargets(classes, CLASSES, 0, targets);
  return { input, targets: [targets], samples, batch: samples, seed: 1, step: index, index: 0 };
}

const times = pass.map((): number[] => []);
const packTimes = packs.map((): number[] => []);

function timed(executable: typeof pass, into: readonly number[][], keep: boolean): void {
  executable.forEach(({ run, args }, i) => {
    const start = performance.now();
    run(...args);
    if (keep) into[i]?.push(performance.now() - start);
  });
}

for (let index = 0; index < WARM_UP + SHARDS; index++) {
  trainer.weightsChanged();
  timed(packs, packTimes, index >= WARM_UP);
  trainer.load(shard(index));
  timed(pass, times, index >= WARM_UP);
  optimizer.add();
  optimizer.update(0.001);
}

const tenth = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length / 10] as number;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const milliseconds = times.map(tenth);
plan.calls.forEach(({ node, algorithm, kernel }, i) => {
  console.log(`${(milliseconds[i] as number).toFixed(4)}  ${node.padEnd(28)} ${algorithm.padEnd(10)} ${kernel}`);
});
console.log(`${sumOf(milliseconds).toFixed(3)}  ms a shard of ${samples}`);
console.log(`${sumOf(packTimes.map(tenth)).toFixed(3)}  ms of packing an update (${lowered.packs.length} packs)`);
console.log(`${(plan.arenaBytes / 2 ** 20).toFixed(1)}  MB of arena`);
