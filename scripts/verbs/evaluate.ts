/** `borde evaluate`: how good a model is on pictures that it has not seen. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { integer, jsonOption, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { percent, table } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import type { SimdChoice } from '../kernels.ts';
import { sourceNames } from '../training/data-sets/index.ts';
import { writeReport } from '../training/report/index.ts';
import { runEvaluation, type SplitName, splitNames } from '../training/run-evaluation.ts';

interface Options {
  readonly data: string;
  readonly split: SplitName;
  readonly limit?: number;
  readonly seed: number;
  readonly report?: string;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

/** Classes up to which the confusion matrix fits a screen. */
const SHOWN_CLASSES = 20;

export const evaluateVerb: Verb = {
  name: 'evaluate',
  summary: 'accuracy, confusion matrix and worst mistakes of a model',
  examples: [
    'borde evaluate models/digits.safetensors --data mnist --report report',
    'borde evaluate models/shapes-localizer.safetensors --data shapes',
  ],

  flags: (command: Command) => {
    command
      .argument('<model>', 'model file')
      .requiredOption('--data <source>', sourceNames)
      .addOption(new Option('--split <name>', 'which pictures').choices(splitNames).default('test'))
      .addOption(new Option('--limit <n>', 'the first so many').argParser(integer(1)))
      .addOption(
        new Option('--seed <n>', 'seed of the training, which chose the validation pictures')
          .argParser(integer(0))
          .default(1),
      )
      .option('--report <dir>', 'write the confusion matrix and the worst mistakes there')
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([model], options: Options, io) => {
    const bar = startProgress(io, 'evaluating');
    const { dataSet, evaluation, mistakes } = await runEvaluation(
      { limit: undefined, ...options, model: model as string },
      bar.update,
    ).finally(bar.stop);
    if (options.report) {
      const title = `${dataSet.name}, ${options.split} split`;
      const settings = { data: dataSet.name, split: options.split, pictures: evaluation.images };
      await writeReport(options.report, {
        title,
        settings,
        labels: dataSet.labels,
        evaluation,
        mistakes,
        skipped: dataSet.skipped,
      });
    }
    const { labels } = dataSet;
    const worst = mistakes.map(({ index, actual, predicted, loss, iou, box, actualBox, file }) => ({
      index,
      actual: labels[actual],
      predicted: labels[predicted],
      loss,
      ...(iou !== undefined && { iou, box, actualBox }),
      ...(file !== undefined && { file }),
    }));
    if (options.json) {
      const perClass = evaluation.perClass.map((figures, i) => ({ label: labels[i], ...figures }));
      io.out(JSON.stringify({ ...evaluation, labels, perClass, worst }));
      return 0;
    }
    const { meanIou, localizationAccuracy } = evaluation;
    const figures = [
      `accuracy ${percent(evaluation.accuracy)} on ${evaluation.images} pictures, loss ${evaluation.loss.toFixed(4)}`,
      ...(meanIou === undefined ? [] : [`mean IoU ${meanIou.toFixed(3)}`]),
      ...(localizationAccuracy === undefined ? [] : [`label right and IoU ½ or more ${percent(localizationAccuracy)}`]),
    ];
    io.out(`${figures.join(', ')}\n`);
    const rows = evaluation.perClass.map((c, i) => [labels[i] as string, c.precision, c.recall, c.f1, c.support]);
    io.out(table(['class', 'precision', 'recall', 'F1', 'pictures'], rows));
    if (labels.length <= SHOWN_CLASSES) {
      io.out(
        `\nrows: what it is; columns: what the model says\n${table(
          ['', ...labels],
          evaluation.confusion.map((row, i) => [labels[i] as string, ...row]),
        )}`,
      );
    }
    if (worst.length > 0) {
      const lines = worst
        .slice(0, 10)
        .map((w) => [
          w.file ?? `picture ${w.index}`,
          w.actual as string,
          w.predicted as string,
          w.loss,
          ...(w.iou === undefined ? [] : [w.iou]),
        ]);
      const head = ['picture', 'is', 'called', 'loss', ...(meanIou === undefined ? [] : ['IoU'])];
      io.out(`\nworst mistakes\n${table(head, lines)}`);
    }
    if (options.report) io.out(`\nwrote ${options.report}/index.html`);
    return 0;
  },
};
