/** A model as TensorFlow.js runs it. */
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { isGraphTopology } from '../../engine/formats/tfjs/graph-model.ts';
import type { Shape } from '../../engine/tensor.ts';

export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array<ArrayBuffer>;
}

/** @param document the contents of model.json */
export async function runTfjs(
  document: object,
  weights: Uint8Array,
  inputs: readonly NamedTensor[],
  outputs: readonly string[],
): Promise<NamedTensor[]> {
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest } = document as {
    readonly modelTopology: Readonly<Record<string, unknown>>;
    readonly weightsManifest: readonly { readonly weights: readonly object[] }[];
  };
  // Files of the first years do not say their format.
  const isGraph = isGraphTopology(modelTopology);
  const format = isGraph ? 'graph-model' : 'layers-model';
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const weightData = Uint8Array.from(weights).buffer;
  const handler = { load: async () => ({ modelTopology, weightSpecs, weightData, format }) };
  const tensors = inputs.map(({ shape, data }) => tf.tensor(data, shape));
  const run = async () => {
    if (!isGraph) return (await loadLayersModel(handler)).predict(tensors);
    const model = await loadGraphModel(handler);
    return model.execute(Object.fromEntries(inputs.map(({ name }, i) => [name, tensors[i] as tf.Tensor])), outputs);
  };
  const results = [await run()].flat();
  return results.map((result, i) => ({
    name: outputs[i] as string,
    shape: [...result.shape],
    data: Float32Array.from(result.dataSync()),
  }));
}
