import { describe, expect, test } from 'vitest';
import { architectures } from '../../engine/architectures/index.ts';
import { EngineError } from '../../engine/errors.ts';
import { buildGraph } from '../../engine/graph.ts';
import { parseModel, serializeModel } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { lenetModel } from '../scripts/model.ts';
import { seededInput, seededProgram } from '../suites/seeded.ts';

const source = loadKernels('inference', 'baseline');
const program = seededProgram(buildGraph(architectures.resnet8.build({ input: [16, 16, 3], classes: 7 })));
const input = seededInput([4, 16, 16, 3]);

describe('a session', () => {
  test('gives each sample of a batch the bits it has alone, in any order of batch sizes', () => {
    const session = new Session(program, source);
    const together = session.run({ image: input }).logits!;
    expect(together.shape).toEqual([4, 7]);
    for (const [first, count] of [
      [0, 1],
      [1, 3],
      [0, 4],
      [3, 1],
      [1, 2],
    ] as const) {
      const part = session.run({ image: input.subarray(first * 768, (first + count) * 768) }).logits!;
      expect(part.data).toEqual(together.data.subarray(first * 7, (first + count) * 7));
    }
  });

  test('computes what the unfused graph computes', () => {
    const fused = new Session(program, source).run({ image: input }).logits!.data;
    const plain = new Session(program, source, { taps: 'all' }).run({ image: input });
    const scale = plain.logits!.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    // Nine convolutions of up to 576 products each, rounded in another place by the folded norm.
    plain.logits!.data.forEach((value, i) => {
      expect(Math.abs(value - fused[i]!)).toBeLessThan(scale * 9 * 578 * 2 ** -24);
    });
    expect(Object.keys(plain)).toHaveLength(program.graph.nodes.length + 1);
    expect(plain.relu1!.data.every((value) => value >= 0)).toBe(true);
  });

  test('reuses its memory: a thousand runs grow nothing', () => {
    const session = new Session(program, source);
    session.run({ image: input });
    const bytes = session.kernels.memory.buffer.byteLength;
    for (let i = 0; i < 1000; i++) session.run({ image: input.subarray(0, 768) });
    expect(session.kernels.memory.buffer.byteLength).toBe(bytes);
  });

  test('answers the same after whatever ran before', () => {
    const session = new Session(program, source);
    const first = session.run({ image: input }).logits!.data;
    session.run({ image: new Float32Array(4 * 768).fill(Number.NaN) });
    expect(session.run({ image: input }).logits!.data).toEqual(first);
  });

  test('is a pure function of graph, shapes and capabilities', () => {
    const [a, b] = [new Session(program, source), new Session(program, source)];
    expect(a.plan(3).calls).toEqual(b.plan(3).calls);
  });

  test.each([
    ['a missing input', {}, /"image".*missing/],
    ['an unknown input', { image: input, other: input }, /"other".*image/],
    ['half a sample', { image: input.subarray(0, 384) }, /multiple of 768 elements, got 384/],
    ['nothing', { image: new Float32Array(0) }, /got 0/],
  ])('refuses %s', (_, inputs, message) => {
    const session = new Session(program, source);
    expect(() => session.run(inputs as Record<string, Float32Array>)).toThrow(message);
    expect(() => session.run(inputs as Record<string, Float32Array>)).toThrow(EngineError);
  });

  test('made for one batch, it answers as any other and lets go of the weights', () => {
    const tensors = new Map(program.tensors);
    const reserved: number[] = [];
    const session = new Session({ ...program, tensors }, source, { onlyBatch: 1, onReserve: (b) => reserved.push(b) });
    tensors.clear();
    const one = input.subarray(0, 768);
    expect(session.run({ image: one })).toEqual(new Session(program, source).run({ image: one }));
    expect(reserved).toHaveLength(1);
    const held = session.kernels.memory.buffer.byteLength;
    // Memory comes in pages of 64 KiB.
    expect(held - reserved[0]!).toBeGreaterThanOrEqual(0);
    expect(held - reserved[0]!).toBeLessThan(65_536);
    expect(() => session.run({ image: new Float32Array(2 * 768) })).toThrow('1 samples at a time, got 2');
  });

  test('refuses a plan over its budget before it allocates', () => {
    const session = new Session(program, source, { maxBytes: 400_000 });
    const before = session.kernels.memory.buffer.byteLength;
    expect(() => session.run({ image: input })).toThrow(/needs \d+ bytes, at most 400000/);
    expect(session.kernels.memory.buffer.byteLength).toBe(before);
  });
});

test('a model file read and written again is the same file, and the same function', () => {
  const bytes = serializeModel(lenetModel());
  const model = parseModel(bytes);
  expect(serializeModel(model)).toEqual(bytes);
  const picture = seededInput([1, 28, 28, 1]);
  const [a, b] = [model, lenetModel()].map((m) => new Session(m, source).run({ image: picture }).logits!.data);
  expect(a).toEqual(b);
});

test.each([
  [
    'a tensor of another shape',
    'conv1.bias',
    (t: Map<string, unknown>) => t.set('conv1.bias', { shape: [31], data: new Float32Array(31) }),
    /conv1.*bias.*\[31\].*\[32\]/,
  ],
  ['a missing tensor', 'conv1.bias', (t: Map<string, unknown>) => t.delete('conv1.bias'), /conv1.*bias.*missing/],
  [
    'a tensor that nobody uses',
    'x',
    (t: Map<string, unknown>) => t.set('x', { shape: [1], data: new Float32Array(1) }),
    /"x"/,
  ],
])('a model with %s is refused', (_, __, change, message) => {
  const model = lenetModel();
  const tensors = new Map(model.tensors);
  change(tensors as Map<string, unknown>);
  expect(() => parseModel(serializeModel({ ...model, tensors }))).toThrow(message);
});
