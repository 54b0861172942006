/** Which nodes an import needs, in which order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../../engine/formats/onnx/read-model.ts';
import { selectNodes } from '../../../../engine/formats/onnx/select.ts';
import { type ModelParts, node, onnxFile, weights } from './models.ts';

const select = (parts: ModelParts, outputs: readonly string[], inputs = Object.keys(parts.inputs ?? {})) =>
  selectNodes(readModel(onnxFile(parts)), new Set(inputs), outputs).map(({ name }) => name);

describe('nodes', () => {
  const diamond: ModelParts = {
    inputs: { x: [1] },
    nodes: [
      node('Add', 'b c', 'd'),
      node('Relu', 'a', 'c'),
      node('Neg', 'a', 'b'),
      node('Add', 'x w', 'a'),
      node('Relu', 'd', 'unused'),
    ],
    initializers: [weights('w', [1])],
  };

  test('come after what they read, each once, and no others', () => {
    expect(select(diamond, ['d'])).toEqual(['a', 'b', 'c', 'd']);
    expect(select(diamond, ['c', 'd', 'a'])).toEqual(['a', 'c', 'b', 'd']);
  });

  test('before an input that is cut are left out', () => {
    expect(select(diamond, ['d'], ['a'])).toEqual(['b', 'c', 'd']);
    expect(select(diamond, ['d'], ['b', 'c'])).toEqual(['d']);
    expect(select(diamond, ['d'], ['d'])).toEqual([]);
  });

  test('of any graph without a circle stand in an order in which they can run', () => {
    const graph = fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(graph, fc.boolean(), (edges, isReversed) => {
        const name = (i: number) => (i < 0 ? 'x' : `v${i}`);
        const nodes = edges.map(([a, b], i) =>
          node('Add', `${name((a % (i + 1)) - 1)} ${name((b % (i + 1)) - 1)}`, name(i)),
        );
        const order = isReversed ? nodes.toReversed() : nodes;
        const done = new Set(['x']);
        const all = edges.map((_, i) => name(i));
        const sorted = select({ inputs: { x: [1] }, nodes: order }, all);
        expect([...sorted].sort()).toEqual([...all].sort());
        for (const each of sorted) {
          const [a, b] = nodes.find(({ output }) => output[0] === each)!.input;
          expect(done.has(a!) && done.has(b!)).toBe(true);
          done.add(each);
        }
      }),
    );
  });
});
