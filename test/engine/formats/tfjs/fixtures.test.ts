/** Tiny models that TensorFlow.js has run (bench/tfjs/make-fixtures.ts): the engine gives the same numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importTfjs } from '../../../../engine/formats/tfjs/import-model.ts';
import { layers } from '../../../../engine/formats/tfjs/layers/index.ts';
import { operators } from '../../../../engine/formats/tfjs/operators/index.ts';
import { type Model, parseModel, serializeModel } from '../../../../engine/model-file.ts';
import { Session } from '../../../../engine/session.ts';
import { shardReader } from '../../../../scripts/io/external-data.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';

const root = fileURLToPath(new URL('../../../fixtures/tfjs/', import.meta.url));
const names = readdirSync(root);

interface Expected {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: number[] }[];
  readonly outputs: Expected['inputs'];
}

const text = (name: string, file: string): string => readFileSync(`${root}${name}/${file}`, 'utf8');
const expectedOf = (name: string): Expected => JSON.parse(text(name, 'expected.json'));

/** Outputs that are not at the end of the graph are asked for by name. */
const open = (name: string): Model =>
  importTfjs(text(name, 'model.json'), {
    readShard: shardReader(`${root}${name}`),
    ...(!name.startsWith('layers-') && { outputs: expectedOf(name).outputs.map((output) => output.name) }),
  });

/**
 * Sums of up to 75 products of numbers below 2, in another order and with activations of other polynomials: a bound of
 * 2⁻²³ a step, times the largest output (or 1, where all are small).
 */
const TOLERANCE = 75 * 2 ** -23;

describe.each(['baseline', 'relaxed'] as const)('as TensorFlow.js, %s SIMD', (simd) => {
  const kernels = loadKernels('inference', simd);

  test.each(names)('%s', (name) => {
    const { inputs, outputs } = expectedOf(name);
    const model = parseModel(serializeModel(open(name)));
    const feeds = Object.fromEntries(
      model.graph.inputs.map((input, i) => [input.name, Float32Array.from(inputs[i]?.data ?? [])]),
    );
    const results = new Session(model, kernels).run(feeds);
    expect(Object.keys(results)).toEqual(outputs.map((output) => output.name));
    for (const { name: output, shape, data } of outputs) {
      const actual = results[output];
      expect(actual?.shape, output).toEqual(shape);
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const wrong = data.findIndex(
        (value, i) => !(Math.abs(value - (actual?.data[i] ?? Number.NaN)) <= TOLERANCE * largest),
      );
      const found = wrong < 0 ? '' : `${output}[${wrong}]: expected ${data[wrong]}, got ${actual?.data[wrong]}`;
      expect(found).toBe('');
    }
  });
});

/** What TensorFlow.js itself cannot run; operators.test.ts tells what it gives. */
const untested = { operators: ['SpaceToDepth'], layers: ['SpatialDropout2D'] };

const typesIn = (isLayers: boolean, pattern: RegExp): ReadonlySet<string | undefined> =>
  new Set(
    names
      .filter((name) => name.startsWith('layers-') === isLayers)
      .flatMap((name) => [...text(name, 'model.json').matchAll(pattern)].map((match) => match[1])),
  );

test('every operator is in a fixture', () => {
  const types = typesIn(false, /"op":"(\w+)"/g);
  expect(Object.keys(operators).filter((type) => !types.has(type))).toEqual(untested.operators);
});

test('every layer is in a fixture', () => {
  const classes = typesIn(true, /"class_name":"(\w+)"/g);
  expect(Object.keys(layers).filter((type) => !classes.has(type))).toEqual(untested.layers);
});
