/** `borde explain`: which places of a picture speak for a class (Grad-CAM). */
import { DRAWN_SIDE, enlarged } from '../../engine/drawing/enlarge.ts';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import type { Preprocess } from '../../engine/image/preprocess.ts';
import { Explainer } from '../../engine/tasks/explain.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import { jsonOption, simdOption } from '../cli/flags.ts';
import { percent } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import { loadCodecs } from '../codecs.ts';
import { encodeImage } from '../encoders.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { readImage } from '../io/image.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';
import { blockPicture } from '../prediction/block-picture.ts';
import { drawingsFor } from '../prediction/drawings.ts';

interface Options {
  readonly class?: string;
  readonly layer?: string;
  readonly draw?: string;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

export const explainVerb: Verb = {
  name: 'explain',
  summary: 'where in a picture a model sees a class (Grad-CAM)',
  examples: [
    'borde explain models/digits.safetensors examples/seven.png',
    'borde explain models/digits.safetensors examples/seven.png --class 1 --layer conv1',
    'borde explain detector.safetensors photo.jpg --class dog --draw dog.png',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .argument('<image>', 'PNG or JPEG file')
      .option('--class <class>', 'a label or an index (default: the best class)')
      .option('--layer <id>', 'the node whose map is weighed (default: the last convolution)')
      .option('--draw <file>', 'write the picture with the map over it: .png, .jpg or .webp')
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([path, picture], { class: choice, layer, draw, simd, json }: Options, io) => {
    const [modelPath, imagePath] = [path as string, picture as string];
    const drawings = draw === undefined ? [] : await drawingsFor(draw, [imagePath], [modelPath]);
    const model = await readModel(modelPath);
    const codecs = await loadCodecs();
    const image = await readImage(imagePath, codecs);
    const explanation = await atPath(modelPath, () => {
      const predictor = new Predictor(model, loadKernels('inference', simd));
      return new Explainer(predictor, loadKernels('training', simd)).explain(image, { class: choice, layer });
    });
    for (const { path: file, format } of drawings) {
      const drawn = drawHeatMap(enlarged(image, DRAWN_SIDE), explanation, model.card.preprocess as Preprocess);
      await writeFileAtomic(file, await encodeImage(drawn, format));
    }
    const { class: index, label, score, shape, data } = explanation;
    if (json) {
      io.out(JSON.stringify({ class: index, label, score, layer: explanation.layer, shape, data: [...data] }));
      return 0;
    }
    const name = label === String(index) ? label : `${label} (class ${index})`;
    io.out(`${name}  ${percent(score)}  by ${explanation.layer}, ${shape.join('×')}`);
    if (!data.some((value) => value > 0)) io.out('nothing in this map speaks for it');
    else if (drawings.length === 0) io.out(blockPicture(shape, data));
    for (const { path: file } of drawings) io.out(`wrote ${file}`);
    return 0;
  },
};
