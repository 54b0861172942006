/**
 * TensorFlow.js with its WebAssembly backend (XNNPACK, SIMD, one thread): our graph, after our passes, with the operations
 * that its own converter would choose: convolution, bias and activation in one (`tf.fused`), weights made once and kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { GraphNode } from '../../../engine/graph.ts';
import { inferShapes, weightsOf } from '../../../engine/graph.ts';
import { parseModel } from '../../../engine/model-file.ts';
import { optimize } from '../../../engine/passes/index.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { watchMemories } from '../memories.ts';
import { modelFile, readInput } from '../prepare.ts';
import type { Contestant } from './contestant.ts';
import { operate, type Weights } from './tfjs-operators.ts';

/** A node and what it reads and frees: a value is given back as soon as nobody reads it any more. */
interface Step {
  readonly node: GraphNode;
  readonly weights: Weights;
  readonly dying: readonly string[];
}

export const tfjs: Contestant = {
  load: async (folder) => {
    const memoryBytes = watchMemories();
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await tf.setBackend('wasm');
    const program = optimize(parseModel(modelFile(folder)));
    const steps = stepsOf(program);
    const { shape, data } = readInput(folder);
    const image = tf.tensor4d(data, shape);
    const [input, output] = [program.graph.inputs[0]?.name as string, program.graph.outputs[0]?.from as string];
    const run = (): Float32Array => {
      const values = new Map<string, tf.Tensor>([[input, image]]);
      for (const { node, weights, dying } of steps) {
        values.set(
          node.id,
          tf.tidy(() => operate(node, (name) => values.get(name) as tf.Tensor, weights)),
        );
        for (const name of dying) values.get(name)?.dispose();
      }
      const y = values.get(output) as tf.Tensor;
      const result = y.dataSync();
      y.dispose();
      return result;
    };
    return {
      run: async (times) => {
        for (let i = 1; i < times; i++) run();
        return run();
      },
      memoryBytes,
    };
  },
};

function stepsOf({ graph, tensors }: ReturnType<typeof optimize>): readonly Step[] {
  const shapes = inferShapes(graph, 1);
  const kept = new Set([...graph.inputs.map(({ name }) => name), ...graph.outputs.map(({ from }) => from)]);
  const reads = graph.nodes.map((node) => [
    ...node.inputs,
    ...(node.epilogue?.residual ? [node.epilogue.residual] : []),
  ]);
  return graph.nodes.map((node, index) => {
    const later = new Set(reads.slice(index + 1).flat());
    const specs = weightsOf(node, shapes).map(({ role, tensor }) => [role, tensors.get(tensor)] as const);
    const resident = specs.map(([role, tensor]) => [
      role,
      tf.tensor((tensor as Tensor).data, [...(tensor as Tensor).shape]),
    ]);
    return {
      node,
      weights: Object.fromEntries(resident),
      dying: [...new Set(reads[index])].filter((name) => !later.has(name) && !kept.has(name)),
    };
  });
}
