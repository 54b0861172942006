/** Runs a thread's share of a batch's shards: pixels → network input → forward, loss, backward → gradient row. */
import type { Graph } from '../../engine/graph.ts';
import { type Preprocess, preprocessPixels } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { classTargets } from '../../engine/training/loss.ts';
import { SHARD_SAMPLES, ShardTrainer } from '../../engine/training/shard-trainer.ts';
import type { WeightVector } from '../../engine/training/weight-vector.ts';
import { type SharedBatch, Slot, shardCount } from './shared-batch.ts';

/** What a thread has to know once; all of it can be sent to a worker. */
export interface TrainingSetup {
  readonly graph: Graph;
  readonly vector: WeightVector;
  readonly kernels: KernelSource;
  readonly preprocess: Preprocess;
  /** [N,H,W,C] u8. */
  readonly pixels: Uint8Array;
  readonly classes: Uint16Array;
  readonly pixelsPerSample: number;
  readonly classCount: number;
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly shared: SharedBatch;
  readonly threads: number;
}

export class ShardRunner {
  private readonly setup: TrainingSetup;
  private readonly trainer: ShardTrainer;
  private readonly input: Float32Array;
  private readonly targets: Float32Array;
  private readonly shardClasses = new Uint16Array(SHARD_SAMPLES);

  constructor(setup: TrainingSetup) {
    this.setup = setup;
    this.trainer = new ShardTrainer(setup.graph, setup.vector, setup.kernels);
    this.input = new Float32Array(SHARD_SAMPLES * setup.pixelsPerSample);
    this.targets = new Float32Array(SHARD_SAMPLES * setup.classCount);
  }

  /** Works on shards `thread`, `thread + threads` … of the batch that `control` describes. */
  runShare(thread: number): void {
    const { shared, threads } = this.setup;
    const batch = shared.control[Slot.samples] as number;
    this.trainer.setWeights(shared.weights);
    for (let index = thread; index < shardCount(batch); index += threads) this.runShard(index, batch);
  }

  private runShard(index: number, batch: number): void {
    const { shared, seed, vector, pixelsPerSample, classCount } = this.setup;
    const first = index * SHARD_SAMPLES;
    const samples = Math.min(SHARD_SAMPLES, batch - first);
    this.load(first, samples);
    this.trainer.run(
      {
        input: this.input.subarray(0, samples * pixelsPerSample),
        targets: this.targets.subarray(0, samples * classCount),
        samples,
        batch,
        seed,
        step: shared.control[Slot.step] as number,
        index,
      },
      shared.losses.subarray(first, first + samples),
    );
    shared.gradients.set(this.trainer.gradient(), index * vector.length);
  }

  /** Fills input and targets with the shard's samples. */
  private load(first: number, samples: number): void {
    const { shared, pixels, classes, preprocess, pixelsPerSample, classCount, labelSmoothing } = this.setup;
    for (let i = 0; i < samples; i++) {
      const sample = shared.indices[first + i] as number;
      const start = sample * pixelsPerSample;
      const target = this.input.subarray(i * pixelsPerSample, (i + 1) * pixelsPerSample);
      preprocessPixels(pixels.subarray(start, start + pixelsPerSample), preprocess, target);
      this.shardClasses[i] = classes[sample] as number;
    }
    const targets = this.targets.subarray(0, samples * classCount);
    classTargets(this.shardClasses.subarray(0, samples), classCount, labelSmoothing, targets);
  }
}
