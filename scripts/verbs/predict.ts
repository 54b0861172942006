/** `borde predict`: what a model says about pictures. */
import { Option } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import { type Answer, definitionOf, type Task } from '../../engine/tasks/index.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { integer, jsonOption, real, simdOption } from '../cli/flags.ts';
import { startProgress } from '../cli/progress.ts';
import type { Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { encodeImage } from '../encoders.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { readImage } from '../io/image.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { describe } from '../prediction/describe.ts';
import { drawingsFor } from '../prediction/drawings.ts';
import { illustrator } from '../prediction/illustrate.ts';

interface Options {
  readonly topK?: number;
  readonly threshold?: number;
  readonly draw?: string;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

export const predictVerb: Verb = {
  name: 'predict',
  summary: 'ask a model about pictures',
  examples: [
    'borde predict models/digits.safetensors examples/seven.png',
    'borde predict detector.safetensors photo.jpg --draw found.png',
    'borde predict detector.safetensors photos/*.jpg --threshold 0.3 --draw drawn/',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .argument('<images...>', 'PNG or JPEG files')
      .addOption(new Option('--top-k <n>', 'answers a picture, the best first (default: 5)').argParser(integer(1)))
      .addOption(
        new Option('--threshold <x>', 'leave out scores below, for detection 0.5 (default: 0)').argParser(real(0, 1)),
      )
      .option(
        '--draw <path>',
        'write the picture with its answer: .png, .jpg or .webp, or a folder/ for NAME.png of each',
      )
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([modelPath, ...images], { topK, threshold, draw: place, simd, json }: Options, io) => {
    const path = modelPath as string;
    const drawings = place === undefined ? [] : await drawingsFor(place, images, [path]);
    const model = await readModel(path);
    const predictor = await atPath(path, () => new Predictor(model, loadKernels('inference', simd)));
    const task = model.card.task as Task;
    if (place !== undefined && task.kind === 'embed') {
      throw new EngineError('invalid-input', `${path}: --draw: an embedding is no picture`);
    }
    const options = { ...(topK !== undefined && { topK }), ...(threshold !== undefined && { threshold }) };
    const codecs = await loadCodecs();
    const draw = illustrator(predictor, simd);
    const answers: Answer[] = [];
    const bar = startProgress(io, 'predicting');
    try {
      for (const [i, file] of images.entries()) {
        const image = await readImage(file, codecs);
        const answer = predictor.predict(image, options);
        const drawing = drawings[i];
        if (drawing) await writeFileAtomic(drawing.path, await encodeImage(draw(image, answer), drawing.format));
        answers.push(answer);
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
      io.out(describe(answer, threshold ?? definitionOf(task).defaults.threshold));
      if (drawings[i]) io.out(`wrote ${drawings[i].path}`);
    });
    return 0;
  },
};
