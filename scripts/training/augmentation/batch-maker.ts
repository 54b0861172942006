/** Makes the augmented batches of a run, one at a time: a picture depends on seed, epoch and its place in the data alone. */
import { Augmenter } from '../../../engine/augment/augmenter.ts';
import type { Batch, Originals } from '../../../engine/augment/batch.ts';
import { mixBatch } from '../../../engine/augment/mix-batch.ts';
import { compilePipeline, type Pipeline } from '../../../engine/augment/pipeline.ts';
import type { Image } from '../../../engine/image/image.ts';
import { resize } from '../../../engine/image/resize.ts';
import { classTargets } from '../../../engine/training/loss.ts';
import { loadImageKernels } from '../../kernels.ts';
import { epochBatches } from '../batch-order.ts';

/** All that decides the batches; can be sent to a thread. */
export interface FeedSettings {
  readonly document: unknown;
  readonly seed: number;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** [N,H,W,C] u8 and [N]: the training split. */
  readonly pixels: Uint8Array;
  readonly classes: Uint16Array;
  readonly classCount: number;
  readonly labelSmoothing: number;
  /** Pictures that are trained on. */
  readonly training: Uint32Array;
  readonly batchSize: number;
  readonly firstEpoch: number;
  readonly epochs: number;
}

export class BatchMaker {
  readonly #settings: FeedSettings;
  readonly #pipeline: Pipeline;
  readonly #augmenter = new Augmenter(loadImageKernels());
  readonly #copy: Originals;
  #epoch = -1;
  #batches: Uint32Array[] = [];

  constructor(settings: FeedSettings) {
    this.#settings = settings;
    const { document, shape, batchSize, classCount } = settings;
    this.#pipeline = compilePipeline(document, { channels: shape[2], type: 'u8', training: true });
    const mixes = this.#pipeline.batch.length > 0;
    const values = shape[0] * shape[1] * shape[2];
    this.#copy = {
      pixels: new Uint8Array(mixes ? batchSize * values : 0),
      targets: new Float32Array(mixes ? batchSize * classCount : 0),
    };
  }

  /** Batches of the whole run. */
  get count(): number {
    const { training, batchSize, firstEpoch, epochs } = this.#settings;
    return Math.ceil(training.length / batchSize) * (epochs - firstEpoch);
  }

  /**
   * Makes the batch of that number, counted from the first of `firstEpoch`.
   * @param pixels [batchSize,H,W,C] · targets [batchSize, classes]
   */
  make(number: number, pixels: Uint8Array, targets: Float32Array): void {
    const { seed, shape, classes, classCount, labelSmoothing, training, batchSize, firstEpoch } = this.#settings;
    const perEpoch = Math.ceil(training.length / batchSize);
    const epoch = firstEpoch + Math.floor(number / perEpoch);
    if (epoch !== this.#epoch) {
      this.#batches = [...epochBatches(training, seed, epoch, batchSize)];
      this.#epoch = epoch;
    }
    const indices = this.#batches[number % perEpoch] as Uint32Array;
    const [height, width, channels] = shape;
    const length = height * width * channels;
    indices.forEach((index, i) => {
      this.#picture(index, epoch, pixels.subarray(i * length, (i + 1) * length));
    });
    const own = targets.subarray(0, indices.length * classCount);
    classTargets(
      indices.map((index) => classes[index] as number),
      classCount,
      labelSmoothing,
      own,
    );
    const batch: Batch = {
      count: indices.length,
      width,
      height,
      channels,
      pixels: pixels.subarray(0, indices.length * length),
      classes: classCount,
      targets: own,
    };
    mixBatch(this.#pipeline, batch, seed, epoch, number % perEpoch, this.#copy);
  }

  #picture(index: number, epoch: number, target: Uint8Array): void {
    const { seed, shape, pixels } = this.#settings;
    const [height, width, channels] = shape;
    const data = pixels.subarray(index * target.length, (index + 1) * target.length);
    const name = { seed, epoch, sample: index, into: target };
    const { image } = this.#augmenter.run(this.#pipeline, { width, height, channels, data }, name);
    if (image.data === target) return;
    // A crop or a turn gave it another size: the network has one.
    const made = image.width === width && image.height === height ? image : resize(image as Image, width, height);
    target.set(made.data);
  }
}
