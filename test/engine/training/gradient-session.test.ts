/** Derivatives by a value in the middle of a network, against differences of the references in f64. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildGraph,
  type Graph,
  type GraphDocument,
  inferShapes,
  tensorName,
  weightsOf,
} from '../../../engine/graph.ts';
import type { Program } from '../../../engine/passes/index.ts';
import { quantizeWeight } from '../../../engine/quantization/quantization.ts';
import { Session } from '../../../engine/session.ts';
import { headOf, tailOf } from '../../../engine/tail.ts';
import { elementCount } from '../../../engine/tensor.ts';
import { GradientSession } from '../../../engine/training/gradient-session.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { references } from '../../reference/index.ts';
import { type Tensor64, toTensor64 } from '../../reference/tensor64.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

const kernels = loadKernels('training', 'baseline');

type Node = {
  readonly id: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly attributes?: object;
};

const graphOf = (shape: readonly number[], nodes: readonly Node[]): Graph =>
  buildGraph({
    inputs: [{ name: 'x', shape, datatype: 'FP32' }],
    nodes: nodes.map((node) => ({ ...node, attributes: { ...node.attributes } })),
    outputs: [{ name: 'y', from: (nodes.at(-1) as Node).id }],
  } as unknown as GraphDocument);

/** All values of a graph from those of its inputs, in f64, layer by layer as its reference says. */
function evaluate({ graph, tensors }: Program, inputs: ReadonlyMap<string, Tensor64>): ReadonlyMap<string, Tensor64> {
  const shapes = inferShapes(graph, 1);
  const values = new Map(inputs);
  for (const node of graph.nodes) {
    const x = node.inputs.map((reference) => values.get(reference) as Tensor64);
    const w = Object.fromEntries(
      weightsOf(node, shapes).map(({ role }) => [role, toTensor64(tensors.get(tensorName(node, role))!)]),
    );
    values.set(node.id, references[node.kind](x, w, node.attributes));
  }
  return values;
}

/** What the engine says and what differences say of d mean(elements) / d layer. */
function bothGradients(program: Program, layer: string, elements: readonly number[], picked: readonly number[]) {
  const { graph, tensors } = program;
  const to = graph.outputs[0]!.from;
  const tail = tailOf(graph, layer, to)!;
  const names = tail.inputs.map(({ name }) => name);
  const read = new Session({ graph: headOf(graph, names), tensors }, kernels).run({
    x: seededInput(graph.inputs[0]!.shape.with(0, 1)),
  });
  const inputs = Object.fromEntries(names.map((name) => [name, read[name]!.data]));
  const session = new GradientSession({ graph: tail, tensors }, kernels);
  const gradient = session.run(inputs, elements);
  expect(session.run(inputs, elements)).toEqual(gradient);

  const given = new Map(names.map((name) => [name, toTensor64(read[name]!)]));
  const score = (data: Float64Array) => {
    const values = evaluate({ graph: tail, tensors }, new Map(given).set(layer, { ...given.get(layer)!, data }));
    const y = values.get(to)!.data;
    return elements.reduce((sum, element) => sum + y[element]!, 0) / elements.length;
  };
  const base = given.get(layer)!.data;
  const slopes = picked.map((i) => {
    const at = score(base);
    return [H, -H].map((step) => (score(base.with(i, base[i]! + step)) - at) / step).sort((a, b) => a - b);
  });
  return { gradient, slopes };
}

/** Small enough that hardly a kink lies within and curvature is nothing, so large that f64 leaves six digits. */
const H = 2 ** -26;

/**
 * The gradient lies between the slopes to both sides, which differ only at a kink (a value of exactly zero in front of a
 * relu). f32: every layer of these adds up less than 300 products, and there are at most `layers` of them, so the error is
 * below 300·layers·2⁻²⁴ of the largest sum of magnitudes; 4 for sums whose terms cancel. f64: 2⁻⁵³ of scores up to 100, over H.
 */
const expectClose = (
  gradient: Float32Array,
  slopes: readonly number[][],
  picked: readonly number[],
  layers: number,
) => {
  const size = Math.max(1e-3, ...gradient.map(Math.abs), ...slopes.flat().map(Math.abs));
  const bound = 4 * size * 300 * layers * 2 ** -24 + (100 * 2 ** -53) / H;
  picked.forEach((i, k) => {
    const [low, high] = slopes[k] as [number, number];
    expect(Math.max(low - gradient[i]!, gradient[i]! - high), `element ${i}`).toBeLessThan(bound);
  });
};

