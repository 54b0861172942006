/** A model of the same shape as the trained one, with random weights: what the worker's tests serve. */
import { architectures } from '../../engine/architectures/index.ts';
import { buildGraph } from '../../engine/graph.ts';
import { serializeModel } from '../../engine/model-file.ts';
import { initialWeights, toTensors, weightVector } from '../../engine/training/weight-vector.ts';

/** LeNet for digits as a model file; the same seed gives the same bytes. */
export function standInModel(seed = 1): Uint8Array {
  const graph = buildGraph(architectures.lenet.build({ input: [28, 28, 1], classes: 10 }));
  const vector = weightVector(graph);
  return serializeModel({
    graph,
    tensors: toTensors(vector, initialWeights(vector, seed)),
    card: {
      name: 'digits',
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
      labels: Array.from({ length: 10 }, (_, digit) => String(digit)),
      provenance: { command: 'stand-in', licence: 'MIT' },
    } as never,
  });
}
