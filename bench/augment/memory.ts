/**
 * Memory over many pictures: `node --expose-gc bench/augment/memory.ts [COUNT=10000]`. One pipeline that uses every operation
 * for single pictures, pictures of three sizes in turn, each copied in and out; what is in use after a collection.
 */
import { Augmenter } from '../../engine/augment/augmenter.ts';
import { augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import { compilePipeline, PIPELINE_FORMAT } from '../../engine/augment/pipeline.ts';
import { table } from '../../scripts/cli/table.ts';
import { loadImageKernels } from '../../scripts/kernels.ts';
import { photo } from './photo.ts';

const count = Number(process.argv[2] ?? 10_000);
const collect = (globalThis as { gc?: () => void }).gc;
if (!collect || !Number.isInteger(count) || count < 1) {
  console.error('node --expose-gc bench/augment/memory.ts [COUNT]');
  process.exit(2);
}

const kind = { channels: 3, type: 'u8' } as const;
const children = augmentationTypes
  .filter((type) => !augmentationOf(type).only)
  .map((type) => ({ ...augmentationOf(type).samples[0], type }));
// Any of them, so that ten thousand pictures take minutes and not hours; every one comes some hundred times.
const node = { type: 'someOf', n: 3, order: 'random', children };
const pipeline = compilePipeline({ format: PIPELINE_FORMAT, pipeline: node }, kind);
const pictures = [224, 160, 96].map((side) => ({ width: side, height: side, channels: 3, data: photo(side, side) }));
const augmenter = new Augmenter(loadImageKernels());
const into = new Uint8Array(224 * 224 * 3);

const rows: (readonly [string, string, string, string])[] = [];
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
for (let i = 0; i <= count; i++) {
  if (i > 0) augmenter.run(pipeline, pictures[i % 3] as (typeof pictures)[number], { sample: i, into });
  if (i !== 0 && i % Math.ceil(count / 5) !== 0) continue;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  rows.push([String(i), megabytes(augmenter.memoryBytes), megabytes(heapUsed), megabytes(arrayBuffers)]);
}
console.log(table(['pictures', 'memory of the kernels, MB', 'heap, MB', 'array buffers, MB'], rows));
