/** `borde import`, `export` and `inspect FILE.onnx`, as a user calls them. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../../engine/formats/onnx/export-model.ts';
import {
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from '../../../engine/formats/onnx/schema/onnx_pb.js';
import { buildGraph } from '../../../engine/graph.ts';
import { type Model, parseModel } from '../../../engine/model-file.ts';
import type { Classification } from '../../../engine/tasks/classify.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededInput, seededProgram } from '../../suites/seeded.ts';
import { borde, temporaryFolder } from '../cli.ts';

const DIGITS = 'models/digits.safetensors';

/** A small classifier of colour pictures; `image` as the engine has it, or as ONNX files mostly have it. */
function classifier(layout: 'NHWC' | 'NCHW'): Model {
  const isFirst = layout === 'NCHW';
  const graph = buildGraph({
    inputs: [{ name: 'image', shape: isFirst ? [1, 3, 8, 8] : [1, 8, 8, 3], layout, datatype: 'FP32' }],
    nodes: [
      ...(isFirst
        ? [{ id: 'last', kind: 'transpose', inputs: ['image'], attributes: { permutation: [0, 2, 3, 1] } }]
        : []),
      { id: 'conv', kind: 'conv2d', inputs: [isFirst ? 'last' : 'image'], attributes: { filters: 5, size: 3 } },
      { id: 'relu', kind: 'relu', inputs: ['conv'], attributes: {} },
      { id: 'pool', kind: 'globalAveragePool2d', inputs: ['relu'], attributes: {} },
      { id: 'logits', kind: 'dense', inputs: ['pool'], attributes: { units: 4 } },
    ],
    outputs: [{ name: 'logits', from: 'logits' }],
  });
  return { card: {} as Model['card'], ...seededProgram(graph) };
}

const floats = (path: string): Float32Array => new Float32Array(Uint8Array.from(readFileSync(path)).buffer);

describe('export and import', () => {
  test('bring the digits model back: same numbers, same labels, same answers', async () => {
    const folder = temporaryFolder();
    const [onnx, back] = [join(folder, 'digits.onnx'), join(folder, 'back.safetensors')];
    expect((await borde(['export', DIGITS, '--out', onnx])).code).toBe(0);
    expect((await borde(['import', onnx, '--out', back, '--input-shape', '1,28,28,1'])).code).toBe(0);
    const input = join(folder, 'x.bin');
    writeFileSync(input, new Uint8Array(seededInput([1, 28, 28, 1]).buffer));
    for (const [model, output] of [
      [DIGITS, 'a'],
      [back, 'b'],
    ] as const) {
      const outcome = await borde(['run', model, '--input', input, '--output', join(folder, output)]);
      expect(outcome).toMatchObject({ code: 0, err: '' });
    }
    const [a, b] = [floats(join(folder, 'a')), floats(join(folder, 'b'))];
    a.forEach((value, i) => {
      expect(Math.abs(value - (b[i] as number))).toBeLessThan(1e-4);
    });
    const answers = await Promise.all([DIGITS, back].map((model) => borde(['predict', model, 'examples/seven.png'])));
    expect(answers[1]?.out).toBe(answers[0]?.out);
  });

  test('a picture is handed over with the channels where the input has them', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'net.onnx');
    writeFileSync(path, exportOnnx(classifier('NCHW')));
    const out = join(folder, 'net.safetensors');
    const flags = [
      '--task',
      'classify',
      '--mean',
      '0.5,0.4,0.3',
      '--std',
      '0.2',
      '--labels',
      join(folder, 'labels.txt'),
    ];
    writeFileSync(join(folder, 'labels.txt'), 'ant\nbee\ncat\ndog\n\n');
    const outcome = await borde(['import', path, '--out', out, '--json', ...flags]);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(outcome.out)).toMatchObject({
      out,
      inputs: [{ name: 'image', shape: [1, 3, 8, 8], layout: 'NCHW' }],
      outputs: [{ name: 'logits', layout: 'NC' }],
      transposes: 1,
    });
    const imported = parseModel(readFileSync(out));
    expect(imported.card.preprocess).toMatchObject({
      size: [8, 8],
      channels: 'RGB',
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.2],
    });
    expect(imported.card.labels).toEqual(['ant', 'bee', 'cat', 'dog']);

    const native: Model = { ...classifier('NHWC'), card: imported.card };
    const image = (await loadCodecs()).decode(readFileSync('examples/slide.png'));
    const kernels = loadKernels('inference', 'baseline');
    const [expected, actual] = [native, imported].map(
      (model) => new Predictor(model, kernels).predict(image, { topK: 4 }) as Classification[],
    );
    expect(actual?.map(({ label }) => label)).toEqual(expected?.map(({ label }) => label));
    actual?.forEach(({ score }, i) => {
      expect(Math.abs(score - (expected?.[i]?.score ?? 0))).toBeLessThan(1e-6);
    });
  });

  test('cut where they are told to', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'net.onnx');
    writeFileSync(path, exportOnnx(classifier('NCHW')));
    const out = join(folder, 'part.safetensors');
    const outcome = await borde(['import', path, '--out', out, '--inputs', 'relu', '--outputs', 'pool', '--json']);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    const { inputs, outputs } = JSON.parse(outcome.out);
    expect(inputs).toEqual([{ name: 'relu', shape: [1, 5, 6, 6], layout: 'NCHW' }]);
    expect(outputs).toMatchObject([{ name: 'pool' }]);
  });

  test('the same file is imported to the same bytes', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'net.onnx');
    writeFileSync(path, exportOnnx(classifier('NCHW')));
    const outs = ['a', 'b'].map((name) => join(folder, name));
    for (const out of outs) expect((await borde(['import', path, '--out', out, '--task', 'classify'])).code).toBe(0);
    expect(readFileSync(outs[1] as string)).toEqual(readFileSync(outs[0] as string));
  });
});

