/** Ours: a model file, or the ONNX file that the peers get, imported. */
import { importOnnx } from '../../../engine/formats/onnx/import-model.ts';
import { type Model, parseModel } from '../../../engine/model-file.ts';
import { Session } from '../../../engine/session.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { type Input, modelFile, onnxFile, readInput, readInputChannelsFirst } from '../prepare.ts';
import type { Contestant, LoadOptions, Runner } from './contestant.ts';

function runner(model: Model, input: Input, { simd }: LoadOptions): Runner {
  const session = new Session(model, loadKernels('inference', simd));
  const [name, output] = [model.graph.inputs[0]?.name as string, model.graph.outputs[0]?.name as string];
  const inputs = { [name]: input.data };
  return {
    run: async (times) => {
      for (let i = 1; i < times; i++) session.run(inputs);
      return session.run(inputs)[output]?.data as Float32Array;
    },
    memoryBytes: () => session.kernels.memory.buffer.byteLength,
  };
}

export const borde: Contestant = {
  load: async (folder, options) => runner(parseModel(modelFile(folder)), readInput(folder), options),
};

export const imported: Contestant = {
  load: async (folder, options) => {
    const input = readInputChannelsFirst(folder);
    return runner(importOnnx(onnxFile(folder), { shapes: { image: input.shape } }), input, options);
  },
};
