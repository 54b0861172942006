/** Runs a model over pictures of a split: what validation, the final test and `evaluate` all do; metrics.ts does the sums. */
import { pictureInput } from '../../engine/image/picture-input.ts';
import { type Preprocess, preprocessPixels } from '../../engine/image/preprocess.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import type { Program } from '../../engine/passes/index.ts';
import { Session } from '../../engine/session.ts';
import { Corners } from '../../engine/tasks/boxes.ts';
import { classify } from '../../engine/tasks/classify.ts';
import { activate } from '../../engine/tasks/outputs.ts';
import type { Tensor } from '../../engine/tensor.ts';
import type { DataSet, Split } from './data-sets/index.ts';
import { scoresOutput, type TrainedTask } from './goal.ts';
import { type Evaluation, evaluation } from './metrics.ts';

/** Pictures a run: large enough for the GEMM, small enough for the cache. */
const BATCH = 50;

/** A model, and what it makes of pictures. */
export interface Evaluated {
  readonly program: Program;
  readonly task: TrainedTask;
  readonly preprocess: Preprocess;
}

/** Pictures of a split, in the order of `indices`. */
export interface EvaluatedPictures {
  readonly dataSet: Pick<DataSet, 'labels' | 'shape'>;
  readonly split: Split;
  readonly indices: Uint32Array;
}

/** All figures at once; those of boxes where the model finds boxes and the pictures have them. */
export function evaluateSplit(
  model: Evaluated,
  source: KernelSource,
  pictures: EvaluatedPictures,
  options: { readonly worst?: number; readonly onProgress?: (done: number) => void } = {},
): Evaluation {
  const { probabilities, boxes } = splitAnswers(model, source, pictures, options.onProgress);
  const { dataSet, split, indices } = pictures;
  const [height, width] = dataSet.shape;
  const truth = split.boxes;
  const actualBoxes =
    truth && Float64Array.from({ length: 4 * indices.length }, (_, i) => truth[4 * indices[i >> 2]! + (i & 3)]!);
  return evaluation(
    probabilities,
    indices.map((index) => split.classes[index] as number),
    dataSet.labels.length,
    {
      ...(options.worst !== undefined && { worst: options.worst }),
      ...(boxes && actualBoxes && { boxes: { predicted: boxes, actual: actualBoxes, size: { width, height } } }),
    },
  );
}

/** @returns probabilities [N, classes] and, of a localizer, boxes [N,4] in pixels of the network's picture */
export function splitAnswers(
  { program, task, preprocess }: Evaluated,
  source: KernelSource,
  { dataSet, split, indices }: EvaluatedPictures,
  onProgress: (done: number) => void = () => {},
): { probabilities: Float32Array; boxes: Float64Array | undefined } {
  const graph = task.kind === 'classify' ? classify.extend(task, program.graph) : program.graph;
  const session = new Session({ ...program, graph }, source);
  const entrance = pictureInput(program.graph, preprocess);
  const size = Math.min(BATCH, entrance.maxBatch);
  const [height, width, channels] = dataSet.shape;
  const values = height * width * channels;
  const boxes = task.kind === 'localize' ? new Float64Array(4 * indices.length) : undefined;
  let probabilities: Float32Array | undefined;
  for (let first = 0; first < indices.length; first += size) {
    const batch = indices.subarray(first, first + size);
    const input = new Float32Array(batch.length * values);
    batch.forEach((sample, i) => {
      const picture = split.pixels.subarray(sample * values, (sample + 1) * values);
      preprocessPixels(picture, preprocess, input.subarray(i * values, (i + 1) * values));
    });
    const outputs = session.run({ [entrance.name]: entrance.arrange(input) });
    const { data } = outputs[scoresOutput(task)] as Tensor;
    const classes = data.length / batch.length;
    probabilities ??= new Float32Array(indices.length * classes);
    probabilities.set(task.kind === 'localize' ? activate(data, classes, task.activation) : data, first * classes);
    if (task.kind === 'localize') {
      const corners = new Corners(batch.length, task.order, task.unit, preprocess.size);
      for (let i = 0; i < batch.length; i++) corners.read(i, (outputs[task.box] as Tensor).data);
      boxes?.set(corners.values, 4 * first);
    }
    onProgress(first + batch.length);
  }
  return { probabilities: probabilities ?? new Float32Array(0), boxes };
}
