/** Property test: graphs that nobody chose, quantized, written, read, run by every dot product: the bytes of a simulation. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildGraph, type GraphDocument } from '../../../engine/graph.ts';
import { parseModel, serializeModel } from '../../../engine/model-file.ts';
import { optimize } from '../../../engine/passes/index.ts';
import { methods } from '../../../engine/quantization/observer.ts';
import { quantize } from '../../../engine/quantization/quantize.ts';
import { Session } from '../../../engine/session.ts';
import { type QuantizedBuild, quantizedBuilds } from '../../assembly/quantized/builds.ts';
import { simulate } from '../../reference/quantized/simulate.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import { seededInput, seededTensors } from '../../suites/seeded.ts';

type Node = GraphDocument['nodes'][number];

interface Value {
  readonly id: string;
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

const steps = [
  'conv2d',
  'pointwise',
  'normed',
  'grouped',
  'depthwiseConv2d',
  'maxPool2d',
  'averagePool2d',
  'relu',
  'relu6',
  'clip',
  'hardSwish',
  'add',
  'concat',
  'resize',
  'linear',
  'gate',
  'pad',
  'slice',
  'gather',
  'spaceToDepth',
] as const;

interface Step {
  readonly kind: (typeof steps)[number];
  readonly filters: number;
  readonly stride: number;
  readonly bias: boolean;
  /** Which of the earlier values a sum or a concatenation takes beside the last one. */
  readonly other: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...steps),
  filters: fc.integer({ min: 1, max: 11 }),
  stride: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
  other: fc.nat(20),
});

const problem = fc.record({
  side: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })),
  batch: fc.integer({ min: 1, max: 3 }),
  chain: fc.array(step, { minLength: 1, maxLength: 9 }),
  end: fc.constantFrom('dense', 'globalAveragePool2d', 'pointwise', 'residual'),
  method: fc.constantFrom(...methods),
  seed: fc.nat(1000),
  second: fc.nat(20),
});

type Problem = typeof problem extends fc.Arbitrary<infer P> ? P : never;

/** Nodes behind the last value, and the value that they make; undefined where the step does not fit. */
function apply(id: string, { kind, filters, stride, bias, other }: Step, values: readonly Value[]) {
  const last = values.at(-1) as Value;
  const fitting = (fits: (value: Value) => boolean): Value => {
    const all = values.filter(fits);
    return all[other % all.length] as Value;
  };
  const make = (layer: string, attributes: object, change: Partial<Value> = {}, inputs = [last.id]) => {
    const nodes: Node[] = [{ id, kind: layer, inputs, attributes: { ...attributes } }];
    return { nodes, value: { ...last, ...change, id } };
  };
  const halved = { h: Math.ceil(last.h / stride), w: Math.ceil(last.w / stride) };
  const window = { size: 3, stride, padding: 'same' };
  if (kind === 'conv2d') return make(kind, { ...window, filters, bias }, { ...halved, c: filters });
  if (kind === 'pointwise') return make('conv2d', { size: 1, filters, bias }, { c: filters });
  if (kind === 'normed') {
    // One that nobody else reads, so that the norm is folded into it.
    const { nodes, value } = make('conv2d', { ...window, filters, bias }, { ...halved, c: filters });
    const norm: Node = { id: `${id} norm`, kind: 'batchNorm2d', inputs: [id], attributes: {} };
    return { nodes: [...nodes, norm], value: { ...value, id: norm.id } };
  }
  if (kind === 'grouped') {
    const attributes = { ...window, filters: 2 * last.c, groups: last.c, bias };
    return last.c > 12 ? undefined : make('conv2d', attributes, { ...halved, c: 2 * last.c });
  }
  if (kind === 'depthwiseConv2d') return make(kind, { ...window, bias }, halved);
  if (kind === 'maxPool2d') return make(kind, { ...window, size: 2 }, halved);
  if (kind === 'averagePool2d') return make(kind, { ...window, countPadding: bias }, halved);
  if (kind === 'clip') return make(kind, { min: -0.5, max: filters / 4 });
  if (kind === 'add') {
    const same = fitting(({ h, w, c }) => h === last.h && w === last.w && c === last.c);
    return make(kind, {}, {}, bias ? [last.id, same.id] : [same.id, last.id]);
  }
  if (kind === 'concat') {
    const beside = fitting(({ h, w }) => h === last.h && w === last.w);
    return last.c + beside.c > 24 ? undefined : make(kind, { axis: 3 }, { c: last.c + beside.c }, [last.id, beside.id]);
  }
  if (kind === 'resize' || kind === 'linear') {
    const isSmall = last.h * last.w <= 25;
    const mode = kind === 'linear' ? kind : 'nearest';
    return isSmall ? make('resize', { scales: [2, 2], mode }, { h: 2 * last.h, w: 2 * last.w }) : undefined;
  }
  if (kind === 'gate') {
    // Squeeze and excite.
    const gate: Node[] = [
      { id: `${id} mean`, kind: 'reduceMean', inputs: [last.id], attributes: { axes: [1, 2], keepDimensions: true } },
      { id: `${id} excite`, kind: 'conv2d', inputs: [`${id} mean`], attributes: { size: 1, filters: last.c, bias } },
      { id: `${id} gate`, kind: 'hardSigmoid', inputs: [`${id} excite`], attributes: {} },
    ];
    const { nodes, value } = make('mul', {}, {}, bias ? [last.id, `${id} gate`] : [`${id} gate`, last.id]);
    return { nodes: [...gate, ...nodes], value };
  }
  if (kind === 'pad') {
    const sides = [
      [0, 0],
      [1, 0],
      [stride, 1],
      [0, 0],
    ] as const;
    const padding = sides.map((side) => [...side]);
    const attributes = bias ? { padding, mode: 'edge' } : { padding, value: filters / 8 };
    return make(kind, attributes, { h: last.h + 1, w: last.w + stride + 1 });
  }
  if (kind === 'slice') {
    if (last.w < 2) return undefined;
    return make(kind, { starts: [0, 0, 1, 0], sizes: [-1, -1, -1, -1] }, { w: last.w - 1 });
  }
  if (kind === 'gather') {
    const indices = Array.from({ length: filters }, (_, i) => (i * 7 + other) % last.c);
    return make(kind, { axis: 3, indices }, { c: filters });
  }
  if (kind === 'spaceToDepth') {
    const fits = last.h % 2 === 0 && last.w % 2 === 0 && last.c <= 6;
    return fits ? make(kind, { block: 2 }, { h: last.h / 2, w: last.w / 2, c: 4 * last.c }) : undefined;
  }
  return make(kind, {});
}

