/**
 * `npm run make:coco-backbone`: the convolutions that coco-detector looks through, as 1,280 numbers a picture that a small
 * classifier can learn from (task `embed`), in sixteen bits. Node ids are those of the graph in TensorFlow.
 */
import type { GraphNode } from '../../engine/graph.ts';
import type { Model, ModelCard } from '../../engine/model-file.ts';
import { cocoPackage, cocoProvenance, cocoScaling, readCoco } from './coco.ts';
import { makeModels, renamed } from './make.ts';
import { withPackage } from './package.ts';

/** What MobileNetV2 is usually asked at; everything up to the features is convolution, so any size would do. */
const SIZE = 224;
const FEATURES = 'FeatureExtractor/MobilenetV2/Conv_1/Relu6';

const card = {
  name: 'coco-backbone',
  preprocess: { size: [SIZE, SIZE], fit: 'stretch', antialias: true, channels: 'RGB', ...cocoScaling, std: [1, 1, 1] },
  task: { kind: 'embed', output: 'features' },
  provenance: { command: 'npm run make:coco-backbone', ...cocoProvenance },
} as const;

async function readBackbone(folder: string): Promise<Model> {
  const { graph, tensors } = renamed(await readCoco(folder, SIZE, [FEATURES]), 'image', [FEATURES]);
  const pool: GraphNode = { id: 'pool', kind: 'globalAveragePool2d', inputs: [FEATURES], attributes: {}, weights: {} };
  return {
    card: card as unknown as ModelCard,
    graph: {
      ...graph,
      // Batches, for training.
      inputs: graph.inputs.map((input) => ({ ...input, shape: [-1, SIZE, SIZE, 3] })),
      nodes: [...graph.nodes, pool],
      outputs: [{ name: 'features', from: 'pool', layout: 'NC' }],
    },
    tensors,
    storage: 'F16',
  };
}

if (import.meta.main)
  await makeModels(async ({ packages }) => [await withPackage(cocoPackage, readBackbone, packages)]);
