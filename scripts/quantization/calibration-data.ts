/** Pictures that a model is calibrated with, and compared on afterwards. */
import { EngineError } from '../../engine/errors.ts';
import type { Image } from '../../engine/image/image.ts';
import { pictureInput } from '../../engine/image/picture-input.ts';
import { channelCount, fitPixels, type Preprocess, preprocessPixels } from '../../engine/image/preprocess.ts';
import type { Model } from '../../engine/model-file.ts';
import type { CalibrationSample } from '../../engine/quantization/calibrate.ts';
import { loadCodecs } from '../codecs.ts';
import { type DataSet, openDataSet, type Split } from '../training/data-sets/index.ts';

export interface CalibrationData {
  readonly dataSet: DataSet;
  readonly preprocess: Preprocess;
  /** Inputs of the model, a picture each: of the training split or another, the same at every call. */
  samples(onProgress: (done: number, total: number) => void, split?: Split): Generator<CalibrationSample>;
}

/** Draws the pictures that calibrate; the same for everybody. */
const SEED = 1;

/**
 * Opens `mnist`, `images:DIR` … for a model; pictures need no classes.
 * @param limit pictures of the training split to take
 * @throws EngineError `invalid-input` where the model's file does not say what it makes of pictures, `invalid-data`
 */
export async function openCalibrationData(
  { card: { preprocess }, graph }: Model,
  { model, data, limit }: { readonly model: string; readonly data: string; readonly limit: number },
): Promise<CalibrationData> {
  if (!preprocess) {
    throw new EngineError(
      'invalid-input',
      `${model}: its file does not say how pictures become inputs, import it with --size, --mean and --std`,
    );
  }
  const [columns, rows] = preprocess.size;
  const count = channelCount(preprocess.channels);
  const channels = count === 1 ? 'gray' : 'RGB';
  const codecs = await loadCodecs();
  const prepare = (image: Image): Image => ({
    width: columns,
    height: rows,
    channels: count,
    data: fitPixels(image, preprocess),
  });
  const options = { size: preprocess.size, channels, seed: SEED, limit, codecs, unlabelled: true, prepare } as const;
  const dataSet = await openDataSet(data, options);
  const entrance = pictureInput(graph, preprocess);
  const [height, width, depth] = dataSet.shape;
  const values = height * width * depth;
  return {
    dataSet,
    preprocess,
    *samples(onProgress, { pixels, length } = dataSet.train) {
      for (let i = 0; i < length; i++) {
        const input = new Float32Array(values);
        preprocessPixels(pixels.subarray(i * values, (i + 1) * values), preprocess, input);
        onProgress(i, length);
        yield { [entrance.name]: entrance.arrange(input) };
      }
    },
  };
}
