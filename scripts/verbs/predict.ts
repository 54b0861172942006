/** `borde predict`: what a model says about pictures. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Answer } from '../../engine/tasks/index.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { integer, jsonOption, real, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import { percent } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';

interface Options {
  readonly topK: number;
  readonly threshold: number;
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
      .addOption(new Option('--top-k <n>', 'answers a picture, the best first').argParser(integer(1)).default(5))
      .addOption(new Option('--threshold <x>', 'leave out scores below').argParser(real(0, 1)).default(0))
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([modelPath, ...images], { topK, threshold, simd, json }: Options, io) => {
    const model = await readModel(modelPath as string);
    const predictor = await atPath(modelPath as string, () => new Predictor(model, loadKernels('inference', simd)));
    const codecs = await loadCodecs();
    const answers: Answer[] = [];
    const bar = startProgress(io, 'predicting');
    try {
      for (const path of images) {
        const image = await atPath(path, async () => codecs.decode(await readFile(path)));
        answers.push(predictor.predict(image, { topK, threshold }));
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
      if (answer.length === 0) io.out(`no score reaches ${threshold}`);
      const width = Math.max(...answer.map(({ label }) => label.length));
      for (const { label, score } of answer) {
        io.out(`${label.padEnd(width)}  ${percent(score).padStart(8)}  ${'█'.repeat(Math.round(score * BAR_WIDTH))}`);
      }
    });
    return 0;
  },
};
