/** Weights of a model under construction: each kept once, finite, and not too many. */
import { describe, expect, test } from 'vitest';
import { type Constant, constantOf } from '../../../../engine/formats/onnx/tensor.ts';
import { Weights } from '../../../../engine/formats/onnx/weights.ts';
import { serializeModel } from '../../../../engine/model-file.ts';
import { integers, type ModelParts, node, weights } from './models.ts';
import { agrees, importParts } from './run.ts';

const tensor = { shape: [1], data: Float32Array.of(1) };

describe('weights', () => {
  test('derived alike are one tensor, also where a constant has another shape', () => {
    const kept = new Weights();
    const constant = constantOf('float32', [2, 2], [1, 2, 3, 4]);
    const make = () => ({ shape: [4], data: Float32Array.from(constant.data) });
    const first = kept.derive(constant, 'vector', make);
    expect(kept.derive({ ...constant, shape: [4] }, 'vector', make)).toBe(first);
    expect(kept.derive(constant, 'another key', make)).not.toBe(first);
    expect(kept.keep(first, 'a')).toBe('a');
    expect(kept.keep(first, 'b')).toBe('a');
    expect([...kept.tensors.keys()]).toEqual(['a']);
  });

  test('have a limit, whatever is made of them', () => {
    const kept = new Weights();
    const huge = (): Constant => ({ ...constantOf('float32', [], []), data: { length: 2 ** 28 } as Float32Array });
    kept.derive(huge(), 'a', () => tensor);
    kept.derive(huge(), 'a', () => tensor);
    expect(() => kept.derive(huge(), 'a', () => tensor)).toThrow(/805306368 elements the weights are too large/);
  });

  test('of integers are refused', () => {
    expect(() => new Weights().derive(constantOf('int64', [], [1]), 'a', () => tensor)).toThrow(/with int64/);
  });
});

describe('a file', () => {
  const parts: ModelParts = {
    inputs: { x: [2, 4, 3, 3] },
    nodes: [
      node('Conv', 'x w b', 'a'),
      node('Conv', 'a w b', 'c'),
      node('Reshape', 'b column', 'd'),
      node('Mul', 'c d', 'e'),
      node('GlobalAveragePool', 'e', 'g'),
      node('Flatten', 'g', 'h'),
      node('Gemm', 'h m b', 'i'),
      node('Gemm', 'i m b', 'j', { transB: 1 }),
      node('MatMul', 'j m', 'y'),
    ],
    initializers: [
      weights('w', [4, 4, 1, 1]),
      weights('b', [4], Float32Array.of(0.5, 1, 1.5, 2)),
      weights('m', [4, 4], 3),
      integers('column', 1, 4, 1, 1),
    ],
  };

  test('keeps a shared initializer once for each way in which it is read', () => {
    const model = agrees(parts);
    // The filter; the bias, which is a factor somewhere else; the matrix, and its transpose.
    expect([...model.tensors.values()].map(({ shape }) => shape)).toEqual([[1, 1, 4, 4], [4], [4, 4], [4, 4]]);
  });

  test('gives the same bytes, however often it is imported', () => {
    expect(serializeModel(importParts(parts))).toEqual(serializeModel(importParts(parts)));
  });
});
