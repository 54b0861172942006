/**
 * Ours, twice: the operation alone, on a picture in the memory of the kernels (as OpenCV's lie in its memory), with all
 * that it draws; and `NAME whole`, the call that a user makes, from one array to another.
 */
import { Augmenter, SceneRunner } from '../../../engine/augment/augmenter.ts';
import { compilePipeline, PIPELINE_FORMAT } from '../../../engine/augment/pipeline.ts';
import { loadImageKernels } from '../../../scripts/kernels.ts';
import { type Run, serve } from '../../serve.ts';
import { photo } from '../photo.ts';
import { HEIGHT, rows, WIDTH } from '../rows.ts';

const kind = { channels: 3, type: 'u8' } as const;
const image = { width: WIDTH, height: HEIGHT, channels: 3, data: photo(WIDTH, HEIGHT) };
const table: Record<string, Run> = {};
for (const { name, node, drifts } of rows) {
  const pipeline = compilePipeline({ format: PIPELINE_FORMAT, pipeline: node }, kind);
  const scene = new SceneRunner(loadImageKernels(), image);
  let sample = 0;
  table[name] = () => {
    if (drifts) scene.restore(image);
    scene.run(pipeline, { sample: sample++ });
  };
  const augmenter = new Augmenter(loadImageKernels());
  const into = new Uint8Array(image.data.length);
  table[`${name} whole`] = () => augmenter.run(pipeline, image, { sample: sample++, into });
}
await serve(table);
