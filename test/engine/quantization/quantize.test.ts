/** Calibration and quantization of whole programs: what is refused, what each weight keeps, what has levels. */
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/errors.ts';
import { buildGraph, type GraphDocument } from '../../../engine/graph.ts';
import { parseModel, serializeModel } from '../../../engine/model-file.ts';
import type { Program } from '../../../engine/passes/index.ts';
import { type CalibrationSample, calibrate } from '../../../engine/quantization/calibrate.ts';
import type { Method } from '../../../engine/quantization/observer.ts';
import { quantizationOf, type quantized, quantizeWeight, SCALES } from '../../../engine/quantization/quantization.ts';
import { quantize } from '../../../engine/quantization/quantize.ts';
import { Session } from '../../../engine/session.ts';
import type { Tensor } from '../../../engine/tensor.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { seededData, seededInput, seededTensors } from '../../suites/seeded.ts';

const { source } = trainingBuilds[0] as (typeof trainingBuilds)[number];

type Nodes = GraphDocument['nodes'];

const programOf = (nodes: Nodes, from: string, shape: readonly number[]): Program => {
  const graph = buildGraph({
    inputs: [{ name: 'x', shape: [...shape], datatype: 'FP32' }],
    nodes,
    outputs: [{ name: 'y', from }],
  });
  return { graph, tensors: seededTensors(graph) };
};

const node = (id: string, kind: string, input: string, attributes: object = {}): Nodes[number] => ({
  id,
  kind,
  inputs: [input],
  attributes: { ...attributes },
});

/** Convolution, norm, activation, pooling, dense. */
const small = programOf(
  [
    node('conv', 'conv2d', 'x', { filters: 6, size: 3, padding: 'same' }),
    node('norm', 'batchNorm2d', 'conv'),
    node('act', 'relu', 'norm'),
    node('pool', 'maxPool2d', 'act', { size: 2 }),
    node('flat', 'flatten', 'pool'),
    node('out', 'dense', 'flat', { units: 4 }),
  ],
  'out',
  [-1, 4, 6, 2],
);

const sample = (seed: number): CalibrationSample => ({ x: seededInput([2, 4, 6, 2], seed) });
const samples = () => [sample(1), sample(2)];

const calibrating = (values: readonly string[], given: () => readonly CalibrationSample[], method: Method = 'minmax') =>
  calibrate(small, values, source, given, method);

/** The error that a promise ends in. */
const errorOf = async (promise: Promise<unknown>): Promise<EngineError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
};

