/** `borde evaluate`, apart from flags and screen: a model over a split of a data set. */
import { EngineError } from '../../engine/errors.ts';
import { channelCount } from '../../engine/image/preprocess.ts';
import type { Model } from '../../engine/model-file.ts';
import { loadCodecs } from '../codecs.ts';
import { readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { type DataSet, openDataSet, type Split, validationSplit } from './data-sets/index.ts';
import { classProbabilities } from './evaluate-split.ts';
import { type Evaluation, evaluation } from './metrics.ts';
import { type PicturedMistake, picturedMistakes } from './report/index.ts';

export const splitNames = ['test', 'train', 'validation'] as const;
export type SplitName = (typeof splitNames)[number];

export interface EvaluationRequest {
  readonly model: string;
  readonly data: string;
  readonly split: SplitName;
  readonly limit: number | undefined;
  /** Cuts the validation pictures off the training split as `train` did. */
  readonly seed: number;
  readonly simd: SimdChoice;
}

export interface EvaluationResult {
  readonly dataSet: DataSet;
  readonly evaluation: Evaluation;
  readonly mistakes: readonly PicturedMistake[];
}

/** Wrong answers that a report shows. */
const WORST = 24;

/** @throws EngineError where the model does not classify, or its classes are not the data's */
export const runEvaluation = async (
  request: EvaluationRequest,
  onProgress: (done: number, total: number) => void,
): Promise<EvaluationResult> => evaluateModel(await readModel(request.model), request, onProgress);

/** The same for a model that is read already; `request.model` is what errors call it. */
async function evaluateModel(
  model: Model,
  request: EvaluationRequest,
  onProgress: (done: number, total: number) => void,
): Promise<EvaluationResult> {
  const { labels } = model.card;
  const { task, preprocess } = classifier(model, request.model);
  const channels = channelCount(preprocess.channels) === 1 ? 'gray' : 'RGB';
  const options = { size: preprocess.size, channels, seed: request.seed, codecs: await loadCodecs() } as const;
  const dataSet = await openDataSet(request.data, options);
  if (labels && labels.join('\n') !== dataSet.labels.join('\n')) {
    throw new EngineError(
      'invalid-data',
      `${request.data}: its classes are ${dataSet.labels.join(', ')}, the model was trained on ${labels.join(', ')}`,
    );
  }
  const { split, indices } = pictures(dataSet, request);
  const [height, width, depth] = dataSet.shape;
  const view = { ...split, pixelsPerSample: height * width * depth };
  const source = loadKernels('inference', request.simd);
  const probabilities = classProbabilities(model, task, preprocess, source, view, indices, (done) =>
    onProgress(done, indices.length),
  );
  const actual = indices.map((index) => split.classes[index] as number);
  const result = evaluation(probabilities, actual, dataSet.labels.length, { worst: WORST });
  const mistakes = result.worst.map((mistake) => ({ ...mistake, index: indices[mistake.index] as number }));
  return { dataSet, evaluation: result, mistakes: picturedMistakes(mistakes, split, dataSet.shape) };
}

/** @throws EngineError `invalid-input` where a model's file does not say what pictures are to it, and classes */
export function classifier({ card: { task, preprocess } }: Model, path: string) {
  if (task?.kind === 'classify' && preprocess) return { task, preprocess };
  throw new EngineError('invalid-input', `${path}: its file does not say how it classifies pictures`);
}

function pictures(
  dataSet: DataSet,
  { split: name, seed, limit, data }: EvaluationRequest,
): { split: Split; indices: Uint32Array } {
  const split = name === 'test' ? dataSet.test : dataSet.train;
  if (!split) throw new EngineError('invalid-data', `${data}: has no test split, choose --split train`);
  const all =
    name === 'validation'
      ? validationSplit(split, seed).validation
      : Uint32Array.from({ length: split.length }, (_, i) => i);
  return { split, indices: limit === undefined ? all : all.subarray(0, limit) };
}