describe('inspect', () => {
  test('describes an ONNX file as it would the model, and counts transposes', async () => {
    const path = join(temporaryFolder(), 'net.onnx');
    writeFileSync(path, exportOnnx(classifier('NCHW')));
    const { code, out } = await borde(['inspect', path, '--json']);
    expect(code).toBe(0);
    const { layers, transposes, parameters } = JSON.parse(out);
    expect(transposes).toBe(1);
    expect(parameters).toBe(3 * 3 * 3 * 5 + 5 + 5 * 4 + 4);
    expect(layers.at(-1)).toMatchObject({ kind: 'dense', shape: [1, 4] });
  });

  test('asks for the sides that are open', async () => {
    const path = join(temporaryFolder(), 'digits.onnx');
    await borde(['export', DIGITS, '--out', path]);
    const refused = await borde(['inspect', path]);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('"image" [N,28,28,1]');
    const given = await borde(['inspect', path, '--input-shape', 'image=2,28,28,1', '--json']);
    expect(JSON.parse(given.out).layers.at(-1).shape).toEqual([2, 10]);
  });
});

describe('what cannot be imported is said in one line, and nothing is written', () => {
  /** The small classifier's file after a change. */
  const changed = (change: (model: ModelProto) => void): Uint8Array => {
    const model = fromBinary(ModelProtoSchema, exportOnnx(classifier('NCHW')));
    change(model);
    return toBinary(ModelProtoSchema, model);
  };
  const firstReads = (value: string) =>
    changed(({ graph }) => {
      graph!.node[0]!.input[0] = value;
    });
  /** Puts the filter beside the model. */
  const external = (location: string) =>
    changed((model) => {
      const tensor = model.graph!.initializer.find(({ name }) => name === 'conv.filter')!;
      tensor.rawData = new Uint8Array(0);
      tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
      tensor.externalData = [create(StringStringEntryProtoSchema, { key: 'location', value: location })];
    });

  test.each<[string, () => Uint8Array, readonly string[]]>([
    ['no ONNX', () => new TextEncoder().encode('hello, world'), ['not an ONNX model']],
    ['an empty file', () => new Uint8Array(0), ['not an ONNX model']],
    [
      'a file cut in two',
      () => exportOnnx(classifier('NCHW')).subarray(0, 500),
      ['not an ONNX model, or one that is cut off'],
    ],
    [
      'operators that are not there, all of them',
      () =>
        changed(({ graph }) => {
          graph!.node[1]!.opType = 'LSTM';
          graph!.node[2]!.opType = 'NonMaxSuppression';
        }),
      ['LSTM', 'NonMaxSuppression'],
    ],
    ['a cycle', () => firstReads('pool'), ['cycle', 'node "']],
    ['an input from nowhere', () => firstReads('moon'), ['"moon"', '(Conv)']],
    ['a missing side file', () => external('filter.bin'), ['filter.bin', 'no such file']],
    ['a side file elsewhere', () => external('../../../../etc/passwd'), ["leads out of the model's folder"]],
    ['a side file by an absolute path', () => external('/etc/passwd'), ["leads out of the model's folder"]],
    ['a side file by a link', () => external('link'), ["leads out of the model's folder"]],
  ])('%s', async (_, bytes, words) => {
    const folder = temporaryFolder();
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const [path, out] = [join(folder, 'net.onnx'), join(folder, 'net.safetensors')];
    writeFileSync(path, bytes());
    const outcome = await borde(['import', path, '--out', out]);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err.split('\n')).toHaveLength(1);
    for (const word of [path, ...words]) expect(outcome.err).toContain(word);
    expect(existsSync(out)).toBe(false);
  });

  test('tensors beside the model are read from its folder', async () => {
    const folder = temporaryFolder();
    const model = classifier('NCHW');
    const filter = fromBinary(ModelProtoSchema, exportOnnx(model)).graph!.initializer.find(
      ({ name }) => name === 'conv.filter',
    )!;
    writeFileSync(join(folder, 'filter.bin'), filter.rawData);
    writeFileSync(join(folder, 'net.onnx'), external('filter.bin'));
    writeFileSync(join(folder, 'whole.onnx'), exportOnnx(model));
    for (const name of ['net', 'whole']) {
      const path = join(folder, `${name}.onnx`);
      expect((await borde(['import', path, '--out', join(folder, `${name}.safetensors`)])).code).toBe(0);
    }
    const [parts, whole] = ['net', 'whole'].map((name) =>
      parseModel(readFileSync(join(folder, `${name}.safetensors`))),
    );
    expect(parts?.tensors).toEqual(whole?.tensors);
  });

  test.each([
    [['--input-shape', 'picture=1,3,8,8'], 1],
    [['--input-shape', 'image=1,3,9,9'], 1],
    [['--input-shape', 'image=1,x'], 2],
    [['--task', 'dream'], 2],
    [['--task', '{"kind":"classify","output":"moon"}'], 1],
    [['--mean', '1,2'], 2],
    [['--outputs', 'moon'], 1],
    [['--inputs', 'image,,'], 2],
  ])('%j', async (flags, code) => {
    const folder = temporaryFolder();
    const path = join(folder, 'net.onnx');
    writeFileSync(path, exportOnnx(classifier('NCHW')));
    const out = join(folder, 'out');
    const outcome = await borde(['import', path, '--out', out, ...flags]);
    expect(outcome.code).toBe(code);
    expect(outcome.err).not.toBe('');
    expect(existsSync(out)).toBe(false);
  });
});
