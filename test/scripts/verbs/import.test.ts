/** `borde import`: what it makes of flags, and of models that leave something open; onnx-verbs.test.ts has the way through. */
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/image/codec.ts';
import { parseModel } from '../../../engine/model-file.ts';
import { type ModelParts, node, onnxFile, weights } from '../../engine/formats/onnx/models.ts';
import { seededData } from '../../suites/seeded.ts';
import { borde, temporaryFolder } from '../cli.ts';

const SIDE = 4;
const PIXELS = SIDE * SIDE;

/** A network of one dense layer over a colour picture [1,3,4,4]: no layer of it says what is height and what is width. */
const flat = (matrix: Float32Array, classes: number, scores = false): ModelParts => ({
  inputs: { picture: [1, 3, SIDE, SIDE] },
  outputs: ['y'],
  nodes: [
    node('Flatten', 'picture', 'row'),
    node('Gemm', 'row w', scores ? 'z' : 'y'),
    ...(scores ? [node('Softmax', 'z', 'y')] : []),
  ],
  initializers: [weights('w', [3 * PIXELS, classes], matrix)],
});

/** A convolution over a picture [1,3,4,4]. */
const convolution = (): ModelParts => ({
  inputs: { picture: [1, 3, SIDE, SIDE] },
  outputs: ['y'],
  nodes: [node('Conv', 'picture w', 'maps'), node('GlobalAveragePool', 'maps', 'mean'), node('Flatten', 'mean', 'y')],
  initializers: [weights('w', [5, 3, 3, 3])],
});

function written(parts: ModelParts, folder = temporaryFolder()) {
  const [onnx, out] = [join(folder, 'net.onnx'), join(folder, 'net.safetensors')];
  writeFileSync(onnx, onnxFile(parts));
  return { folder, onnx, out, card: () => parseModel(readFileSync(out)).card };
}

/** A picture of random colours that has the network's size: nothing is resized. */
const noise = (seed: number) => ({
  width: SIDE,
  height: SIDE,
  channels: 3 as const,
  data: Uint8Array.from(seededData(3 * PIXELS, seed, 0, 256)),
});

describe('a picture and a network that reads planes', () => {
  test('give the scores that the planes give by hand', async () => {
    const matrix = seededData(3 * PIXELS * 4, 5);
    const { folder, onnx, out, card } = written(flat(matrix, 4, true));
    expect(await borde(['import', onnx, '--out', out, '--task', 'classify'])).toMatchObject({ code: 0, err: '' });
    expect(card().task).toEqual({ kind: 'classify', output: 'y', activation: 'given' });
    expect(card().preprocess).toMatchObject({ size: [SIDE, SIDE], channels: 'RGB', scale: 1 / 255 });
    const image = noise(3);
    writeFileSync(join(folder, 'noise.png'), encodePng(image));
    const { out: answer } = await borde(['predict', out, join(folder, 'noise.png'), '--json', '--simd', 'baseline']);

    let magnitude = 0;
    const logits = [0, 1, 2, 3].map((klass) => {
      let [sum, size] = [0, 0];
      for (let channel = 0; channel < 3; channel++) {
        for (let pixel = 0; pixel < PIXELS; pixel++) {
          const x = (image.data[3 * pixel + channel] as number) / 255;
          const product = x * (matrix[(channel * PIXELS + pixel) * 4 + klass] as number);
          sum += product;
          size += Math.abs(product);
        }
      }
      magnitude = Math.max(magnitude, size);
      return sum;
    });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    // A sum of K products in f32 is off by K·ε of the sum of their sizes at most; a score follows two such sums, and K
    // leaves room for the rounding of x, which is three operations.
    const bound = 2 * (3 * PIXELS + 3) * 2 ** -24 * magnitude;
    const scores = Object.fromEntries(
      (JSON.parse(answer) as { label: string; score: number }[]).map(({ label, score }) => [label, score]),
    );
    logits.forEach((logit, klass) => {
      expect(Math.abs((scores[klass] as number) - Math.exp(logit) / total)).toBeLessThan(bound);
    });
  });

  test('are evaluated picture by picture', async () => {
    // Red minus blue, and blue minus red.
    const matrix = Float32Array.from({ length: 3 * PIXELS * 2 }, (_, i) => {
      const [plane, klass] = [Math.floor(i / 2 / PIXELS), i % 2];
      return (1 - plane) * (klass === 0 ? 1 : -1);
    });
    const { folder, onnx, out } = written(flat(matrix, 2));
    writeFileSync(join(folder, 'labels.json'), '["red", "sea"]');
    const flags = ['--task', 'classify', '--labels', join(folder, 'labels.json')];
    expect((await borde(['import', onnx, '--out', out, ...flags])).code).toBe(0);
    for (const [name, color] of Object.entries({ red: [250, 40, 20], sea: [10, 60, 240] })) {
      for (const split of ['train', 'test']) {
        mkdirSync(join(folder, 'pictures', split, name), { recursive: true });
        for (let i = 0; i < 3; i++) {
          const data = Uint8Array.from({ length: 3 * PIXELS }, (_, at) => (color[at % 3] as number) + i);
          const png = encodePng({ width: SIDE, height: SIDE, channels: 3, data });
          writeFileSync(join(folder, 'pictures', split, name, `${i}.png`), png);
        }
      }
    }
    const outcome = await borde(['evaluate', out, '--data', `images:${join(folder, 'pictures')}`, '--json']);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(outcome.out)).toMatchObject({
      accuracy: 1,
      images: 6,
      confusion: [
        [3, 0],
        [0, 3],
      ],
    });
  });
});

