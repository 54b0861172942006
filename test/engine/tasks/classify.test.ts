/** What a classifier is taken for where its file says only that it is one. */
import { describe, expect, test } from 'vitest';
import { buildGraph, type GraphDocument, inferShapes } from '../../../engine/graph.ts';
import { Session } from '../../../engine/session.ts';
import { classify } from '../../../engine/tasks/classify.ts';
import { proposeTask } from '../../../engine/tasks/index.ts';
import { loadKernels } from '../../../scripts/kernels.ts';

type Nodes = GraphDocument['nodes'];

const graphOf = (nodes: Nodes, outputs = [{ name: 'out', from: (nodes.at(-1) as Nodes[number]).id }]) =>
  buildGraph({ inputs: [{ name: 'x', shape: [1, 4, 1, 1], datatype: 'FP32' }], nodes, outputs });

const node = (id: string, kind: string, from: string, attributes = {}) => ({ id, kind, inputs: [from], attributes });

describe('the activation', () => {
  test.each<[string, Nodes, string]>([
    ['logits need one', [node('a', 'relu', 'x')], 'softmax'],
    ['softmax is one', [node('row', 'flatten', 'x'), node('a', 'softmax', 'row')], 'given'],
    ['so is sigmoid', [node('a', 'sigmoid', 'x')], 'given'],
    ['also behind a view', [node('a', 'sigmoid', 'x'), node('b', 'reshape', 'a', { shape: [1, 4] })], 'given'],
    ['but not before another layer', [node('a', 'sigmoid', 'x'), node('b', 'relu', 'a')], 'softmax'],
  ])('%s', (_, nodes, activation) => {
    expect(proposeTask('classify', graphOf(nodes))).toEqual({ kind: 'classify', output: 'out', activation });
  });
});

test('two outputs leave a choice', () => {
  const outputs = ['p', 'q'].map((name) => ({ name, from: 'a' }));
  expect(() => proposeTask('classify', graphOf([node('a', 'relu', 'x')], outputs))).toThrow(
    'a classifier has one output, this graph has p, q',
  );
});

test.each(['dream', 'constructor'])('there is no task %s', (kind) => {
  expect(() => proposeTask(kind, graphOf([node('a', 'relu', 'x')]))).toThrow(`there is no task "${kind}": known are `);
});

test('classes of an output [1,4,1,1] compete with each other', () => {
  const graph = graphOf([node('a', 'relu', 'x')]);
  const task = { kind: 'classify', output: 'out', activation: 'softmax' } as const;
  classify.check(task, graph, inferShapes(graph, 1), ['a', 'b', 'c', 'd']);
  const session = new Session({ graph: classify.extend(task, graph), tensors: new Map() }, loadKernels('inference'));
  const scores = session.run({ x: Float32Array.of(0, 0, 0, Math.log(7)) }).out!.data;
  // e^0 + e^0 + e^0 + 7 = 10; ln 7 in f32 and our e^x are each within a few units in the last place.
  [0.1, 0.1, 0.1, 0.7].forEach((score, i) => {
    expect(Math.abs((scores[i] as number) - score)).toBeLessThan(8 * 2 ** -24);
  });
});
