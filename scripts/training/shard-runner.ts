/** Runs a thread's shards: pixels → network input → forward, loss, backward → gradient. */
import type { Graph } from '../../engine/graph.ts';
import { type Preprocess, preprocessPixels } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { classTargets, type Loss } from '../../engine/training/loss.ts';
import { GRADIENT, SHARD_SAMPLES, ShardTrainer } from '../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../engine/training/vector-memory.ts';
import type { WeightVector } from '../../engine/training/weight-vector.ts';
import type { SharedFeed } from './augmentation/shared-feed.ts';
import { type SharedBatch, Slot, shardCount } from './shared-batch.ts';

/** What a thread has to know once; all of it can be sent to a worker. */
export interface TrainingSetup {
  readonly graph: Graph;
  /** Of the classes and, with `boxes`, of the boxes. */
  readonly losses: readonly Loss[];
  readonly vector: WeightVector;
  readonly kernels: KernelSource;
  readonly preprocess: Preprocess;
  /** [N,H,W,C] u8. */
  readonly pixels: Uint8Array;
  readonly classes: Uint16Array;
  /** [N,4], what the second loss wants; undefined where classes are all. */
  readonly boxes: Float32Array | undefined;
  readonly pixelsPerSample: number;
  readonly classCount: number;
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly shared: SharedBatch;
  readonly threads: number;
  /** Where batches are augmented: read instead of `pixels` and `classes`. */
  readonly augmented: SharedFeed | undefined;
}

export class ShardRunner {
  private readonly setup: TrainingSetup;
  private readonly memory: VectorMemory;
  private readonly trainer: ShardTrainer;
  private readonly input: Float32Array;
  private readonly targets: Float32Array;
  private readonly boxes: Float32Array | undefined;
  private readonly shardClasses = new Uint16Array(SHARD_SAMPLES);

  /** @param memory of this thread, whoever else works in it */
  constructor(setup: TrainingSetup, memory = new VectorMemory(setup.vector, setup.kernels)) {
    this.setup = setup;
    this.memory = memory;
    this.trainer = new ShardTrainer(setup.graph, memory, setup.losses);
    this.input = new Float32Array(SHARD_SAMPLES * setup.pixelsPerSample);
    this.targets = new Float32Array(SHARD_SAMPLES * setup.classCount);
    this.boxes = setup.boxes && new Float32Array(4 * SHARD_SAMPLES);
  }

  /**
   * A thread beside the main one: works on shards `thread`, `thread + threads` … of the batch that `control` describes,
   * leaves each gradient in its row and calls `onShard`.
   */
  runShare(thread: number, onShard: () => void): void {
    const { shared, threads, vector } = this.setup;
    const batch = shared.control[Slot.samples] as number;
    this.trainer.setWeights(shared.weights);
    for (let index = thread; index < shardCount(batch); index += threads) {
      this.runShard(index, batch);
      shared.gradients.set(this.memory.floats(GRADIENT), index * vector.length);
      onShard();
    }
  }

  /** The weights of this thread's memory were updated in place. */
  weightsChanged(): void {
    this.trainer.weightsChanged();
  }

  /** Leaves the shard's gradient in this thread's memory. */
  runShard(index: number, batch: number): void {
    const { shared, seed, pixelsPerSample, classCount } = this.setup;
    const first = index * SHARD_SAMPLES;
    const samples = Math.min(SHARD_SAMPLES, batch - first);
    this.load(first, samples);
    const targets = this.targets.subarray(0, samples * classCount);
    this.trainer.run(
      {
        input: this.input.subarray(0, samples * pixelsPerSample),
        targets: this.boxes ? [targets, this.boxes.subarray(0, 4 * samples)] : [targets],
        samples,
        batch,
        seed,
        step: shared.control[Slot.step] as number,
        index,
      },
      shared.losses.subarray(first, first + samples),
    );
  }

  /** Fills input and targets with the shard's samples. */
  private load(first: number, samples: number): void {
    const { augmented } = this.setup;
    if (augmented) {
      this.loadAugmented(augmented, first, samples);
      return;
    }
    const { shared, pixels, classes, boxes, preprocess, pixelsPerSample, classCount, labelSmoothing } = this.setup;
    for (let i = 0; i < samples; i++) {
      const sample = shared.indices[first + i] as number;
      const start = sample * pixelsPerSample;
      const target = this.input.subarray(i * pixelsPerSample, (i + 1) * pixelsPerSample);
      preprocessPixels(pixels.subarray(start, start + pixelsPerSample), preprocess, target);
      this.shardClasses[i] = classes[sample] as number;
      if (boxes) this.boxes?.set(boxes.subarray(4 * sample, 4 * sample + 4), 4 * i);
    }
    const targets = this.targets.subarray(0, samples * classCount);
    classTargets(this.shardClasses.subarray(0, samples), classCount, labelSmoothing, targets);
  }

  private loadAugmented({ slots, batchSize, pixels, targets }: SharedFeed, first: number, samples: number): void {
    const { shared, preprocess, pixelsPerSample, classCount } = this.setup;
    // The batch is counted from 1 while it is worked on.
    const place = (((shared.control[Slot.batch] as number) - 1) % slots) * batchSize + first;
    const source = pixels.subarray(place * pixelsPerSample, (place + samples) * pixelsPerSample);
    preprocessPixels(source, preprocess, this.input.subarray(0, source.length));
    this.targets.set(targets.subarray(place * classCount, (place + samples) * classCount));
  }
}
