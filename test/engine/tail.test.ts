/** Parts of graphs, and elements followed to where they were made. */
import { describe, expect, test } from 'vitest';
import { buildGraph, type Graph, type GraphDocument, inferShapes } from '../../engine/graph.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { Layer } from '../../engine/layers/layer.ts';
import { Session } from '../../engine/session.ts';
import { headOf, tailOf, traced } from '../../engine/tail.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { seededInput, seededTensors } from '../suites/seeded.ts';

const kernels = loadKernels('inference', 'baseline');

const graphOf = (inputs: Readonly<Record<string, readonly number[]>>, nodes: readonly object[], from: string): Graph =>
  buildGraph({
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, shape, datatype: 'FP32' })),
    nodes: nodes.map((node) => ({ attributes: {}, ...node })),
    outputs: [{ name: 'y', from }],
  } as unknown as GraphDocument);

const movers = (Object.keys(layers) as LayerKind[]).flatMap((kind) => {
  const { source, samples } = layers[kind] as Layer;
  return source ? samples.map((sample) => ({ kind, sample, source })) : [];
});

test('there are layers that move', () => {
  expect(new Set(movers.map(({ kind }) => kind))).toEqual(new Set(['concat', 'transpose']));
});

test.each(movers)('every element of $kind is the one it is said to be: $sample', ({ kind, sample, source }) => {
  const { input, inputs = [input!], wholeBatch: _, ...attributes } = sample;
  const names = inputs.map((_, i) => `x${i}`);
  const graph = graphOf(
    Object.fromEntries(names.map((name, i) => [name, inputs[i]!])),
    [{ id: 'n', kind, inputs: names, attributes }],
    'n',
  );
  const x = inputs.map((shape, i) => seededInput(shape, i + 1));
  const y = new Session({ graph, tensors: new Map() }, kernels).run(
    Object.fromEntries(names.map((name, i) => [name, x[i]!])),
  );
  const parsed = graph.nodes[0]!.attributes;
  const followed = Array.from(y.y!.data, (_, i) => {
    const { input: from, index } = source(inputs, parsed, i);
    return x[from]![index]!;
  });
  expect(Float32Array.from(followed)).toEqual(y.y!.data);
});

describe('elements are followed', () => {
  const graph = graphOf(
    { x: [1, 4, 4, 2] },
    [
      { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: { filters: 3, size: 1 } },
      { id: 'b', kind: 'conv2d', inputs: ['x'], attributes: { filters: 3, size: 1 } },
      { id: 'ta', kind: 'transpose', inputs: ['a'], attributes: { permutation: [0, 3, 1, 2] } },
      { id: 'tb', kind: 'transpose', inputs: ['b'], attributes: { permutation: [0, 3, 1, 2] } },
      { id: 'both', kind: 'concat', inputs: ['ta', 'tb'], attributes: { axis: 1 } },
      { id: 'flat', kind: 'flatten', inputs: ['both'] },
      { id: 's', kind: 'softmax', inputs: ['flat'] },
    ],
    's',
  );
  const shapes = inferShapes(graph, 1);
  const follow = (indices: number[], throughScores = true) =>
    traced(graph, shapes, { reference: 's', indices }, throughScores);

  test('through scores, views, a concatenation and other orders to one branch', () => {
    // Channel 4 of the six is b's second; row 2, column 3.
    expect(follow([4 * 16 + 2 * 4 + 3])).toEqual({ reference: 'b', indices: [(2 * 4 + 3) * 3 + 1] });
    expect(follow([0, 16])).toEqual({ reference: 'a', indices: [0, 1] });
  });

  test('no further than they have one way, nor through scores that are not meant', () => {
    expect(follow([0, 4 * 16])).toEqual({ reference: 'both', indices: [0, 64] });
    expect(follow([5], false)).toEqual({ reference: 's', indices: [5] });
  });
});

describe('head and tail', () => {
  const graph = graphOf(
    { x: [1, 4, 4, 2], z: [1, 4, 4, 2] },
    [
      { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: { filters: 2, size: 1 } },
      { id: 'c', kind: 'constant', inputs: [], attributes: { shape: [1, 4, 4, 2] } },
      { id: 'side', kind: 'add', inputs: ['z', 'a'] },
      { id: 'b', kind: 'relu', inputs: ['a'] },
      { id: 'd', kind: 'add', inputs: ['b', 'c'] },
      { id: 'e', kind: 'mul', inputs: ['d', 'side'] },
      { id: 'other', kind: 'neg', inputs: ['x'] },
    ],
    'e',
  );
  const names = (part: Graph | undefined) =>
    part && { inputs: part.inputs.map(({ name }) => name), nodes: part.nodes.map(({ id }) => id) };

  test('a head is what leads there', () => {
    expect(names(headOf(graph, ['side']))).toEqual({ inputs: ['x', 'z'], nodes: ['a', 'side'] });
    expect(names(headOf(graph, ['x']))).toEqual({ inputs: ['x', 'z'], nodes: [] });
  });

  test('a tail is what lies between, with its constants and what else it reads', () => {
    expect(names(tailOf(graph, 'b', 'e'))).toEqual({ inputs: ['b', 'side'], nodes: ['c', 'd', 'e'] });
    expect(names(tailOf(graph, 'a', 'e'))).toEqual({ inputs: ['a', 'z'], nodes: ['c', 'side', 'b', 'd', 'e'] });
    expect(names(tailOf(graph, 'e', 'e'))).toEqual({ inputs: ['e'], nodes: [] });
    expect(tailOf(graph, 'other', 'e')).toBeUndefined();
  });

  test('together they are the whole', () => {
    const tensors = seededTensors(graph);
    const feeds = { x: seededInput([1, 4, 4, 2], 1), z: seededInput([1, 4, 4, 2], 2) };
    const run = (part: Graph, given: Record<string, Float32Array>) =>
      new Session({ graph: part, tensors }, kernels).run(given);
    const tail = tailOf(graph, 'b', 'e')!;
    const read = run(
      headOf(
        graph,
        tail.inputs.map(({ name }) => name),
      ),
      feeds,
    );
    const given = Object.fromEntries(Object.entries(read).map(([name, { data }]) => [name, data]));
    expect(run(tail, given).e).toEqual(run(graph, feeds).y);
  });
});
