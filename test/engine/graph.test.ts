import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import { buildGraph, inferShapes } from '../../engine/graph.ts';
import { parseDocument } from '../../engine/model-file.ts';

const conv = (id: string, input: string, attributes: object = { filters: 2, size: 3 }) => ({
  id,
  kind: 'conv2d',
  inputs: [input],
  attributes,
});

const document = (nodes: unknown[], changes: object = {}) =>
  JSON.stringify({
    format: 'borde/1',
    inputs: [{ name: 'image', shape: [-1, 8, 8, 1] }],
    nodes,
    outputs: [{ name: 'y', from: (nodes.at(-1) as { id: string }).id }],
    ...changes,
  });

const errorOf = (json: string): EngineError => {
  try {
    parseDocument(json);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
  }
  throw new Error('no error was thrown');
};

describe('a graph document', () => {
  test('gets its shapes at any batch', () => {
    const { graph } = parseDocument(document([conv('a', 'image'), conv('b', 'a', { filters: 5, size: 3, stride: 2 })]));
    expect(inferShapes(graph, 1).of('b')).toEqual([1, 2, 2, 5]);
    expect(inferShapes(graph, 7).of('b')).toEqual([7, 2, 2, 5]);
  });

  test('is put into running order', () => {
    const { graph } = parseDocument(document([conv('b', 'a'), conv('a', 'image'), conv('c', 'b')]));
    expect(graph.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['a list', '[]', /expected an object/],
    ['null', 'null', /expected an object/],
    ['a text', '"a"', /expected an object/],
  ])('refuses attributes that are %s', (_, attributes, message) => {
    const error = errorOf(document([{ ...conv('a', 'image'), attributes: JSON.parse(attributes) }]));
    expect([error.code, error.path]).toEqual(['invalid-graph', '$.nodes[0].attributes']);
    expect(error.message).toMatch(message);
  });

  test('keeps its order where that runs', () => {
    const nodes = [conv('z', 'image'), conv('m', 'image'), conv('a', 'z')];
    expect(parseDocument(document(nodes)).graph.nodes.map(({ id }) => id)).toEqual(['z', 'm', 'a']);
  });

  test.each<[string, string, string, string, RegExp]>([
    ['text that is no JSON', '{', 'invalid-json', '', /not JSON/],
    ['another format', document([conv('a', 'image')], { format: 'borde/2' }), 'invalid-graph', '$.format', /borde\/1/],
    ['an unknown key', document([conv('a', 'image')], { extra: 1 }), 'invalid-graph', '$.extra', /unknown key/],
    [
      'an unknown kind',
      document([{ ...conv('a', 'image'), kind: 'conv3d' }]),
      'invalid-graph',
      '$.nodes[0].kind',
      /conv3d.*conv2d/,
    ],
    [
      'an unknown attribute',
      document([conv('a', 'image', { filters: 1, size: 3, strides: 2 })]),
      'invalid-graph',
      '$.nodes[0].attributes.strides',
      /unknown key/,
    ],
    [
      'a wrong attribute',
      document([conv('a', 'image', { filters: 0, size: 3 })]),
      'invalid-graph',
      '$.nodes[0].attributes.filters',
      /0/,
    ],
    [
      'a missing attribute',
      document([conv('a', 'image', { size: 3 })]),
      'invalid-graph',
      '$.nodes[0].attributes.filters',
      /missing/,
    ],
    ['a dangling input', document([conv('a', 'picture')]), 'invalid-graph', '$.nodes[0].inputs[0]', /picture/],
    ['a cycle', document([conv('a', 'b'), conv('b', 'a')]), 'invalid-graph', '$.nodes', /cycle/],
    [
      'a name given twice',
      document([conv('a', 'image'), conv('a', 'image')]),
      'invalid-graph',
      '$.nodes[1].id',
      /taken/,
    ],
    [
      'too many inputs',
      document([{ ...conv('a', 'image'), inputs: ['image', 'image'] }]),
      'invalid-graph',
      '$.nodes[0].inputs',
      /1/,
    ],
    [
      'a window that does not fit',
      document([conv('a', 'image', { filters: 1, size: 9 })]),
      'shape-mismatch',
      '',
      /node "a".*9×9/,
    ],
    [
      'groups that do not divide',
      document([conv('a', 'image', { filters: 4, size: 3, groups: 3 })]),
      'shape-mismatch',
      '',
      /node "a".*groups/,
    ],
    [
      'a tensor beyond 32-bit memory',
      document([conv('a', 'image', { filters: 1_000_000, size: 1 })], {
        inputs: [{ name: 'image', shape: [-1, 60_000, 60_000, 1] }],
      }),
      'limit-exceeded',
      '',
      /too large/,
    ],
  ])('is refused with %s', (_, json, code, path, message) => {
    const error = errorOf(json);
    expect(error.code).toBe(code);
    expect(error.path ?? '').toBe(path);
    expect(error.message).toMatch(message);
  });

  test('of the largest size is checked in a moment', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) =>
      conv(`n${i}`, i === 0 ? 'image' : `n${i - 1}`, { filters: 1, size: 1 }),
    );
    expect(
      parseDocument(document(nodes.reverse(), { outputs: [{ name: 'y', from: 'n9999' }] })).graph.nodes,
    ).toHaveLength(10_000);
    const error = errorOf(document([...nodes, conv('more', 'image')]));
    expect(error.code).toBe('invalid-graph');
  });
});

test.each([
  [[[1, 0]], 'dense', { units: 3 }, 'an input [1,0] has no channels'],
  [[[1, 4, 4, 0]], 'conv2d', { filters: 3, size: 1 }, 'an input [1,4,4,0] has no channels'],
  [[[1, 4, 4, 0]], 'convTranspose2d', { filters: 3, size: 2 }, 'an input [1,4,4,0] has no channels'],
  [
    [
      [2, 0],
      [0, 3],
    ],
    'matMul',
    {},
    'a product of [2,0] and [0,3]: sums of nothing',
  ],
])('sums of nothing are refused, since no kernel ends on them: %j %s', (shapes, kind, attributes, sentence) => {
  const names = shapes.map((_, i) => `x${i}`);
  const graph = buildGraph({
    inputs: shapes.map((shape, i) => ({ name: names[i] as string, shape, datatype: 'FP32' as const })),
    nodes: [{ id: 'a', kind, inputs: names, attributes }],
    outputs: [{ name: 'y', from: 'a' }],
  } as Parameters<typeof buildGraph>[0]);
  expect(() => inferShapes(graph, 1)).toThrow(sentence);
});
