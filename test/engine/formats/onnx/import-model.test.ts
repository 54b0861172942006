/** Random graphs and small networks: what is imported computes what ONNX says, and moves no more than it must. */
import fc from 'fast-check';
import { test } from 'vitest';
import { randomModel } from './random-graph.ts';
import { agrees } from './run.ts';

test('random chains of operators compute what the interpreter does', () => {
  fc.assert(
    fc.property(randomModel, fc.nat(1000), (parts, seed) => {
      agrees(parts, seed);
    }),
    { numRuns: 300 },
  );
});
