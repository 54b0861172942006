/** Ours in Node: `borde.ts MODEL [PHOTO]`. */
import { readFileSync } from 'node:fs';
import { parseModel } from '../../../engine/model-file.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { serve } from '../../serve.ts';
import { readPhoto } from '../photo.ts';

const [model, path] = process.argv.slice(2) as [string, string | undefined];
const { jpeg, image } = await readPhoto(path);
const codecs = await loadCodecs();
const predictor = new Predictor(parseModel(readFileSync(model)), loadKernels('inference', 'auto'));
const input = predictor.prepare(image);
const outputs = structuredClone(predictor.run(input));

await serve({
  decode: () => codecs.decode(jpeg),
  resize: () => predictor.prepare(image),
  network: () => predictor.run(input),
  boxes: () => predictor.answer(outputs, image),
  whole: () => predictor.predict(codecs.decode(jpeg)),
});
