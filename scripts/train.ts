/**
 * Training from scratch, as a textbook tells it: epochs of shuffled batches, forward and backward, an update, and after
 * each epoch a look at pictures that were not trained on. What the names hide is in scripts/training and engine/training.
 */

import type { KernelSource } from '../engine/kernels.ts';
import { schedules } from '../engine/training/schedule.ts';
import type { Best } from './training/best.ts';
import { type EpochRecord, writeCheckpoint } from './training/checkpoint.ts';
import type { Experiment } from './training/experiment.ts';

export interface TrainingEvents {
  /** After each update: pictures done in this epoch, and the mean loss of its pictures so far. */
  batch(epoch: number, done: number, total: number, loss: number): void;
  epoch(record: EpochRecord, isBest: boolean): void;
  /** Asked between batches; also the moment in which timers and signals get their turn. */
  isInterrupted(): Promise<boolean>;
  /** Milliseconds of a steady clock. */
  now(): number;
}

export interface Trained {
  readonly best: Best;
  readonly history: readonly EpochRecord[];
  /** Ctrl-C came: the checkpoint of the last whole epoch is there. */
  readonly interrupted: boolean;
}

/**
 * Trains until the epochs are over, no epoch was better for long, or somebody interrupts.
 * @param history epochs that a checkpoint brings along
 */
export async function train(
  experiment: Experiment,
  kernels: KernelSource,
  checkpointFile: string,
  best: Best,
  history: EpochRecord[],
  events: TrainingEvents,
): Promise<Trained> {
  const { settings, network, training, updatesPerEpoch } = experiment;
  const updates = updatesPerEpoch * settings.epochs;
  const schedule = schedules[settings.schedule];

  for (let epoch = history.length; epoch < settings.epochs && !best.isStale(epoch); epoch++) {
    const start = events.now();
    let lossSum = 0;
    let done = 0;
    for (const batch of experiment.batches(epoch)) {
      if (await events.isInterrupted()) return { best, history, interrupted: true };
      const progress = network.optimizer.step / updates;
      lossSum += network.lossAndGradients(batch);
      network.update(settings.lr * schedule(progress));
      done += batch.length;
      events.batch(epoch, done, training.length, lossSum / done);
    }
    const seconds = (events.now() - start) / 1000;
    // How the weights do on the validation pictures, run as inference runs them.
    const validation = experiment.evaluate(network.weights, experiment.dataSet.train, experiment.validation, kernels);
    const { meanIou, localizationAccuracy, boxLoss = 0 } = validation;
    history.push({
      epoch: epoch + 1,
      seconds,
      imagesPerSecond: done / seconds,
      trainLoss: lossSum / done,
      valLoss: validation.loss + boxLoss,
      valAccuracy: validation.accuracy,
      ...(meanIou !== undefined && { valIoU: meanIou }),
      ...(localizationAccuracy !== undefined && { valLocalizationAccuracy: localizationAccuracy }),
    });
    const isBest = best.offer(history, network.weights);
    await save(experiment, checkpointFile, best, history);
    events.epoch(history.at(-1) as EpochRecord, isBest);
  }
  return { best, history, interrupted: false };
}

async function save(experiment: Experiment, path: string, best: Best, history: readonly EpochRecord[]): Promise<void> {
  const { settings, dataSet, network } = experiment;
  const { weights, state, step } = network.optimizer;
  await writeCheckpoint(path, {
    state: {
      format: 'borde-checkpoint/1',
      settings,
      dataSha256: dataSet.sha256,
      step,
      bestEpoch: best.epoch,
      history: [...history],
    },
    vectors: { weights, best: best.weights, ...state },
  });
}
