/**
 * The network in training: `lossAndGradients` spreads a batch over threads and adds the shards' gradients up in their
 * order, `update` lets the optimiser step. This thread's trainer and the optimiser share a memory: what the others compute
 * is copied, and nothing else. The same bits at any number of threads (MODEL §4).
 */
import { EngineError } from '../../engine/errors.ts';
import { Optimizer, type OptimizerOptions } from '../../engine/training/optimizer.ts';
import { VectorMemory } from '../../engine/training/vector-memory.ts';
import type { Feed } from './augmentation/feed.ts';
import { awaitChange } from './await-change.ts';
import { ShardRunner, type TrainingSetup } from './shard-runner.ts';
import { createSharedBatch, Slot, shardCount } from './shared-batch.ts';
import { throwFailure } from './thread-failure.ts';
import { Threads } from './threads.ts';

/** How long the main thread waits for the others before it looks whether one has failed. */
const WAIT_MS = 1000;

export interface NetworkOptions extends Omit<TrainingSetup, 'shared' | 'augmented'> {
  /** Where batches are augmented: whoever makes them ahead. */
  readonly feed?: Feed | undefined;
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
}

export class Network {
  readonly optimizer: Optimizer;
  private readonly setup: TrainingSetup;
  private readonly runner: ShardRunner;
  private readonly feed: Feed | undefined;
  private readonly threads = new Threads();
  /** Shards of each thread that have been taken, ever. */
  private readonly taken: number[];

  constructor(options: NetworkOptions, initialWeights: Float32Array) {
    const threads = Math.min(options.threads, shardCount(options.batchSize));
    const shared = createSharedBatch(options.vector.length, options.batchSize, threads);
    const { graph, losses, boxes, vector, kernels, preprocess, pixels, classes } = options;
    const { pixelsPerSample, classCount, labelSmoothing, seed } = options;
    this.setup = {
      graph,
      losses,
      boxes,
      vector,
      kernels,
      preprocess,
      pixels,
      classes,
      pixelsPerSample,
      classCount,
      labelSmoothing,
      seed,
      shared,
      threads,
      augmented: options.feed?.shared,
    };
    this.feed = options.feed;
    const memory = new VectorMemory(vector, kernels);
    this.optimizer = new Optimizer(memory, options.optimizer);
    this.optimizer.weights.set(initialWeights);
    this.runner = new ShardRunner(this.setup, memory);
    this.taken = Array.from({ length: threads }, () => 0);
    for (let thread = 1; thread < threads; thread++) {
      this.threads.start(import.meta.url, './shard-worker', { setup: this.setup, thread });
    }
  }

  get weights(): Float32Array {
    return this.optimizer.weights;
  }

  /**
   * Forward, loss and backward of a batch; the gradients wait in the optimiser for `update`.
   * @param indices pictures of the training split
   * @returns the pictures' losses, summed
   */
  lossAndGradients(indices: Uint32Array): number {
    const { shared, vector, threads } = this.setup;
    const { control } = shared;
    this.feed?.await(control[Slot.batch] as number);
    shared.indices.set(indices);
    if (threads > 1) shared.weights.set(this.optimizer.weights);
    control[Slot.samples] = indices.length;
    control[Slot.step] = this.optimizer.step;
    Atomics.add(control, Slot.batch, 1);
    Atomics.notify(control, Slot.batch);
    this.runner.weightsChanged();
    for (let shard = 0; shard < shardCount(indices.length); shard++) {
      const thread = shard % threads;
      if (thread === 0) {
        this.runner.runShard(shard, indices.length);
        this.optimizer.add();
      } else {
        this.awaitShard(thread);
        this.optimizer.add(shared.gradients.subarray(shard * vector.length, (shard + 1) * vector.length));
      }
    }
    this.feed?.release();
    let sum = 0;
    for (let i = 0; i < indices.length; i++) sum += shared.losses[i] as number;
    if (!Number.isFinite(sum)) {
      throw new EngineError(
        'invalid-data',
        `the loss is ${sum} at update ${this.optimizer.step + 1}: try a lower --lr`,
      );
    }
    return sum;
  }

  update(learningRate: number): void {
    this.optimizer.update(learningRate);
  }

  /** Ends the threads, and waits until they have. */
  async close(): Promise<void> {
    const { control } = this.setup.shared;
    Atomics.store(control, Slot.quit, 1);
    Atomics.add(control, Slot.batch, 1);
    Atomics.notify(control, Slot.batch);
    await Promise.all([this.feed?.close(), this.threads.ended()]);
  }

  /** Waits until a thread has finished one shard more than were taken. */
  private awaitShard(thread: number): void {
    const { control } = this.setup.shared;
    const slot = Slot.threads + thread;
    const wanted = (this.taken[thread] as number) + 1;
    this.taken[thread] = wanted;
    for (let done = Atomics.load(control, slot); done < wanted; done = Atomics.load(control, slot)) {
      throwFailure(this.setup.shared, Slot.failed, 'a training thread');
      awaitChange(control, slot, done, WAIT_MS);
    }
  }
}
