/** Runs a model over pictures of a split: what validation, the final test and `evaluate` all do; metrics.ts does the sums. */
import { pictureInput } from '../../engine/image/picture-input.ts';
import { type Preprocess, preprocessPixels } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import type { Program } from '../../engine/passes/index.ts';
import { Session } from '../../engine/session.ts';
import { classify } from '../../engine/tasks/classify.ts';
import type { Tensor } from '../../engine/tensor.ts';

/** Pictures a run: large enough for the GEMM, small enough for the cache. */
const BATCH = 50;

export interface SplitView {
  readonly pixels: Uint8Array;
  readonly classes: Uint16Array;
  readonly pixelsPerSample: number;
}

/**
 * Class probabilities of each picture, in the order of `indices`.
 * @returns probabilities [indices.length, classes]
 */
export function classProbabilities(
  program: Program,
  task: Parameters<typeof classify.extend>[0],
  preprocess: Preprocess,
  source: KernelSource,
  split: SplitView,
  indices: Uint32Array,
  onProgress: (done: number) => void = () => {},
): Float32Array {
  const session = new Session({ ...program, graph: classify.extend(task, program.graph) }, source);
  const entrance = pictureInput(program.graph, preprocess);
  const size = Math.min(BATCH, entrance.maxBatch);
  const { pixels, pixelsPerSample } = split;
  let probabilities: Float32Array | undefined;
  for (let first = 0; first < indices.length; first += size) {
    const batch = indices.subarray(first, first + size);
    const input = new Float32Array(batch.length * pixelsPerSample);
    batch.forEach((sample, i) => {
      const picture = pixels.subarray(sample * pixelsPerSample, (sample + 1) * pixelsPerSample);
      preprocessPixels(picture, preprocess, input.subarray(i * pixelsPerSample, (i + 1) * pixelsPerSample));
    });
    const { data } = session.run({ [entrance.name]: entrance.arrange(input) })[task.output] as Tensor;
    const classes = data.length / batch.length;
    probabilities ??= new Float32Array(indices.length * classes);
    probabilities.set(data, first * classes);
    onProgress(first + batch.length);
  }
  return probabilities ?? new Float32Array(0);
}
