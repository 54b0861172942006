/** A model file for tests of the command line: LeNet with seeded weights, or any graph. */
import { writeFileSync } from 'node:fs';
import { architectures } from '../../engine/architectures/index.ts';
import { buildGraph } from '../../engine/graph.ts';
import { type Model, serializeModel } from '../../engine/model-file.ts';
import { seededTensors } from '../suites/seeded.ts';

export function lenetModel(): Model {
  const graph = buildGraph(architectures.lenet.build({ input: [28, 28, 1], classes: 10 }));
  return {
    graph,
    tensors: seededTensors(graph),
    card: {
      name: 'test',
      preprocess: {
        size: [28, 28],
        fit: 'stretch',
        antialias: true,
        channels: 'gray',
        scale: 1 / 255,
        mean: [0],
        std: [1],
      },
      task: { kind: 'classify', output: 'logits', activation: 'softmax' },
      labels: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
    },
  };
}

export function writeModel(path: string, model = lenetModel()): string {
  writeFileSync(path, serializeModel(model));
  return path;
}
