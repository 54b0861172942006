/** Ours, from the ONNX file that ONNX Runtime gets: an imported model has to be as fast as one of our own. */
import { importOnnx } from '../../../engine/formats/onnx/import-model.ts';
import { onnxFile, readInputChannelsFirst } from '../prepared.ts';
import { sessionRunner } from './borde.ts';
import type { Contestant } from './contestant.ts';

export const imported: Contestant = {
  load: async (folder, options) => {
    const input = readInputChannelsFirst(folder);
    return sessionRunner(importOnnx(onnxFile(folder), { shapes: { image: input.shape } }), input, options);
  },
};
