/** Models cut at values inside: the middle of a network as a model of its own. */
import { describe, expect, test } from 'vitest';
import { Session } from '../../../../engine/session.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { seededInput } from '../../../suites/seeded.ts';
import { integers, type ModelParts, node, type Sides, weights } from './models.ts';
import { refused } from './refusal.ts';
import { importParts } from './run.ts';

const parts: ModelParts = {
  inputs: { x: [1, 2, 4, 4] },
  nodes: [
    node('Conv', 'x w', 'a'),
    node('Relu', 'a', 'b'),
    node('Flatten', 'b', 'c'),
    node('Gemm', 'c m', 'd'),
    node('Softmax', 'd', 'y'),
  ],
  initializers: [weights('w', [3, 2, 3, 3]), weights('m', [12, 5], 8)],
};

const source = loadKernels('inference', 'baseline');
const run = (model: ReturnType<typeof importParts>, inputs: Record<string, Float32Array>) =>
  new Session(model, source).run(inputs);

const withHint = (hints: Readonly<Record<string, Sides>>): ModelParts => ({ ...parts, hints });

describe.each([
  ['with the shape in the file', withHint({ a: [1, 3, 2, 2], b: [1, 3, 2, 2], c: [1, 12], d: [1, 5] })],
  ['without', parts],
])('a model cut at inner values, %s', (_, file) => {
  test.each([['a'], ['b'], ['c'], ['d']])('at %s: both halves compute what the whole does', (name) => {
    const x = seededInput([1, 2, 4, 4]);
    const whole = run(importParts(file), { x }).y!;
    const first = run(importParts(file, { outputs: [name] }), { x })[name]!;
    const second = importParts(file, { inputs: [name] });
    expect(second.graph.inputs.map(({ name: own, shape }) => [own, shape])).toEqual([[name, first.shape]]);
    const y = run(second, { [name]: first.data }).y!;
    expect(y.shape).toEqual(whole.shape);
    // Rows of the matrix may change places, and sums of 12 products with them: δ in a logit is 2·δ in a probability.
    const most = Math.max(1, ...first.data.map(Math.abs));
    const bound = 2 * (2 * 14 * 12 * most + 20) * 2 ** -24;
    y.data.forEach((value, i) => {
      expect(Math.abs(value - (whole.data[i] as number))).toBeLessThan(bound);
    });
  });

  test('between two of them', () => {
    const model = importParts(file, { inputs: ['b'], outputs: ['d', 'c'] });
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['d', 'c']);
    expect(model.graph.nodes.map(({ kind }) => kind)).not.toContain('conv2d');
    expect(Object.values(run(model, { b: seededInput([1, 3, 2, 2]) })).map(({ shape }) => shape)).toEqual([
      [1, 5],
      [1, 12],
    ]);
  });

  test('at several inputs, one of them the file’s own', () => {
    const two = {
      ...file,
      nodes: [...(file.nodes ?? []), node('Mul', 'b k', 'e'), node('Add', 'e a', 'z')],
      initializers: [...(file.initializers ?? []), weights('k', [3, 1, 1])],
    };
    const model = importParts(two, { inputs: ['x', 'b', 'a'], outputs: ['z', 'a'] });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x', 'b', 'a']);
    const [a, b] = [seededInput([1, 3, 2, 2], 3), seededInput([1, 3, 2, 2], 4)];
    const k = seededInput([3, 1, 1], 7);
    const { z, a: passed } = run(model, { x: seededInput([1, 2, 4, 4]), a, b });
    expect(passed!.data).toEqual(a);
    // One product and one sum, each rounded once: of numbers below 1.
    z!.data.forEach((value, i) => {
      expect(Math.abs(value - (b[i]! * k[Math.floor(i / 4)]! + a[i]!))).toBeLessThan(3 * 2 ** -24);
    });
  });

  test('an input that is the output is copied', () => {
    const model = importParts(file, { inputs: ['b'], outputs: ['b'] });
    const b = seededInput([1, 3, 2, 2]);
    expect(run(model, { b }).b!.data).toEqual(b);
  });
});

test('a shape that is given counts for more than one that is left open', () => {
  const open = withHint({ c: ['n', 12] });
  expect(refused(open, { inputs: ['c'] }).message).toMatch(/"c" \[n,12\]/);
  expect(importParts(open, { inputs: ['c'], shapes: { c: [7, 12] } }).graph.inputs[0]!.shape).toEqual([7, 12]);
  expect(refused(open, { inputs: ['c'], shapes: { c: [7, 13] } }).message).toMatch(/its shape is \[n,12\], \[7,13\]/);
  expect(importParts(parts, { inputs: ['c'], shapes: { c: [7, 12] } }).graph.inputs[0]!.shape).toEqual([7, 12]);
  expect(refused(parts, { inputs: ['c'], shapes: { x: [1, 2, 4, 4] } }).message).toMatch(/"x"; the inputs are "c"/);
});

test('what is before a cut may be unknown, where the shape need not be worked out', () => {
  const file = { ...parts, nodes: [node('Foo', 'x', 'b'), ...(parts.nodes ?? []).slice(2)] };
  expect(importParts(file, { inputs: ['b'], shapes: { b: [1, 3, 2, 2] } }).graph.nodes.length).toBeGreaterThan(0);
  expect(refused(file, { inputs: ['b'] }).message).toMatch(/Foo \(node "b"\)/);
});

test('values of more than six axes, or of integers, are no cut', () => {
  const file: ModelParts = {
    inputs: { x: [2, 4] },
    nodes: [node('Reshape', 'x s', 'a'), node('Relu', 'a', 'b'), node('Shape', 'b', 'c'), node('Reshape', 'b t', 'y')],
    initializers: [integers('s', 1, 2, 1, 1, 2, 1, 2), integers('t', 8)],
  };
  expect(refused(file, { inputs: ['b'] }).message).toMatch(/at most 6 axes/);
  expect(refused(file, { outputs: ['b'] }).message).toMatch(/at most 6 axes/);
  expect(refused(file, { outputs: ['c'] }).message).toMatch(/holds int64/);
});
