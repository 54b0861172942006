/** `borde train`: flags, screen and report around scripts/train.ts. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { architectures } from '../../engine/architectures/index.ts';
import { parseJson } from '../../engine/json.ts';
import { optimizers } from '../../engine/training/optimizer.ts';
import { schedules } from '../../engine/training/schedule.ts';
import { integer, jsonOption, real, simdOption, sizePair } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { percent } from '../cli/table.ts';
import type { Io, Verb } from '../cli/verb.ts';
import { atPath } from '../io/model.ts';
import { sourceNames } from '../training/data-sets/index.ts';
import { picturedMistakes, writeReport } from '../training/report/index.ts';
import { runTraining, type TrainingResult } from '../training/run-training.ts';
import { settingDefaults as defaults, type GivenSettings, settingsSchema } from '../training/settings.ts';

interface Options extends Omit<GivenSettings, 'augment'> {
  readonly augment?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly threads: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** The event loop turns this often, so that Ctrl-C and the progress bar get through. */
const TURN_MS = 50;

export const trainVerb: Verb = {
  name: 'train',
  summary: 'train a network from scratch',
  examples: [
    'borde train --data mnist --model lenet --epochs 3 --seed 1 --out models/mine.safetensors --report report',
    'borde train --data images:photos --model resnet8 --epochs 30 --early-stop 5 --out models/photos.safetensors',
    'borde train --data shapes --model localizer --epochs 12 --out models/mine-shapes.safetensors',
    'borde train --resume models/mine.safetensors.checkpoint',
  ],

  flags: (command: Command) => {
    const rates = Object.entries(optimizers).map(([name, { learningRate }]) => `${name} ${learningRate}`);
    // Defaults are only described: a flag that was not given must not contradict a checkpoint.
    const given = (flags: string, text: string, standard: unknown) =>
      new Option(flags, `${text} (default: ${standard})`);
    command
      .option('--data <source>', sourceNames)
      .option('--model <arch>', `${Object.keys(architectures).join(', ')}, or a graph file NAME.json`)
      .option('--out <file>', 'model file to write')
      .addOption(given('--epochs <n>', 'passes over the training pictures', defaults.epochs).argParser(integer(1)))
      .addOption(given('--batch <n>', 'pictures an update', defaults.batch).argParser(integer(1, 65_536)))
      .addOption(given('--lr <rate>', 'learning rate', rates.join(', ')).argParser(real(1e-9, 1000)))
      .addOption(given('--optimizer <name>', 'update rule', defaults.optimizer).choices(Object.keys(optimizers)))
      .addOption(given('--schedule <name>', 'how the rate changes', defaults.schedule).choices(Object.keys(schedules)))
      .addOption(given('--weight-decay <x>', 'pull of filters to zero', defaults.weightDecay).argParser(real(0, 100)))
      .addOption(
        given('--label-smoothing <x>', 'probability spread over all classes', defaults.labelSmoothing).argParser(
          real(0, 0.999),
        ),
      )
      .addOption(
        given('--early-stop <epochs>', 'stop after so many epochs without a better one', 'never').argParser(integer(1)),
      )
      .addOption(given('--size <w,h>', 'size of the pictures', "the architecture's").argParser(sizePair))
      .addOption(given('--channels <kind>', 'colours of the pictures', "the architecture's").choices(['gray', 'RGB']))
      .option('--augment <file>', 'pipeline aug/1 that every training picture goes through, anew in each epoch')
      .addOption(
        given('--mixup <alpha>', 'blend pictures and labels of a batch, by Beta(alpha, alpha)', 'off').argParser(
          real(0.001, 100),
        ),
      )
      .addOption(given('--limit <n>', 'use so many training pictures', 'all').argParser(integer(1)))
      .addOption(given('--seed <n>', 'chooses weights, order and splits', defaults.seed).argParser(integer(0)))
      .addOption(
        new Option('--threads <n>', 'threads; the result does not depend on them')
          .argParser(integer(1, 64))
          .default(availableParallelism()),
      )
      .option('--resume <checkpoint>', 'go on where a run was interrupted, with its settings')
      .option('--report <dir>', 'write curves, confusion matrix and mistakes there')
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async (_, options: Options, io) => {
    const controller = new AbortController();
    const release = io.onInterrupt(() => controller.abort());
    let turned = io.now();
    const bar = startProgress(io, 'training');
    let epochs = 1;
    try {
      const result = await runTraining(
        { given: await settingsOf(options), out: options.out, resume: options.resume, threads: options.threads },
        {
          now: () => io.now(),
          async isInterrupted() {
            if (io.now() - turned >= TURN_MS) {
              await setImmediate();
              turned = io.now();
            }
            return controller.signal.aborted;
          },
          opened: (settings, dataSet, { training, validation, vector }) => {
            epochs = settings.epochs; // a resumed run has its checkpoint's, not the flags'
            const { skipped } = dataSet;
            for (const { file, reason } of skipped.slice(0, 20)) io.note(`skipped ${file}: ${reason}`);
            if (skipped.length > 0) io.note(`${skipped.length} pictures were skipped`);
            if (options.json) return;
            const weights = vector.entries.reduce((sum, { length }) => sum + length, 0).toLocaleString('en-US');
            io.out(`${settings.model}: ${weights} weights, ${dataSet.labels.length} classes`);
            io.out(`${dataSet.name}: ${training.length} pictures train, ${validation.length} validate`);
          },
          batch: (epoch, done, total, loss) =>
            bar.update(epoch * total + done, total * epochs, `loss ${loss.toFixed(4)}`),
          epoch: (record, isBest) => {
            if (options.json) return io.out(JSON.stringify(record));
            const { epoch, trainLoss, valLoss, imagesPerSecond } = record;
            const losses = `loss ${trainLoss.toFixed(4)}  validation loss ${valLoss.toFixed(4)}`;
            const figures = shown(record.valAccuracy, record.valIoU, record.valLocalizationAccuracy);
            io.out(
              `epoch ${epoch}  ${losses}  ${figures}  ${Math.round(imagesPerSecond)} images/s${isBest ? '  best' : ''}`,
            );
          },
        },
      );
      bar.stop();
      return await finish(result, options, io);
    } finally {
      bar.stop();
      release();
    }
  },
};

/** How good an epoch or a test was; without boxes the last two are undefined. */
const shown = (accuracy: number, iou: number | undefined, localization: number | undefined): string =>
  [
    `accuracy ${percent(accuracy)}`,
    ...(iou === undefined ? [] : [`mean IoU ${iou.toFixed(3)}`]),
    ...(localization === undefined ? [] : [`localisation accuracy ${percent(localization)}`]),
  ].join('  ');

/** Only what decides the weights, and only what was given. */
async function settingsOf(options: Options): Promise<GivenSettings> {
  const augment = options.augment === undefined ? undefined : await readPipeline(options.augment);
  const given = { ...options, augment };
  const keys = Object.keys(settingsSchema.entries) as (keyof GivenSettings)[];
  return Object.fromEntries(keys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])));
}