test('the command in a model’s provenance has a fixed order, whole names, and no paths', async () => {
  const { folder, onnx, out, card } = written(convolution());
  writeFileSync(join(folder, 'labels.txt'), '\uFEFFa\r\nb\r\nc\r\nd\r\ne\r\n\r\n');
  const task = '{"kind":"classify","output":"mean"}';
  const scrambled = ['--task', task, '--std', '0.5', '--labels', join(folder, 'labels.txt'), '--mean', '0.1,0.2,0.3'];
  const more = [
    '--outputs',
    'mean',
    '--input-shape',
    '1,3,4,4',
    '--channels',
    'BGR',
    '--scale',
    '0.01',
    '--fit',
    'crop',
  ];
  const outcome = await borde(['import', ...scrambled, onnx, '--out', out, ...more]);
  expect(outcome).toMatchObject({ code: 0, err: '' });
  expect(card()).toMatchObject({
    labels: ['a', 'b', 'c', 'd', 'e'],
    preprocess: {
      size: [4, 4],
      fit: 'crop',
      channels: 'BGR',
      scale: 0.01,
      mean: [0.1, 0.2, 0.3],
      std: [0.5, 0.5, 0.5],
    },
    provenance: {
      command:
        'borde import --outputs mean --input-shape picture=1,3,4,4 --channels BGR --fit crop --scale 0.01 ' +
        `--mean 0.1,0.2,0.3 --std 0.5 --task '${task}'`,
    },
  });
});

test('--json says inputs and outputs with shape and layout', async () => {
  const { onnx, out } = written(convolution());
  const result = JSON.parse((await borde(['import', onnx, '--out', out, '--json'])).out);
  expect(result).toEqual({
    out,
    inputs: [{ name: 'picture', shape: [1, 3, 4, 4], layout: 'NCHW' }],
    outputs: [{ name: 'y', shape: [1, 5], layout: 'NC' }],
    nodes: expect.any(Number),
    parameters: 5 * 3 * 3 * 3,
    macs: 5 * 3 * 3 * 3 * 4,
    transposes: 1,
    bytes: readFileSync(out).length,
  });
  expect(parseModel(readFileSync(out)).graph.nodes).toHaveLength(result.nodes);
});

test('a model of two inputs has no pictures, but it may classify', async () => {
  const { onnx, out, card } = written({
    inputs: { a: [1, 3, 4, 4], b: [1, 3, 4, 4] },
    nodes: [node('Add', 'a b', 'y')],
  });
  expect((await borde(['import', onnx, '--out', out, '--task', 'classify'])).code).toBe(0);
  expect([card().task?.kind, card().preprocess]).toEqual(['classify', undefined]);
});