function documentOf({ side: [h, w, c], chain, end, second }: Problem): GraphDocument & { readonly format: 'borde/1' } {
  const values: Value[] = [{ id: 'x', h, w, c }];
  const nodes: Node[] = [];
  chain.forEach((each, i) => {
    const made = apply(`n${i}`, each, values);
    if (!made) return;
    nodes.push(...made.nodes);
    values.push(made.value);
  });
  const last = values.at(-1) as Value;
  const push = (id: string, kind: string, inputs: readonly string[], attributes: object = {}) =>
    nodes.push({ id, kind, inputs: [...inputs], attributes: { ...attributes } });
  if (end === 'dense') push('flat', 'flatten', [last.id]);
  if (end === 'dense') push('end', 'dense', ['flat'], { units: 5 });
  if (end === 'globalAveragePool2d') push('end', end, [last.id]);
  if (end === 'pointwise') push('end', 'conv2d', [last.id], { filters: 3, size: 1 });
  if (end === 'residual') push('before', 'conv2d', [last.id], { filters: last.c, size: 1 });
  if (end === 'residual') push('end', 'add', ['before', last.id]);
  const inner = values[1 + (second % (values.length - 1))]?.id ?? 'end';
  return {
    format: 'borde/1',
    inputs: [{ name: 'x', shape: [-1, h, w, c], datatype: 'FP32' }],
    nodes,
    outputs: [
      { name: 'y', from: 'end' },
      { name: 'inner', from: inner },
    ],
  };
}

const [baseline] = quantizedBuilds as [QuantizedBuild];
const plain = new LayerRunner(baseline.source);

test('quantized, written, read, run: what plain integers make of the same levels', async () => {
  let onLevels = 0;
  const law = fc.asyncProperty(problem, async (p) => {
    const graph = buildGraph(documentOf(p));
    const program = { graph, tensors: seededTensors(graph, p.seed) };
    const shape = [p.batch, ...p.side];
    const samples = [1, 2].map((seed) => ({ x: seededInput(shape, p.seed + seed) }));
    const small = await quantize(program, { samples: () => samples, method: p.method, source: baseline.source });
    const file = serializeModel({ card: {}, ...small });
    const model = parseModel(file);
    expect(serializeModel(model)).toEqual(file);
    expect(model.graph.quantization).toEqual(small.graph.quantization);

    // Beyond what calibration saw, too.
    const x = seededInput(shape, p.seed + 3).map((value) => 1.3 * value);
    const expected = simulate(optimize(model), { x: { shape, data: x } }, ({ kind, attributes }, data) => {
      return plain.forward({ kind, attributes, x: [{ shape: [data.length], data }], w: {} }).data;
    });
    for (const { label, source, path } of quantizedBuilds) {
      const session = new Session(model, { ...source, capabilities: { ...source.capabilities, dot8: path } });
      const found = session.run({ x });
      expect(found, label).toEqual(expected);
      onLevels += session
        .plan(p.batch)
        .calls.filter(({ kernel }) => kernel === 'conv2dU8' || kernel === 'gemmU8').length;
    }
  });
  await fc.assert(law, { numRuns: 150 });
  expect(onLevels).toBeGreaterThan(500);
});
