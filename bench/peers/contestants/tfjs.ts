/**
 * TensorFlow.js with its WebAssembly backend (XNNPACK, SIMD, one thread): our graph, after our passes, with the operations
 * that its own converter would choose: convolution, bias and activation in one (`tf.fused`), weights made once and kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { FusedGraph, FusedNode } from '../fused-graph.ts';
import { watchMemories } from '../memories.ts';
import { fusedFile, readInput } from '../prepared.ts';
import type { Contestant } from './contestant.ts';
import { operate, type Weights } from './tfjs-operators.ts';

/** A node and what it frees: a value is given back as soon as nobody reads it any more. */
interface Step {
  readonly node: FusedNode;
  readonly weights: Weights;
  readonly dying: readonly string[];
}

export const tfjs: Contestant = {
  load: async (folder) => {
    const memoryBytes = watchMemories();
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await tf.setBackend('wasm');
    const { graph, weights } = fusedFile(folder);
    const steps = stepsOf(graph, weights);
    const { shape, data } = readInput(folder);
    const image = tf.tensor4d(data, shape);
    const run = (): Float32Array => {
      const values = new Map<string, tf.Tensor>([[graph.input, image]]);
      for (const { node, weights: w, dying } of steps) {
        values.set(
          node.id,
          tf.tidy(() => operate(node, (name) => values.get(name) as tf.Tensor, w)),
        );
        for (const name of dying) values.get(name)?.dispose();
      }
      const y = values.get(graph.output) as tf.Tensor;
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

function stepsOf({ input, output, nodes }: FusedGraph, weights: Float32Array): readonly Step[] {
  const reads = nodes.map((node) => [...node.inputs, ...(node.residual === undefined ? [] : [node.residual])]);
  return nodes.map((node, index) => {
    const later = new Set([input, output, ...reads.slice(index + 1).flat()]);
    const resident = Object.entries(node.weights).map(([role, { shape, offset }]) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return [role, tf.tensor(weights.subarray(offset, offset + length), [...shape])] as const;
    });
    return {
      node,
      weights: Object.fromEntries(resident),
      dying: [...new Set(reads[index])].filter((name) => !later.has(name)),
    };
  });
}