describe('calibration', () => {
  test.each(['minmax', 'mse'] as const)(
    '%s: ranges are those of the values, samples taken together',
    async (method) => {
      const found = await calibrating(['x', 'act'], samples, method);
      const session = new Session(small, source, { taps: ['act'] });
      const all = samples().flatMap((each) => [...(session.run(each).act as Tensor).data]);
      const range = quantizationOf(Math.min(...all), Math.max(...all));
      if (method === 'minmax') expect(found.get('act')).toEqual(range);
      else expect(found.get('act')?.scale).toBeLessThanOrEqual(range.scale);
      expect([...found.keys()]).toEqual(['x', 'act']);
    },
  );

  test('the same samples give the same numbers', async () => {
    expect(await calibrating(['x', 'conv'], samples, 'mse')).toEqual(await calibrating(['x', 'conv'], samples, 'mse'));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%f in an input: it is named',
    async (wrong) => {
      const bad = sample(3);
      (bad.x as Float32Array)[5] = wrong;
      const error = await errorOf(calibrating(['x', 'act'], () => [sample(1), bad]));
      expect(error.code).toBe('invalid-input');
      expect(error.message).toBe(`input "x": a value is ${wrong} in calibration, it must be finite`);
    },
  );

  test('a value that overflows: the node is named', async () => {
    const large = { x: (sample(1).x as Float32Array).map((value) => 3e38 * Math.sign(value)) };
    const error = await errorOf(calibrating(['x', 'conv'], () => [large]));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toMatch(/^node "conv": a value is -?(Infinity|NaN) in calibration, it must be finite$/);
  });

  test('no samples', async () => {
    const error = await errorOf(calibrating(['x'], () => []));
    expect([error.code, error.message]).toEqual(['invalid-input', 'there are no samples to calibrate with']);
  });

  test.each([
    [{ x: new Float32Array(49) }, /the input "x" \[-1,4,6,2\]: expected a multiple of 48 elements, got 49/],
    [{}, /the input "x" \[-1,4,6,2\] is missing/],
    [{ x: new Float32Array(48), z: new Float32Array(1) }, /there is no input "z"/],
  ])('a sample of another shape is refused: %#', async (wrong, sentence) => {
    const error = await errorOf(calibrating(['x'], () => [wrong as CalibrationSample]));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toMatch(sentence);
  });
});

describe('a weight', () => {
  const shape = [3, 3, 4, 5];
  const tensor: Tensor = { shape, data: seededData(180, 4, -2, 1).map((value, i) => value * 10 ** -(i % 5)) };

  test.each([
    [1, 5],
    [2, 20],
    [0, 1],
    [4, 180],
  ])('whose last %i axes are channels has a scale for each of %i, and is within half a step', (axes, count) => {
    const { eightBit, data } = quantizeWeight(tensor, axes);
    const { levels, scales } = eightBit as NonNullable<Tensor['eightBit']>;
    expect(scales.length).toBe(count);
    for (let channel = 0; channel < count; channel++) {
      const own = (_: unknown, i: number) => i % count === channel;
      const scale = scales[channel] as number;
      expect(Math.max(...levels.filter(own).map(Math.abs))).toBe(127);
      expect(scale).toBe(Math.fround(Math.max(...tensor.data.filter(own).map(Math.abs)) / 127));
    }
    tensor.data.forEach((value, i) => {
      const scale = scales[i % count] as number;
      // Of scale and product, each rounded once: 127 times 2⁻²³ of a step.
      expect(Math.abs((data[i] as number) - value)).toBeLessThanOrEqual(scale * (0.5 + 127 * 2 ** -23));
      expect(data[i]).toBe(Math.fround((levels[i] as number) * scale));
    });
  });

  test('with a channel of zeros, and one of next to nothing', () => {
    const data = Float32Array.of(1, 0, 1e-44, -2, 0, -1e-43);
    const { eightBit } = quantizeWeight({ shape: [2, 3], data }, 1);
    expect(eightBit?.scales).toEqual(Float32Array.of(2 / 127, 1, SCALES.min));
    // 1/(2/127) = 63.5: halves go up.
    expect(eightBit?.levels).toEqual(Int8Array.of(64, 0, 0, -127, 0, 0));
  });
});

describe('a program', () => {
  test('norms are folded, views and swallowed values have no levels, picks have those of their input', async () => {
    const { graph, tensors } = await quantize(small, { samples, method: 'minmax', source });
    expect(graph.nodes.map(({ kind }) => kind)).toEqual(['conv2d', 'relu', 'maxPool2d', 'flatten', 'dense']);
    const [, activation, pooled] = graph.nodes;
    expect(Object.keys(graph.quantization ?? {}).sort()).toEqual([activation?.id, pooled?.id, 'x'].sort());
    expect(graph.quantization?.[pooled?.id as string]).toEqual(graph.quantization?.[activation?.id as string]);
    // Folded weights have names of their own, and those that they were made of are gone.
    const convolution = graph.nodes[0]?.weights as Record<string, string>;
    expect(tensors.get(convolution.filter as string)?.eightBit?.scales.length).toBe(6);
    const names = [convolution.filter, convolution.bias, 'out.filter', 'out.bias'];
    expect([...tensors.keys()].sort()).toEqual(names.sort());
    expect(tensors.get('out.filter')?.eightBit?.scales.length).toBe(4);
    expect(tensors.get('out.bias')?.eightBit).toBeUndefined();
    const session = new Session({ graph, tensors }, source);
    const kernels = session.plan(2).calls.map(({ kernel }) => kernel);
    expect(kernels).toEqual(['quantize', 'conv2dU8', 'pool2dU8', 'gemmU8']);
  });

  const levelsOf = async (nodes: Nodes, from: string): Promise<readonly string[]> => {
    const { graph } = await quantize(programOf(nodes, from, [-1, 4, 6, 2]), { samples, method: 'minmax', source });
    return Object.keys(graph.quantization ?? {}).sort();
  };
  const convolution = (id: string, input: string) => node(id, 'conv2d', input, { filters: 2, size: 1 });
  const doubled = (id: string, input: string, mode: string) => node(id, 'resize', input, { scales: [2, 2], mode });
  const without = { starts: [0, 1, 0, 0], sizes: [-1, -1, -1, -1] };

  test('what moves or interpolates has levels where it is read so', async () => {
    const nodes = [
      node('cut', 'slice', 'x', without),
      convolution('a', 'cut'),
      doubled('up', 'a', 'linear'),
      convolution('b', 'up'),
      doubled('last', 'b', 'linear'),
      node('swapped', 'transpose', 'last', { permutation: [0, 2, 1, 3] }),
    ];
    expect(await levelsOf(nodes, 'swapped')).toEqual(['a', 'cut', 'up', 'x']);
  });

  test('behind levels, what picks among them keeps them; cubic resizing and means over channels never have any', async () => {
    const nodes = [
      node('act', 'sigmoid', 'x'),
      doubled('near', 'act', 'nearest'),
      doubled('cubic', 'near', 'cubic'),
      node('mean', 'reduceMean', 'cubic', { axes: [3], keepDimensions: true }),
    ];
    expect(await levelsOf(nodes, 'mean')).toEqual(['act', 'near', 'x']);
  });

  test('a product with a constant is one of f32, a gate is one of levels', async () => {
    const gate = [
      node('mean', 'reduceMean', 'x', { axes: [1, 2], keepDimensions: true }),
      node('gate', 'sigmoid', 'mean'),
      { id: 'gated', kind: 'mul', inputs: ['x', 'gate'], attributes: {} },
      { id: 'k', kind: 'constant', inputs: [], attributes: { shape: [2] } },
      { id: 'scaled', kind: 'mul', inputs: ['gated', 'k'], attributes: {} },
    ];
    expect(await levelsOf(gate, 'scaled')).toEqual(['gate', 'gated', 'mean', 'x']);
  });

  test('a depthwise convolution with a residual: the sum is one of levels', async () => {
    const nodes = [
      node('deep', 'depthwiseConv2d', 'x', { size: 3, padding: 'same' }),
      { id: 'sum', kind: 'add', inputs: ['deep', 'x'], attributes: {} },
    ];
    expect(await levelsOf(nodes, 'sum')).toEqual(['deep', 'sum', 'x']);
  });

  test('what was a program stays as it was', async () => {
    const before = [...small.tensors].map(([name, { data }]) => [name, data.slice()]);
    await quantize(small, { samples, method: 'mse', source });
    expect([...small.tensors].map(([name, { data }]) => [name, data])).toEqual(before);
    expect(small.graph.quantization).toBeUndefined();
  });

  test.each(['minmax', 'mse'] as const)(
    '%s: a file of it is read back to the same program and bytes',
    async (method) => {
      const program = await quantize(small, { samples, method, source });
      const file = serializeModel({ card: {}, ...program });
      const read = parseModel(file);
      expect(serializeModel(read)).toEqual(file);
      expect(read.graph.quantization).toEqual(program.graph.quantization);
      for (const [name, { eightBit }] of program.tensors) expect(read.tensors.get(name)?.eightBit).toEqual(eightBit);
      const [a, b] = [program, read].map((each) => new Session(each, source).run(sample(9)));
      expect(a).toEqual(b);
    },
  );

  test('an input that never changes', async () => {
    const constant = () => [{ x: new Float32Array(48).fill(0.75) }];
    for (const method of ['minmax', 'mse'] as const) {
      const program = await quantize(small, { samples: constant, method, source });
      const { x } = program.graph.quantization as { x: Parameters<typeof quantized>[1] };
      expect(x).toEqual({ scale: Math.fround(0.75 / 255), zeroPoint: 0 });
      const [y, plain] = [program, small].map((each) => new Session(each, source).run(constant()[0]!).y as Tensor);
      const range = Math.max(...(plain?.data ?? []).map(Math.abs));
      y?.data.forEach((value, i) => {
        expect(Math.abs(value - (plain?.data[i] as number))).toBeLessThan(0.03 * range);
      });
    }
  });

  test('an input of zeros', async () => {
    const zeros = () => [{ x: new Float32Array(48) }];
    const program = await quantize(small, { samples: zeros, method: 'mse', source });
    expect(program.graph.quantization?.x).toEqual({ scale: 1, zeroPoint: 0 });
    expect(new Session(program, source).run(zeros()[0]!).y?.data.every(Number.isFinite)).toBe(true);
  });

  test.each([0, 1e-12, 1e-30, 1e-42])('a channel whose weights are %f keeps its bias', async (weight) => {
    const dense = programOf(
      [node('out', 'dense', 'x', { units: 3 }), node('act', 'relu', 'out'), node('end', 'dense', 'act', { units: 2 })],
      'end',
      [-1, 4],
    );
    const filter = (dense.tensors.get('out.filter') as Tensor).data.map((value, i) => (i % 3 === 1 ? weight : value));
    const bias = Float32Array.of(0.1, 1.7, -0.2);
    const tensors = new Map([
      ...dense.tensors,
      ['out.filter', { shape: [4, 3], data: filter }] as const,
      ['out.bias', { shape: [3], data: bias }] as const,
    ]);
    const given = () => [{ x: seededInput([8, 4], 3) }];
    const program = await quantize({ ...dense, tensors }, { samples: given, method: 'minmax', source });
    const q = program.graph.quantization?.act as Parameters<typeof quantized>[1];
    const y = new Session(program, source, { taps: ['act'] }).run(given()[0]!).act as Tensor;
    for (let row = 0; row < 8; row++) {
      // Half of a level, and the tap's own.
      expect(Math.abs((y.data[3 * row + 1] as number) - 1.7)).toBeLessThanOrEqual(q.scale);
    }
  });

  test('weights of one sign, activations of one sign: 0 stays 0', async () => {
    const program = programOf(
      [
        node('a', 'conv2d', 'x', { filters: 2, size: 3, padding: 1, bias: false }),
        node('end', 'globalAveragePool2d', 'a'),
      ],
      'end',
      [-1, 3, 3, 1],
    );
    const positive = new Map([...program.tensors].map(([name, t]) => [name, { ...t, data: t.data.map(Math.abs) }]));
    const given = () => [{ x: seededInput([1, 3, 3, 1], 1).map((value) => 2 + value) }];
    const eight = await quantize({ ...program, tensors: positive }, { samples: given, method: 'minmax', source });
    expect(eight.graph.quantization?.x?.zeroPoint).toBe(0);
    expect(new Session(eight, source).run({ x: new Float32Array(9) }).y?.data).toEqual(Float32Array.of(0, 0));
  });
});