/** What is wrong with it is said once the data are open: pipelines are for pictures of some number of channels. */
async function readPipeline(path: string): Promise<NonNullable<GivenSettings['augment']>> {
  return { name: basename(path), document: await atPath(path, async () => parseJson(await readFile(path, 'utf8'))) };
}

async function finish(result: TrainingResult, options: Options, io: Io): Promise<number> {
  const { best, history, settings, dataSet, test, out, checkpoint } = result;
  if (result.interrupted) {
    const saved =
      history.length > 0 ? `go on with: borde train --resume ${checkpoint}` : 'no epoch was finished, nothing is kept';
    io.note(`interrupted after ${history.length} epochs; ${saved}`);
    return 1;
  }
  if (!options.json) {
    const figures = test && shown(test.accuracy, test.meanIou, test.localizationAccuracy);
    io.out(
      `wrote ${out}, the weights of epoch ${best.epoch}${test ? `; on ${test.images} test pictures: ${figures}` : ''}`,
    );
  }
  if (options.report && dataSet.test && test) {
    const { data, size, augment, ...others } = settings;
    const shown = {
      data: data.split(':')[0] as string,
      ...(size && { size: size.join('×') }),
      ...(augment && { augment: augment.name }),
      ...others,
    };
    await writeReport(options.report, {
      title: `${settings.model} on ${dataSet.name}`,
      settings: Object.fromEntries(
        Object.entries(shown).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
      ),
      epochs: history,
      bestEpoch: best.epoch,
      labels: dataSet.labels,
      evaluation: test,
      mistakes: picturedMistakes(test.worst, dataSet.test, dataSet.shape),
      skipped: dataSet.skipped,
    });
    if (!options.json) io.out(`wrote ${options.report}/index.html`);
  }
  return 0;
}
