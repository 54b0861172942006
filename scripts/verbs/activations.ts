/** `borde activations`: what a layer makes of a picture. */
import { drawChannels } from '../../engine/drawing/channel-sheet.ts';
import { activations, type FeatureMaps } from '../../engine/tasks/explain.ts';
import { jsonOption, simdOption } from '../cli/flags.ts';
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
  readonly layer: string;
  readonly draw?: string;
  readonly simd: SimdChoice;
  readonly json?: boolean;
}

export const activationsVerb: Verb = {
  name: 'activations',
  summary: 'what a layer makes of a picture: its feature maps',
  examples: [
    'borde activations models/digits.safetensors examples/seven.png --layer relu1',
    'borde activations models/digits.safetensors examples/seven.png --layer conv2 --draw maps.png',
    'borde inspect models/digits.safetensors   # names the layers',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .argument('<image>', 'PNG or JPEG file')
      .requiredOption('--layer <id>', 'a node of the graph, as inspect lists them')
      .option('--draw <file>', 'write all channels side by side: .png, .jpg or .webp')
      .addOption(simdOption())
      .addOption(jsonOption());
  },

  run: async ([path, picture], { layer, draw, simd, json }: Options, io) => {
    const [modelPath, imagePath] = [path as string, picture as string];
    const drawings = draw === undefined ? [] : await drawingsFor(draw, [imagePath], [modelPath]);
    const model = await readModel(modelPath);
    const codecs = await loadCodecs();
    const image = await readImage(imagePath, codecs);
    const maps = await atPath(modelPath, () => activations(model, loadKernels('inference', simd), image, layer));
    for (const { path: file, format } of drawings) {
      await writeFileAtomic(file, await encodeImage(drawChannels(maps), format));
    }
    if (json) {
      io.out(JSON.stringify({ ...maps, data: [...maps.data] }));
      return 0;
    }
    const [height, width, channels] = maps.shape;
    const { mean, min, max } = summary(maps);
    const range = `${min.toPrecision(3)} to ${max.toPrecision(3)}`;
    io.out(`${layer} (${maps.kind})  ${height}×${width}, ${channels} channels, ${range}`);
    if (drawings.length === 0) io.out(`${blockPicture([height, width], mean)}\nmean of all channels`);
    for (const { path: file } of drawings) io.out(`wrote ${file}`);
    return 0;
  },
};

/** The mean over the channels, scaled to 0–1 from its least to its largest, and the range of all values. */
function summary({ shape: [height, width, channels], data }: FeatureMaps) {
  const mean = new Float64Array(height * width);
  data.forEach((value, i) => {
    mean[Math.floor(i / channels)]! += value / channels;
  });
  const [min, max] = rangeOf(data);
  const [low, high] = rangeOf(mean);
  return { mean: mean.map((value) => (high > low ? (value - low) / (high - low) : 0)), min, max };
}

function rangeOf(values: Iterable<number>): readonly [min: number, max: number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}