const branching: readonly Node[] = [
  { id: 'a', kind: 'conv2d', inputs: ['x'], attributes: { filters: 4, size: 3, padding: 1, bias: false } },
  { id: 'n', kind: 'batchNorm2d', inputs: ['a'] },
  { id: 'r', kind: 'relu', inputs: ['n'] },
  { id: 'side', kind: 'conv2d', inputs: ['x'], attributes: { filters: 4, size: 1 } },
  { id: 'b', kind: 'depthwiseConv2d', inputs: ['r'], attributes: { size: 3, padding: 1 } },
  { id: 's', kind: 'add', inputs: ['b', 'r'] },
  { id: 'm', kind: 'mul', inputs: ['s', 'side'] },
  { id: 'drop', kind: 'dropout', inputs: ['m'], attributes: { rate: 0.5 } },
  { id: 'c', kind: 'conv2d', inputs: ['drop'], attributes: { filters: 6, size: 3 } },
  { id: 'q', kind: 'relu', inputs: ['c'] },
  { id: 'p', kind: 'maxPool2d', inputs: ['q'], attributes: { size: 2 } },
  { id: 'f', kind: 'flatten', inputs: ['p'] },
  { id: 'd', kind: 'dense', inputs: ['f'], attributes: { units: 5 } },
];

describe('the slope of a logit', () => {
  const graph = graphOf([-1, 8, 8, 2], branching);
  const program = { graph, tensors: seededTensors(graph) };

  test.each(['a', 'n', 'r', 'side', 'b', 's', 'm', 'drop', 'c', 'q', 'p', 'f'])('by %s', (layer) => {
    const length = elementCount(inferShapes(graph, 1).of(layer));
    const picked = Array.from({ length: 12 }, (_, k) => (k * 7919) % length);
    const { gradient, slopes } = bothGradients(program, layer, [3], picked);
    expect(gradient).toHaveLength(length);
    expectClose(gradient, slopes, picked, branching.length);
    expect(gradient.some((value) => value !== 0)).toBe(true);
  });

  test('by the logits themselves is 1 at the logit', () => {
    const { gradient } = bothGradients(program, 'd', [3], []);
    expect(gradient).toEqual(Float32Array.of(0, 0, 0, 1, 0));
  });

  test('of a mean is the mean of slopes', () => {
    const { gradient } = bothGradients(program, 'd', [1, 4], []);
    expect(gradient).toEqual(Float32Array.of(0, 0.5, 0, 0, 0.5));
  });

  test('with weights of eight bits is that of what they stand for, and they stay levels', () => {
    const small = quantizeWeight(program.tensors.get('c.filter')!, 1);
    const levels = new Map(program.tensors).set('c.filter', small);
    const floats = new Map(program.tensors).set('c.filter', { shape: small.shape, data: small.data });
    const [a, b] = [levels, floats].map((tensors) => bothGradients({ graph, tensors }, 'r', [3], []).gradient);
    expect(a).toEqual(b);
  });
});

test('weights in front of the layer are not asked for', () => {
  const graph = graphOf([-1, 8, 8, 2], branching);
  const all = seededTensors(graph);
  const tail = tailOf(graph, 'q', 'd')!;
  expect(tail.nodes.map(({ id }) => id)).toEqual(['p', 'f', 'd']);
  const behind = new Map([...all].filter(([name]) => name.startsWith('d.')));
  const read = seededInput([1, 6, 6, 6]);
  const [few, many] = [behind, all].map((tensors) => {
    return new GradientSession({ graph: tail, tensors }, kernels).run({ q: read }, [0]);
  });
  expect(few).toEqual(many);
});

test('too little memory is said before any is taken', () => {
  const graph = graphOf([-1, 8, 8, 2], branching);
  const program = { graph: tailOf(graph, 'r', 'd')!, tensors: seededTensors(graph) };
  const { bytes } = new GradientSession(program, kernels);
  expect(() => new GradientSession(program, kernels, bytes - 1)).toThrow(
    `the gradient needs ${bytes} bytes, at most ${bytes - 1} are allowed`,
  );
  expect(new GradientSession(program, kernels, bytes).bytes).toBe(bytes);
});

