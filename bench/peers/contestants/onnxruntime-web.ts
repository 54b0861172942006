/** ONNX Runtime as WebAssembly (SIMD), without threads. */
import * as ort from 'onnxruntime-web';
import { watchMemories } from '../memories.ts';
import type { Contestant } from './contestant.ts';
import { onnxruntime } from './onnxruntime.ts';

ort.env.wasm.numThreads = 1;

export const onnxruntimeWeb: Contestant = {
  load: async (folder, options) => {
    const memoryBytes = watchMemories();
    return { ...(await onnxruntime(ort, 'wasm')(folder, options)), memoryBytes };
  },
};
