/** `borde evaluate`, apart from flags and screen: a model over a split of a data set. */
import { EngineError } from '../../engine/errors.ts';
import { channelCount, type Preprocess } from '../../engine/image/preprocess.ts';
import type { Model } from '../../engine/model-file.ts';
import { loadCodecs } from '../codecs.ts';
import { readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { type DataSet, openDataSet, type Split, validationSplit } from './data-sets/index.ts';
import { evaluateSplit } from './evaluate-split.ts';
import type { TrainedTask } from './goal.ts';
import type { Evaluation } from './metrics.ts';
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

/** @throws EngineError where the model neither classifies nor localizes, or its classes are not the data's */
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
  const { task, preprocess } = evaluable(model, request.model);
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
  const source = loadKernels('inference', request.simd);
  const pictured = { dataSet, split, indices };
  const result = evaluateSplit({ program: model, task, preprocess }, source, pictured, {
    worst: WORST,
    onProgress: (done) => onProgress(done, indices.length),
  });
  const mistakes = result.worst.map((mistake) => ({ ...mistake, index: indices[mistake.index] as number }));
  return { dataSet, evaluation: result, mistakes: picturedMistakes(mistakes, split, dataSet.shape) };
}

/** @throws EngineError `invalid-input` where a model's file does not say what pictures are to it, and classes */
function evaluable(
  { card: { task, preprocess } }: Model,
  path: string,
): { readonly task: TrainedTask; readonly preprocess: Preprocess } {
  if (!task || !preprocess) {
    throw new EngineError('invalid-input', `${path}: its file does not say how it classifies pictures`);
  }
  if (task.kind === 'classify' || task.kind === 'localize') return { task, preprocess };
  throw new EngineError(
    'invalid-input',
    `${path}: its task is "${task.kind}", pictures with a class each measure "classify" and "localize"`,
  );
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