test('a layer without a gradient is named', () => {
  const graph = graphOf(
    [1, 4, 4, 2],
    [
      { id: 'c', kind: 'conv2d', inputs: ['x'], attributes: { filters: 2, size: 1 } },
      { id: 'whole', kind: 'floor', inputs: ['c'] },
      { id: 'f', kind: 'flatten', inputs: ['whole'] },
    ],
  );
  const program = { graph: tailOf(graph, 'c', 'f')!, tensors: seededTensors(graph) };
  expect(() => new GradientSession(program, kernels)).toThrow('node "whole": a floor layer has no gradient');
});

const steps = [
  'conv2d',
  'grouped',
  'depthwiseConv2d',
  'maxPool2d',
  'averagePool2d',
  'batchNorm2d',
  'relu',
  'sigmoid',
  'silu',
  'add',
  'concat',
  'resize',
  'pad',
  'bias',
] as const;

const problem = fc.record({
  side: fc.tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 4 })),
  chain: fc.array(
    fc.record({ kind: fc.constantFrom(...steps), filters: fc.integer({ min: 1, max: 9 }), other: fc.nat(9) }),
    {
      minLength: 1,
      maxLength: 7,
    },
  ),
  layer: fc.nat(9),
  seed: fc.nat(1000),
});

test('of graphs that nobody chose', () => {
  const law = fc.property(problem, ({ side: [h, w, c], chain, layer, seed }) => {
    const values = [{ id: 'first', h, w, c }];
    const nodes: Node[] = [{ id: 'first', kind: 'conv2d', inputs: ['x'], attributes: { size: 1, filters: c } }];
    chain.forEach(({ kind, filters, other }, i) => {
      const last = values.at(-1)!;
      const id = `n${i}`;
      const add = (layerKind: string, attributes: object, change = {}, inputs = [last.id]) => {
        nodes.push({ id, kind: layerKind, inputs, attributes });
        values.push({ ...last, ...change, id });
      };
      const window = { size: 3, padding: 1 };
      const halved = { h: Math.ceil(last.h / 2), w: Math.ceil(last.w / 2) };
      const alike = values.filter((value) => value.h === last.h && value.w === last.w);
      const beside = alike[other % alike.length]!;
      if (kind === 'conv2d') add(kind, { ...window, filters }, { c: filters });
      else if (kind === 'grouped') add('conv2d', { ...window, filters: last.c, groups: last.c });
      else if (kind === 'depthwiseConv2d') add(kind, window);
      else if (kind === 'maxPool2d' || kind === 'averagePool2d') add(kind, { size: 2, padding: 'same' }, halved);
      else if (kind === 'add') {
        const same = alike.filter((value) => value.c === last.c);
        add(kind, {}, {}, [last.id, same[other % same.length]!.id]);
      } else if (kind === 'concat') add(kind, { axis: 3 }, { c: last.c + beside.c }, [last.id, beside.id]);
      else if (kind === 'resize' && last.h * last.w <= 30) {
        add(kind, { scales: [2, 2], mode: 'linear' }, { h: 2 * last.h, w: 2 * last.w });
      } else if (kind === 'pad') {
        add(
          kind,
          {
            padding: [
              [0, 0],
              [1, 0],
              [0, 2],
              [0, 0],
            ],
          },
          { h: last.h + 1, w: last.w + 2 },
        );
      } else if (kind !== 'resize') add(kind, {});
    });
    nodes.push({ id: 'end', kind: 'globalAveragePool2d', inputs: [values.at(-1)!.id] });
    const graph = graphOf([-1, h, w, c], nodes);
    const { id } = values[layer % values.length]!;
    if (!tailOf(graph, id, 'end')) return;
    const length = elementCount(inferShapes(graph, 1).of(id));
    const picked = Array.from({ length: 4 }, (_, k) => (k * 7919 + seed) % length);
    const program = { graph, tensors: seededTensors(graph, seed) };
    const { gradient, slopes } = bothGradients(program, id, [seed % values.at(-1)!.c], picked);
    expectClose(gradient, slopes, picked, nodes.length);
  });
  fc.assert(law, { numRuns: 150, seed: 1 });
});
