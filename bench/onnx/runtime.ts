/** onnxruntime's WebAssembly build in Node: the other opinion on what an ONNX model computes. */
import * as ort from 'onnxruntime-web';
import type { Tensor } from '../../engine/tensor.ts';

ort.env.wasm.numThreads = 1;

const ERRORS_ALONE = 3;

/**
 * Loads and runs a model once.
 * @param optimize lets onnxruntime rewrite the graph first; without, every node is computed by the kernel of its name
 * @throws what onnxruntime throws: the model is not valid, or it has no kernel for a node
 */
export async function runOnnxruntime(
  file: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  { optimize = false } = {},
): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
    logSeverityLevel: ERRORS_ALONE,
  });
  try {
    const feeds = Object.entries(inputs).map(([name, { shape, data }]) => [
      name,
      new ort.Tensor('float32', data, shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [name, { shape: [...dims], data: data.slice() }]),
    );
  } finally {
    await session.release();
  }
}
