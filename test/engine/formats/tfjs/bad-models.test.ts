/** TensorFlow.js models that are refused: in a sentence that names the place. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../../engine/errors.ts';
import { importTfjs } from '../../../../engine/formats/tfjs/import-model.ts';
import { shardReader } from '../../../../scripts/io/external-data.ts';
import { temporaryFolder } from '../../../scripts/cli.ts';
import { document, floats, importJson, importParts, integers, joined, node, placeholder, refusal } from './models.ts';

const x = placeholder('x', [1, 4, 4, 2]);

describe('weights', () => {
  const weight = floats('w', [2], [1, 2]);
  const parts = { nodes: [x, node('y', 'BiasAdd', ['x', 'w'])], weights: [weight] };
  const withPaths = (...paths: string[]) => {
    const json = document(parts) as { weightsManifest: { weights: unknown }[] };
    return { ...json, weightsManifest: [{ paths, weights: json.weightsManifest[0]?.weights }] };
  };

  test('whose bytes do not add up', () => {
    expect(refusal(() => importJson(document(parts), new Uint8Array(7)))).toBe(
      'group 0 of the weights is 8 bytes, its file "weights.bin" has 7',
    );
    expect(refusal(() => importJson(withPaths('a', 'b'), new Uint8Array(8)))).toBe(
      'group 0 of the weights is 8 bytes, its 2 files have 16',
    );
  });

  test.each(['../secret', 'a/../../b', '/etc/passwd', 'C:\\secret', '..\\secret', 'https://example.org/w.bin', 'a\0'])(
    'in %j are not looked for',
    (path) => {
      const read = () => expect.unreachable('the file was read');
      expect(refusal(() => importTfjs(JSON.stringify(withPaths(path)), { readShard: read as never }))).toBe(
        `the weights ${JSON.stringify(path)} lead out of the model's folder`,
      );
    },
  );

  test('in a file that is not there, is too large, or a link out of the folder', () => {
    const folder = temporaryFolder();
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    writeFileSync(join(folder, 'outside'), new Uint8Array(8));
    symlinkSync(join(folder, 'outside'), join(inside, 'link'));
    writeFileSync(join(inside, 'large'), new Uint8Array(9));
    const open = (path: string) =>
      refusal(() => importTfjs(JSON.stringify(withPaths(path)), { readShard: shardReader(inside) }));
    expect(open('missing')).toBe('weights "missing": no such file or folder');
    expect(open('large')).toBe('weights "large": expected at most 8 bytes, the file has 9');
    expect(open('link')).toBe('weights "link": leads out of the model\'s folder');
  });

  test('of absurd sizes', () => {
    const huge = { ...weight, shape: [2 ** 31 - 1, 2 ** 31 - 1] };
    expect(refusal(() => importParts({ ...parts, weights: [huge] }))).toContain(
      'weight "w" [2147483647,2147483647] is too large',
    );
    const many = Array.from({ length: 3 }, (_, i) => ({ ...weight, name: `w${i}`, shape: [2 ** 29] }));
    expect(refusal(() => importParts({ ...parts, weights: many }))).toContain(
      'group 0 of the weights has 6442450944 bytes',
    );
    const negative = { ...weight, shape: [-1] };
    expect(refusal(() => importParts({ ...parts, weights: [negative] }))).toContain(
      '$.weightsManifest[0].weights[0].shape[0]: expected',
    );
  });

  test('of types that are not read, twice, without a scale, or not at all', () => {
    expect(refusal(() => importParts({ ...parts, weights: [{ ...weight, dtype: 'string' }] }))).toBe(
      'weight "w" [2] holds "string", supported are float32, float16, int32, uint8, bool',
    );
    expect(refusal(() => importParts({ ...parts, weights: [weight, weight] }))).toBe('two weights are named "w"');
    const levels = { ...weight, bytes: new Uint8Array(2), quantization: { dtype: 'uint8', scale: 1 } };
    expect(refusal(() => importParts({ ...parts, weights: [levels] }))).toContain(
      'weight "w" [2] is quantized without a scale and a min',
    );
    const orphan = { nodes: [...parts.nodes, node('w', 'Const')] };
    expect(refusal(() => importParts(orphan))).toContain('node "w" (Const): the manifest has no weights for it');
    expect(refusal(() => importParts({ ...parts, weights: [floats('w', [2], [1, Number.NaN])] }))).toContain(
      'constants must be finite',
    );
  });
});

describe('graphs', () => {
  test('every unknown operator is listed at once, with its nodes', () => {
    const nodes = [x, node('a', 'Cosh', ['x']), node('b', 'TopKV2', ['a']), node('c', 'Cosh', ['b'])];
    expect(refusal(() => importParts({ nodes }))).toBe(
      'operators that are not supported: Cosh (nodes "a", "c"); TopKV2 (node "b")',
    );
  });

  test('a cycle, a value that nobody computes, two nodes of one name', () => {
    const cycle = [x, node('a', 'Add', ['x', 'b']), node('b', 'Relu', ['a'])];
    expect(refusal(() => importParts({ nodes: cycle }, { outputs: ['b'] }))).toContain('is part of a cycle');
    expect(refusal(() => importParts({ nodes: [x, node('a', 'Relu', ['q'])] }))).toContain('node "a" (Relu) reads "q"');
    expect(refusal(() => importParts({ nodes: [x, node('a', 'Relu', ['x']), node('a', 'Relu', ['x'])] }))).toBe(
      'two nodes are named "a"',
    );
    expect(refusal(() => importParts({ nodes: [x, node('a', 'Relu', ['x'])] }, { outputs: ['z'] }))).toContain('"z"');
  });

  test('an output that a node does not have', () => {
    const nodes = [x, node('a', 'Relu', ['x']), node('b', 'Relu', ['a:1'])];
    expect(refusal(() => importParts({ nodes }))).toContain('"a:1", output 1 of node "a" (Relu), is not supported');
  });

  test('a side that is open', () => {
    const open = placeholder('x', [1, -1, -1, 3]);
    expect(refusal(() => importParts({ nodes: [open, node('y', 'Relu', ['x'])] }))).toBe(
      'the shape of an input is open in the file: "x" [1,?,?,3]; every side must be given, for example x=1,1,1,3',
    );
  });

  const strides = { strides: { list: { i: ['1', '1', '1', '1'] } }, padding: { s: btoa('SAME') } };
  const filter = floats('w', [1, 1, 3, 1], [1, 2, 3]);
  test.each([
    ['Conv2D', ['x', 'w'], strides, 'its filter [1,1,3,1] expects 3 channels, its input has 2'],
    ['Conv2D', ['x', 'x'], strides, 'the filter (input 1) must be known at import'],
    ['Conv2D', ['x'], strides, 'input 1 is missing'],
    ['Conv2D', ['x', 'w'], { ...strides, data_format: { s: btoa('NCHW') } }, 'data_format NCHW is not supported'],
    ['Conv2D', ['x', 'w'], { ...strides, padding: { s: btoa('MOST') } }, 'padding MOST with 0 numbers'],
    ['Conv2D', ['x', 'w'], { ...strides, strides: { list: { i: ['2', '1', '1', '1'] } } }, 'attribute "strides"'],
    ['Conv2D', ['x', 'w'], { ...strides, strides: { list: { i: ['one'] } } }, 'expected an integer, got "one"'],
    ['_FusedConv2D', ['x', 'u'], { ...strides, fused_ops: { list: { s: [btoa('Cos')] } } }, 'the activation "Cos"'],
    ['Reshape', ['x', 's'], {}, '[1,4,4,2] cannot be reshaped to [5]'],
    ['Transpose', ['x', 's'], {}, 'is no order of 4 axes'],
    ['Split', ['t', 'x'], { num_split: { i: '3' } }, 'does not come apart into 3 equal parts'],
    ['Slice', ['x', 's', 's'], {}, 'begin [5] and size [5] leave [1,4,4,2]'],
    ['MaxPool', ['v'], strides, 'expected an image of 4 axes'],
    ['ConcatV2', ['x', 'v', 't'], {}, 'inputs joined along axis'],
    ['FusedBatchNormV3', ['x', 'v', 'v', 'v', 'v'], { is_training: { b: true } }, 'it is in training mode'],
  ] as const)('%s %j', (op, inputs, attributes, sentence) => {
    const weights = [
      filter,
      floats('u', [1, 1, 2, 1], [1, 2]),
      floats('v', [2], [1, 2]),
      integers('s', [5]),
      integers('t', [1], []),
    ];
    const made = refusal(() => importParts({ nodes: [x, node('y', op, inputs, attributes)], weights }));
    expect(made).toMatch(new RegExp(`^node "y" \\(${op}\\): `));
    expect(made).toContain(sentence);
  });
});

describe('documents', () => {
  test.each([
    ['', 'not JSON'],
    ['{}', 'not a TensorFlow.js model'],
    ['[]', 'not a TensorFlow.js model'],
    ['{"modelTopology":[]}', '$.modelTopology: expected an object'],
    ['{"modelTopology":{"node":{}}}', '$.modelTopology.node: '],
    ['{"modelTopology":{"node":[{"name":"a"}]}}', '$.modelTopology.node[0].op: missing'],
    ['{"modelTopology":{"node":[]}}', 'the model has no outputs'],
    [
      '{"modelTopology":{"class_name":"Other"}}',
      'the model is a "Other", expected one of Sequential, Model, Functional',
    ],
    ['{"modelTopology":{"class_name":"Sequential","config":{"layers":[]}}}', 'a Sequential model has no layers'],
    ['{"modelTopology":{"class_name":"Model","config":{"layers":[]}}}', 'expected the ends of a model'],
    ['{"modelTopology":{"node":[]},"weightsManifest":[{"paths":[]}]}', '$.weightsManifest[0].weights: missing'],
  ])('%s', (json, sentence) => {
    expect(refusal(() => importJson(json))).toContain(sentence);
  });

  test('models in models without end', () => {
    let layer: unknown = { class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 2, 2] } };
    for (let i = 0; i < 1000; i++) layer = { class_name: 'Sequential', config: { name: `m${i}`, layers: [layer] } };
    expect(refusal(() => importJson({ modelTopology: layer }))).toBe('models are nested more than 16 deep');
  });
});

describe('layers', () => {
  const input = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4, 4, 2] } };
  const sequential = (class_name: string, config: object) =>
    importJson({
      modelTopology: {
        class_name: 'Sequential',
        config: { layers: [input, { class_name, config: { name: 'y', ...config } }] },
      },
    });
  test.each([
    ['LSTM', {}, 'operators that are not supported: LSTM (node "y")'],
    ['Conv2D', {}, 'node "y" (Conv2D): the manifest has no weight "kernel" for it'],
    ['MaxPooling2D', { padding: 'most' }, 'node "y" (MaxPooling2D): padding "most" is not supported'],
    ['MaxPooling2D', { data_format: 'channels_first' }, 'data_format "channels_first" is not supported'],
    ['MaxPooling2D', { pool_size: 'big' }, 'configuration "pool_size": expected integers, got "big"'],
    ['Cropping2D', { cropping: 2 }, 'it cuts off more than there is of [1,4,4,2]'],
    ['Activation', { activation: 'cosh' }, 'the activation "cosh" is not supported'],
    ['Reshape', { target_shape: [5] }, 'cannot be reshaped'],
    ['UpSampling2D', { interpolation: 'lanczos3' }, 'interpolation lanczos3 is not supported'],
    ['Add', {}, 'it takes 2 inputs or more, got 1'],
    ['ReLU', { threshold: 1 }, 'a threshold is not supported'],
  ])('%s %j', (type, config, sentence) => {
    expect(refusal(() => sequential(type, config))).toContain(sentence);
  });
});

test('changed models are refused in a sentence, or imported', () => {
  const weights = [floats('w', [1, 1, 2, 1], [1, 2]), integers('s', [1, 16])];
  const strides = { strides: { list: { i: ['1', '1', '1', '1'] } }, padding: { s: btoa('SAME') } };
  const nodes = [x, node('c', 'Conv2D', ['x', 'w'], strides), node('y', 'Reshape', ['c', 's'])];
  const text = JSON.stringify(document({ nodes, weights }));
  const bytes = joined(weights);
  expect(importJson(text, bytes).graph.nodes).toHaveLength(2);
  let imported = 0;
  for (let i = 0; i < text.length; i++) {
    for (const letter of ['0', '"', 'x', '-']) {
      try {
        importJson(`${text.slice(0, i)}${letter}${text.slice(i + 1)}`, bytes);
        imported++;
      } catch (error) {
        expect(error, `${i} ${letter}`).toBeInstanceOf(EngineError);
      }
    }
  }
  expect(imported).toBeGreaterThan(0);
  expect(imported).toBeLessThan(4 * text.length);
});
