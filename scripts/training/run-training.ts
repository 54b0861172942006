/** `borde train`, apart from flags and screen: opens the data, starts or resumes, trains, writes the model, cleans up. */
import { rm } from 'node:fs/promises';
import { EngineError } from '../../engine/errors.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { serializeModel } from '../../engine/model-file.ts';
import { UsageError } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { loadKernels } from '../kernels.ts';
import { type Trained, type TrainingEvents, train } from '../train.ts';
import { Best } from './best.ts';
import { type Checkpoint, checkpointPath, type EpochRecord, readCheckpoint } from './checkpoint.ts';
import { type DataSet, openDataSet } from './data-sets/index.ts';
import { createExperiment, type Experiment, wantedPictures } from './experiment.ts';
import type { Evaluation } from './metrics.ts';
import { completeSettings, contradiction, type GivenSettings, type TrainSettings } from './settings.ts';

export interface TrainingRequest {
  readonly given: GivenSettings;
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly threads: number;
}

export interface RunEvents extends TrainingEvents {
  /** The data are open; pictures may have been skipped. */
  opened(settings: TrainSettings, dataSet: DataSet, experiment: Experiment): void;
}

export interface TrainingResult extends Trained {
  readonly settings: TrainSettings;
  readonly dataSet: DataSet;
  readonly out: string;
  readonly checkpoint: string;
  /** The best weights on the test split; undefined after an interruption. */
  readonly test: Evaluation | undefined;
}

/**
 * @throws UsageError for flags that contradict the checkpoint or are missing; EngineError for everything else
 */
export async function runTraining(request: TrainingRequest, events: RunEvents): Promise<TrainingResult> {
  const checkpoint = request.resume === undefined ? undefined : await readCheckpoint(request.resume);
  const { given } = request;
  const clash = checkpoint && contradiction(given, checkpoint.state.settings);
  if (clash) throw new UsageError(clash);
  const kernels = loadKernels('training', checkpoint?.state.settings.simd ?? given.simd ?? 'auto');
  const settings = settingsOf(given, checkpoint, kernels.capabilities.relaxed ? 'relaxed' : 'baseline');
  const out = request.out ?? request.resume?.replace(/\.checkpoint$/, '');
  if (!out) throw new UsageError('--out FILE is missing');

  const wanted = await wantedPictures(settings);
  const limit = settings.limit === undefined ? {} : { limit: settings.limit };
  const options = { ...wanted, ...limit, seed: settings.seed, codecs: await loadCodecs() };
  const dataSet = await openDataSet(settings.data, options);
  if (checkpoint && checkpoint.state.dataSha256 !== dataSet.sha256) {
    throw new EngineError(
      'invalid-data',
      `${request.resume}: was trained on other data (SHA-256 ${checkpoint.state.dataSha256}, these have ${dataSet.sha256})`,
    );
  }
  const experiment = await createExperiment(settings, dataSet, kernels, request.threads, checkpoint);
  events.opened(settings, dataSet, experiment);
  const file = checkpointPath(out);
  const best = new Best(settings.earlyStop, checkpoint?.state.bestEpoch, checkpoint?.vectors.best);
  try {
    const history = [...(checkpoint?.state.history ?? [])];
    const trained = await train(experiment, kernels, file, best, history, events);
    if (trained.interrupted) return { ...trained, settings, dataSet, out, checkpoint: file, test: undefined };
    const test = testOf(experiment, trained, kernels);
    const metrics = cardMetrics(test, trained.history[trained.best.epoch - 1]);
    await writeFileAtomic(out, serializeModel(experiment.model(trained.best.weights, metrics)));
    await rm(file, { force: true });
    return { ...trained, settings, dataSet, out, checkpoint: file, test };
  } finally {
    await experiment.network.close();
  }
}

function settingsOf(
  given: GivenSettings,
  checkpoint: Checkpoint | undefined,
  simd: TrainSettings['simd'],
): TrainSettings {
  if (checkpoint) return { ...checkpoint.state.settings, ...(given.data !== undefined && { data: given.data }) };
  for (const key of ['data', 'model'] as const)
    if (given[key] === undefined) throw new UsageError(`--${key} is missing`);
  return completeSettings(given, simd);
}

/** What the card tells: the test figures, and those by which the epoch was chosen. */
function cardMetrics(test: Evaluation | undefined, record: EpochRecord | undefined): Record<string, number> {
  const figures = {
    accuracy: test?.accuracy,
    meanIou: test?.meanIou,
    localizationAccuracy: test?.localizationAccuracy,
    validationAccuracy: record?.valAccuracy ?? 0,
    validationMeanIou: record?.valIoU,
    validationLocalizationAccuracy: record?.valLocalizationAccuracy,
  };
  return Object.fromEntries(
    Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** The best weights on pictures that neither trained nor chose them. */
function testOf(experiment: Experiment, { best }: Trained, kernels: KernelSource): Evaluation | undefined {
  const { test } = experiment.dataSet;
  if (!test) return undefined;
  const indices = Uint32Array.from({ length: test.length }, (_, index) => index);
  return experiment.evaluate(best.weights, test, indices, kernels);
}