describe('refused in one line, and nothing is written', () => {
  test.each<[string, readonly string[], number, string]>([
    ['another size', ['--size', '5,4'], 1, 'the input "picture" is [1,3,4,4], pictures are made as [3,4,5]'],
    ['other channels', ['--channels', 'gray'], 1, '--channels gray: the input "picture" [1,3,4,4] has 3'],
    ['two means', ['--mean', '1,2'], 2, '--mean: expected 1 or 3 numbers, got 2'],
    ['a deviation of zero', ['--std', '0'], 1, '$.preprocess.std[0]'],
    ['two scales', ['--scale', '1,2'], 2, 'expected a number'],
    ['a task that is none', ['--task', 'dream'], 2, '--task: there is no task "dream": known are classify'],
    ['a task of broken JSON', ['--task', '{"kind"'], 2, '--task: not JSON'],
    [
      'a task of another kind',
      ['--task', '{"kind":"dream"}'],
      1,
      '$.task.kind: expected ("classify" | "localize" | "detect" | "segment" | "embed"), got "dream"',
    ],
    ['a shape twice', ['--input-shape', '1,3,4,4', '--input-shape', 'picture=1,3,4,4'], 2, '"picture" is given twice'],
    ['a fit that is none', ['--fit', 'squeeze'], 2, 'stretch, crop, letterbox'],
  ])('%s', async (_, flags, code, sentence) => {
    const { onnx, out } = written(convolution());
    const outcome = await borde(['import', onnx, '--out', out, ...flags]);
    expect(outcome).toMatchObject({ code, out: '' });
    expect(outcome.err).toMatch(/^borde: .+$/);
    expect(outcome.err).toContain(sentence);
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    ['of another number', 'a\nb\n', '2 labels for 5 classes'],
    ['that are numbers', '[1, 2, 3, 4, 5]', 'labels: expected a list of strings'],
    ['that are none', '\n\n', 'labels: there are no labels in it'],
  ])('labels %s', async (_, text, sentence) => {
    const { folder, onnx, out } = written(convolution());
    writeFileSync(join(folder, 'labels'), text);
    const flags = ['--labels', join(folder, 'labels'), '--task', 'classify'];
    const outcome = await borde(['import', onnx, '--out', out, ...flags]);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain(sentence);
    expect(existsSync(out)).toBe(false);
  });

  test('pictures for two inputs', async () => {
    const parts = { inputs: { a: [1, 3, 4, 4], b: [1, 3, 4, 4] }, nodes: [node('Add', 'a b', 'y')] };
    const { onnx, out } = written(parts);
    const outcome = await borde(['import', onnx, '--out', out, '--mean', '0.5']);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain('a picture goes to a model of one input, the inputs are: a, b');
    expect(existsSync(out)).toBe(false);
  });

  test('a file that is too large to be read', async () => {
    const folder = temporaryFolder();
    const [onnx, out] = [join(folder, 'huge.onnx'), join(folder, 'out')];
    writeFileSync(onnx, '');
    truncateSync(onnx, 2 ** 31); // holes take no room on the disk
    const outcome = await borde(['import', onnx, '--out', out]);
    expect(outcome).toEqual({ code: 1, out: '', err: `borde: ${onnx}: the file is larger than 2 GiB` });
    expect(existsSync(out)).toBe(false);
  });

  test('a TensorFlow.js model that is not there, and a graph file of ours', async () => {
    const out = join(temporaryFolder(), 'out');
    const missing = await borde(['import', 'model.json', '--out', out]);
    expect(missing).toEqual({ code: 1, out: '', err: 'borde: model.json: no such file or folder' });
    const graph = await borde(['import', 'examples/dense-against-conv.json', '--out', out]);
    expect(graph.code).toBe(1);
    expect(graph.err).toContain('not a TensorFlow.js model: expected an object with "modelTopology"');
    expect(existsSync(out)).toBe(false);
  });
});

test('a TensorFlow.js model comes in, named after its folder, and is inspected as it is', async () => {
  const source = 'test/fixtures/tfjs/layers-sequential/model.json';
  const out = join(temporaryFolder(), 'model.safetensors');
  expect(await borde(['import', source, '--out', out, '--task', 'classify'])).toMatchObject({ code: 0, err: '' });
  const { card, graph } = parseModel(readFileSync(out));
  expect(card.name).toBe('layers-sequential');
  expect(card.task?.kind).toBe('classify');
  expect(graph.inputs).toEqual([{ name: 'b_conv2d_0_input', shape: [1, 8, 8, 1], layout: 'NHWC', datatype: 'FP32' }]);
  const inspected = await borde(['inspect', source, '--json']);
  expect(inspected).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(inspected.out)).toMatchObject({ parameters: 3 * 3 * 4 + 4 + 64 * 3 + 3 });
});

test('a TensorFlow.js model is cut at names with :0', async () => {
  const source = 'test/fixtures/tfjs/shape-arithmetic/model.json';
  const { nodes } = JSON.parse(readFileSync(source, 'utf8')).modelTopology.node.reduce(
    (found: { nodes: string[] }, { name, op }: { name: string; op: string }) =>
      op === 'ResizeBilinear' ? { nodes: [...found.nodes, name] } : found,
    { nodes: [] },
  );
  const out = join(temporaryFolder(), 'model.safetensors');
  const outcome = await borde(['import', source, '--out', out, '--inputs', 'x:0', '--outputs', `${nodes[0]}:0`]);
  expect(outcome).toMatchObject({ code: 0, err: '' });
  expect(parseModel(readFileSync(out)).graph.outputs.map(({ name }) => name)).toEqual(nodes);
});

test('--help of import lists the operators of the registry', async () => {
  const { out } = await borde(['import', '--help']);
  for (const name of ['Conv', 'Gemm', 'LayerNormalization', '_FusedConv2D', 'ZeroPadding2D'])
    expect(out).toMatch(new RegExp(`\\b${name}\\b`));
});
