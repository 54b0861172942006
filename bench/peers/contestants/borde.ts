/** Ours, from a model file. */
import { type Model, parseModel } from '../../../engine/model-file.ts';
import { Session } from '../../../engine/session.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { type Input, modelFile, readInput } from '../prepared.ts';
import type { Contestant, LoadOptions, Runner } from './contestant.ts';

export function sessionRunner(model: Model, input: Input, { simd }: LoadOptions): Runner {
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
  load: async (folder, options) => sessionRunner(parseModel(modelFile(folder)), readInput(folder), options),
};
