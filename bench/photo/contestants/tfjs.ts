/**
 * TensorFlow.js, WebAssembly backend, one thread, on the same network as its authors published it: `tfjs.ts FOLDER [PHOTO]`.
 * It has no decoder outside a browser. Its `network` includes decoding the boxes; `boxes` is what the package
 * @tensorflow-models/coco-ssd does behind it: the best class of each anchor, then suppression; `whole` is the graph as
 * published, from pixels on, run as that package runs it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { parseDocument } from '../../../engine/formats/tfjs/document.ts';
import { serve } from '../../serve.ts';
import { HEIGHT, readPhoto, WIDTH } from '../photo.ts';

const RESIZED = 'Preprocessor/map/TensorArrayStack/TensorArrayGatherV3';
const SCORES = 'Postprocessor/Slice';
const BOXES = 'Postprocessor/ExpandDims_1';
const SIDE = 300;
const MAX_BOXES = 20;

const [folder, path] = process.argv.slice(2) as [string, string | undefined];
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
await tf.setBackend('wasm');

const { modelTopology, weightsManifest } = parseDocument(readFileSync(join(folder, 'model.json'), 'utf8'));
const files = weightsManifest.flatMap(({ paths }) => paths).map((file) => readFileSync(join(folder, file)));
const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
const weightData = Uint8Array.from(Buffer.concat(files)).buffer;
const model = await loadGraphModel({
  load: async () => ({ modelTopology, weightSpecs, weightData, format: 'graph-model' }),
});

const { image } = await readPhoto(path);
const pixels = tf.tensor(Int32Array.from(image.data), [1, HEIGHT, WIDTH, 3], 'int32');
const resize = () => tf.image.resizeBilinear(pixels, [SIDE, SIDE]);
const resized = resize();
const network = () => model.execute({ [RESIZED]: resized }, [SCORES, BOXES]);
/** Results in JavaScript's hands; given back one by one, which is faster than a `tidy` around a whole run. */
const take = (results: tf.Tensor | readonly tf.Tensor[]): Float32Array[] =>
  [results].flat().map((result) => {
    const data = result.dataSync();
    result.dispose();
    return data;
  });

function suppress(scores: Float32Array, boxes: Float32Array): ArrayLike<number> {
  const anchors = boxes.length / 4;
  const classes = scores.length / anchors;
  const best = new Float32Array(anchors);
  for (let i = 0; i < scores.length; i++) {
    const anchor = Math.floor(i / classes);
    if ((scores[i] as number) > (best[anchor] as number)) best[anchor] = scores[i] as number;
  }
  return tf.tidy(() =>
    tf.image
      .nonMaxSuppression(tf.tensor(boxes, [anchors, 4]), tf.tensor(best, [anchors]), MAX_BOXES, 0.5, 0.5)
      .dataSync(),
  );
}

const [scores, boxes] = take(network()).map((data) => Float32Array.from(data)) as [Float32Array, Float32Array];

await serve({
  resize: () => take(resize()),
  network: () => take(network()),
  boxes: () => suppress(scores, boxes),
  whole: async () => {
    const [found, places] = take(await model.executeAsync(pixels)) as [Float32Array, Float32Array];
    suppress(found, places);
  },
});
