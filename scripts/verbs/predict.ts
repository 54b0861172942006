/** `borde predict`: what a model says about pictures. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Box } from '../../engine/tasks/boxes.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { integer, jsonOption, real, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { percent, table } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';

interface Options {
  readonly topK?: number;
  readonly threshold?: number;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

const BAR_WIDTH = 30;

export const predictVerb: Verb = {
  name: 'predict',
  summary: 'ask a model about pictures',
  examples: ['borde predict models/digits.safetensors examples/seven.png'],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .argument('<images...>', 'PNG or JPEG files')
      .addOption(new Option('--top-k <n>', 'answers a picture, the best first (default: 5)').argParser(integer(1)))
      .addOption(
        new Option('--threshold <x>', 'leave out scores below, for detection 0.5 (default: 0)').argParser(real(0, 1)),
      )
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([modelPath, ...images], { topK, threshold, simd, json }: Options, io) => {
    const model = await readModel(modelPath as string);
    const predictor = await atPath(modelPath as string, () => new Predictor(model, loadKernels('inference', simd)));
    const options = { ...(topK !== undefined && { topK }), ...(threshold !== undefined && { threshold }) };
    const codecs = await loadCodecs();
    const answers: Answer[] = [];
    const bar = startProgress(io, 'predicting');
    try {
      for (const path of images) {
        const image = await atPath(path, async () => codecs.decode(await readFile(path)));
        answers.push(predictor.predict(image, options));
        bar.update(answers.length, images.length);
      }
    } finally {
      bar.stop();
    }
    if (json) {
      io.out(JSON.stringify(images.length === 1 ? answers[0] : answers));
      return 0;
    }
    answers.forEach((answer, i) => {
      if (images.length > 1) io.out(`${i > 0 ? '\n' : ''}${images[i]}`);
      io.out(describe(answer, threshold));
    });
    return 0;
  },
};

/** An answer for people: bars for scores, a table for boxes and masks, all numbers of an embedding. */
function describe(answer: Answer, threshold: number | undefined): string {
  if ('embedding' in answer) return answer.embedding.join(' ');
  const entries: readonly Entry[] = Array.isArray(answer) ? answer : [answer];
  if (entries.length === 0) return `no score reaches ${threshold ?? 'the threshold'}`;
  if (entries.some(({ box }) => box)) {
    const sides = ({ box }: Entry) =>
      box ? [box.xmin, box.ymin, box.xmax, box.ymax].map((side) => side.toFixed(1)) : [];
    return table(
      ['label', 'score', 'left', 'top', 'right', 'bottom'],
      entries.map((entry) => [entry.label, percent(entry.score), ...sides(entry)]),
    );
  }
  const width = Math.max(...entries.map(({ label }) => label.length));
  return entries
    .map(({ label, score }) => `${label.padEnd(width)}  ${percent(score).padStart(8)}  ${bar(score)}`.trimEnd())
    .join('\n');
}

interface Entry {
  readonly label: string;
  readonly score: number;
  readonly box?: Box;
}

/** A score that a graph gives itself may lie outside 0–1. */
const bar = (score: number): string => '█'.repeat(Math.round(Math.min(Math.max(score, 0), 1) * BAR_WIDTH));
