/** Grad-CAM against what can be worked out by hand, against PyTorch, and through every task; values of layers. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { importTfjs } from '../../../engine/formats/tfjs/import-model.ts';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng } from '../../../engine/image/png.ts';
import { preprocess, preprocessSchema } from '../../../engine/image/preprocess.ts';
import { type Model, parseDocument, parseModel } from '../../../engine/model-file.ts';
import { quantize } from '../../../engine/quantization/quantize.ts';
import { Session } from '../../../engine/session.ts';
import { tailOf } from '../../../engine/tail.ts';
import { activations, classMap, Explainer, type ExplainOptions } from '../../../engine/tasks/explain.ts';
import { definitionOf } from '../../../engine/tasks/index.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import { GradientSession } from '../../../engine/training/gradient-session.ts';
import { shardReader } from '../../../scripts/io/external-data.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { seededData, seededTensors } from '../../suites/seeded.ts';
import { taskModels } from '../../suites/task-models.ts';
import { node, weights } from '../formats/onnx/models.ts';
import { importParts } from '../formats/onnx/run.ts';
import { errorCode } from '../image/load.ts';

const inference = loadKernels('inference', 'baseline');
const kernels = loadKernels('training', 'baseline');
const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url));

const digits = parseModel(file('models/digits.safetensors'));
const seven = decodePng(file('examples/seven.png'));

const explainer = (model: Model, maxBytes?: number) =>
  new Explainer(new Predictor(model, inference), kernels, maxBytes === undefined ? {} : { maxBytes });
const explain = (model: Model, image: Image, options?: ExplainOptions) => explainer(model).explain(image, options);

const picture = (side: number, channels: 1 | 3 = 3, seed = 1): Image => ({
  width: side,
  height: side,
  channels,
  data: Uint8Array.from(seededData(side * side * channels, seed, 0, 256)),
});

/** The node behind one. */
const readerOf = ({ graph }: Model, id: string): string => graph.nodes.find(({ inputs }) => inputs[0] === id)!.id;

/** What Grad-CAM is where every place's gradient is known to be `share` of these weights: their sum, and its largest as 1. */
function mapOf(values: Float32Array, channelWeights: readonly number[]): number[] {
  const channels = channelWeights.length;
  const sums = Array.from({ length: values.length / channels }, (_, place) =>
    Math.max(
      0,
      channelWeights.reduce((sum, weight, c) => sum + weight * values[place * channels + c]!, 0),
    ),
  );
  const most = Math.max(...sums);
  return sums.map((sum) => (most > 0 ? sum / most : 0));
}

/**
 * Weights and values are the same f32 numbers; a mean of equal gradients is off by a rounding of f32 for each of up to 3
 * operations, a sum of up to 8 such terms of magnitude below 8 with a largest sum above 1 by 8·8·3·2⁻²⁴.
 */
const ROUNDING = 8 * 8 * 3 * 2 ** -24;

const expectMap = (found: Float32Array, expected: readonly number[], bound = ROUNDING) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value), `place ${i}`).toBeLessThan(bound);
  });
};

describe('the map', () => {
  test('weighs channels by their mean gradient and keeps what is positive', () => {
    // Channel 0: gradients 1, 3, −2, 2 → mean 1; channel 1: 0, −4, 0, 2 → −0.5.
    const gradient = Float32Array.of(1, 0, 3, -4, -2, 0, 2, 2);
    const values = Float32Array.of(2, 0, 1, 4, 0, -1, 3, 2);
    // 2, 1 − 2, 0.5, 3 − 1
    expect(classMap(values, gradient, 2)).toEqual(Float32Array.of(1, 0, 0.25, 1));
  });

  test("of a logit that is one place's own has every gradient where it is", () => {
    const gradient = Float32Array.of(1, 0, 3, -4, -2, 0, 2, 2);
    const values = Float32Array.of(2, 0, 1, 4, 0, -1, 3, 2);
    // 2, 3 − 16, 0, 6 + 4
    const expected = Float32Array.of(0.2, 0, 0, 1);
    expect(classMap(values, gradient, 2, true)).toEqual(expected);
  });

  test('of what speaks against a class everywhere is zero', () => {
    expect(classMap(Float32Array.of(1, 2), Float32Array.of(-1, -1), 1)).toEqual(Float32Array.of(0, 0));
  });

  test('of numbers that are none is zero there', () => {
    expect(classMap(Float32Array.of(Number.NaN, 2), Float32Array.of(1, 1), 1)).toEqual(Float32Array.of(0, 1));
  });
});

describe('digits', () => {
  const golden = JSON.parse(file('test/fixtures/explain/grad-cam.json').toString()) as {
    scores: number[];
    maps: { layer: string; class: number; shape: number[]; condition: number; data: number[] }[];
  };

  test.each(golden.maps)(
    'agrees with PyTorch at $layer, class $class',
    ({ layer, class: index, shape, condition, data }) => {
      const found = explain(digits, seven, { layer, class: index });
      expect(found.shape).toEqual(shape);
      expect([found.layer, found.class, found.label]).toEqual([layer, index, String(index)]);
      // A value is a sum of 9 and one of 288 products, a gradient one of 10, 128 and 576; and six decimals of the fixture.
      expectMap(found.data, data, 2 * condition * (9 + 288 + 10 + 128 + 576) * 2 ** -24 + 1e-6);
      // A softmax is off by the error of its logits, below 20 in size.
      expect(Math.abs(found.score - golden.scores[index]!)).toBeLessThan(2 * 20 * (9 + 288 + 1600 + 128) * 2 ** -24);
    },
  );

  test('the best class at the last convolution, unless something else is said', () => {
    const found = explain(digits, seven);
    expect([found.class, found.label, found.layer]).toEqual([7, '7', 'conv2']);
    expect(found.score).toBe((new Predictor(digits, inference).predict(seven) as { score: number }[])[0]!.score);
    expect(found).toEqual(explain(digits, seven, { class: '7', layer: 'conv2' }));
    expect(Math.max(...found.data)).toBe(1);
    expect(Math.min(...found.data)).toBe(0);
  });

  test('a layer is seen behind its activation', () => {
    for (const number of [1, 2]) {
      const [convolution, activation] = [`conv${number}`, `relu${number}`].map((layer) =>
        explain(digits, seven, { layer }),
      );
      expect(convolution).toEqual({ ...activation, layer: `conv${number}` });
    }
  });

  test('is the same at every call, whatever was asked in between', () => {
    const one = explainer(digits);
    const first = one.explain(seven);
    for (const options of [{ layer: 'conv1' }, { class: 3 }, {}]) one.explain(picture(28, 1), options);
    expect(one.explain(seven)).toEqual(first);
  });

  test.each(['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'pool2'])(
    'the value of %s is that of the graph as it is written',
    (layer) => {
      const input = preprocess(seven, digits.card.preprocess!);
      const written = new Session(digits, inference, { taps: 'all' }).run({ image: input })[layer]!;
      const found = activations(digits, inference, seven, layer);
      expect(found.data).toEqual(written.data);
      expect([1, ...found.shape]).toEqual(written.shape);
      expect([found.layer, found.kind]).toEqual([layer, digits.graph.nodes.find(({ id }) => id === layer)!.kind]);
    },
  );

  test('in eight bits: values on levels, gradients of the weights that they stand for', async () => {
    const input = preprocess(seven, digits.card.preprocess!);
    const samples = () => [{ image: input }, { image: preprocess(picture(28, 1), digits.card.preprocess!) }];
    const small = { ...(await quantize(digits, { samples, method: 'minmax', source: kernels })), card: digits.card };
    expect([...small.tensors.values()].some(({ eightBit }) => eightBit)).toBe(true);
    const found = explain(small, seven, { layer: 'pool1' });
    const plain = new Map([...small.tensors].map(([name, { shape, data }]) => [name, { shape, data }]));
    const value = activations(small, inference, seven, 'pool1').data;
    const tail = tailOf(small.graph, 'pool1', 'dense2')!;
    const gradient = new GradientSession({ graph: tail, tensors: plain }, kernels).run({ pool1: value }, [7]);
    expect(found).toMatchObject({ class: 7, data: classMap(value, gradient, 32) });
    expect(found.score).toBe((new Predictor(small, inference).predict(seven) as { score: number }[])[0]!.score);
  });
});

/** A convolution whose channels are averaged and added up: Grad-CAM is CAM (Zhou et al. 2016), a class's weights / (H·W). */
describe('where CAM is defined', () => {
  const build = (...behind: { id: string; kind: string; inputs: string[]; attributes?: object }[]): Model => {
    const nodes = [
      { id: 'a', kind: 'conv2d', inputs: ['image'], attributes: { filters: 8, size: 3, padding: 1 } },
      { id: 'n', kind: 'batchNorm2d', inputs: ['a'] },
      { id: 'r', kind: 'relu', inputs: ['n'] },
      { id: 'g', kind: 'globalAveragePool2d', inputs: ['r'] },
      { id: 'f', kind: 'flatten', inputs: ['g'] },
      { id: 'd', kind: 'dense', inputs: ['f'], attributes: { units: 3 } },
      ...behind,
    ];
    const document = {
      format: 'borde/1',
      inputs: [{ name: 'image', shape: [-1, 6, 6, 3] }],
      nodes,
      outputs: [{ name: 'y', from: nodes.at(-1)!.id }],
      preprocess: { size: [6, 6] },
      task: { kind: 'classify', output: 'y', activation: behind.length > 0 ? 'given' : 'softmax' },
      labels: ['cat', 'dog', '1'],
    };
    const { card, graph } = parseDocument(JSON.stringify(document));
    return { card, graph, tensors: seededTensors(graph) };
  };
  const plain = build();
  const image = picture(6);
  const columns = (model: Model, index: number) =>
    Array.from({ length: 8 }, (_, c) => model.tensors.get('d.filter')!.data[3 * c + index]!);

  test.each([0, 1, 2])('Grad-CAM is CAM, class %i', (index) => {
    const { data } = activations(plain, inference, image, 'r');
    const found = explain(plain, image, { class: index });
    expect(found.layer).toBe('a');
    expectMap(found.data, mapOf(data, columns(plain, index)));
  });

  test('scores that the graph makes itself are seen through', () => {
    const given = build({ id: 's', kind: 'softmax', inputs: ['d'] });
    for (const index of [0, 1, 2]) {
      expect(explain(given, image, { class: index }).data).toEqual(explain(plain, image, { class: index }).data);
    }
    expect(explain(given, image).score).toBe(explain(given, image, { class: explain(plain, image).class }).score);
  });

  test('a class is a label or an index; what is both is the label', () => {
    expect(explain(plain, image, { class: 'dog' }).class).toBe(1);
    expect(explain(plain, image, { class: 1 }).label).toBe('dog');
    expect(explain(plain, image, { class: '0' }).label).toBe('cat');
    expect(explain(plain, image, { class: '1' }).class).toBe(2);
  });

  test('values are those before batch norm and relu are fused', () => {
    const input = preprocess(image, plain.card.preprocess!);
    const written = new Session(plain, inference, { taps: 'all' }).run({ image: input });
    const [before, normed, after] = ['a', 'n', 'r'].map((layer) => activations(plain, inference, image, layer).data);
    expect(before).toEqual(written.a!.data);
    expect(after).toEqual(normed!.map((value) => Math.max(value, 0)));
    // Folded or not: sums of 27 products with three roundings more, below 16 in size.
    expectMap(normed!, [...written.n!.data], 2 * 16 * (27 + 3) * 2 ** -24);
    expect(Math.min(...normed!)).toBeLessThan(0);
  });

  test('imported from ONNX, channels first', () => {
    const parts = {
      inputs: { x: [1, 3, 6, 6] },
      nodes: [
        node('Conv', 'x w', 'a', { pads: [1, 1, 1, 1] }),
        node('Relu', 'a', 'r'),
        node('GlobalAveragePool', 'r', 'g'),
        node('Flatten', 'g', 'f'),
        node('Gemm', 'f v', 'd'),
        node('Softmax', 'd', 'y'),
      ],
      initializers: [weights('w', [8, 3, 3, 3]), weights('v', [8, 3])],
    };
    const imported = importParts(parts);
    const task = { kind: 'classify', output: 'y', activation: 'given' } as const;
    const model: Model = { ...imported, card: { preprocess: plain.card.preprocess!, task } };
    const found = explain(model, image, { class: 2 });
    const { data, shape } = activations(model, inference, image, readerOf(model, found.layer));
    expect(shape).toEqual([6, 6, 8]);
    expect(Math.min(...data)).toBe(0); // behind relu
    const gemm = [...model.tensors.values()].find((tensor) => tensor.shape.join() === '8,3')!.data;
    expectMap(
      found.data,
      mapOf(
        data,
        Array.from({ length: 8 }, (_, c) => gemm[3 * c + 2]!),
      ),
    );
  });
});

test('imported from TensorFlow.js', () => {
  const root = new URL('../../fixtures/tfjs/layers-sequential/', import.meta.url).pathname;
  const imported = importTfjs(readFileSync(`${root}model.json`, 'utf8'), { readShard: shardReader(root) });
  const output = imported.graph.outputs[0]!.name;
  const card = {
    preprocess: v.parse(preprocessSchema, { size: [8, 8], channels: 'gray' }),
    task: { kind: 'classify', output, activation: 'given' } as const,
  };
  const model: Model = { ...imported, card };
  const image = picture(8, 1);
  const found = explain(model, image);
  expect(found.score).toBe((new Predictor(model, inference).predict(image) as { score: number }[])[0]!.score);
  // A slope on each side by the engine itself: the map of the layer's values and the logit's differences.
  const layer = readerOf(model, found.layer);
  const { data, shape } = activations(model, inference, image, layer);
  expect(shape).toEqual([8, 8, 4]);
  const logits = model.graph.nodes.findLast(({ kind }) => kind === 'dense')!.id;
  const tail = new Session({ graph: tailOf(model.graph, layer, logits)!, tensors: model.tensors }, inference);
  const logit = (values: Float32Array) => tail.run({ [layer]: values })[logits]!.data[found.class]!;
  const h = 2 ** -8;
  const slopes = data.map((value, i) => (logit(data.with(i, value + h)) - logit(data.with(i, value - h))) / (2 * h));
  // Piecewise linear: exact but for the rounding of logits below 8 (2·8·36·2⁻²⁴ / 2h = 0.009 of slopes around 1), and kinks.
  expectMap(found.data, [...classMap(data, slopes, 4)], 0.05);
});

/** Two scales of boxes, as SSD has them: 4×4 cells of two boxes, 2×2 cells of one, joined. */
describe('a detector', () => {
  const classes = 3;
  const conv = (id: string, input: string, filters: number, size = 1, stride = 1) => ({
    id,
    kind: 'conv2d',
    inputs: [input],
    attributes: { filters, size, stride, padding: size >> 1 },
  });
  const relu = (id: string, input: string) => ({ id, kind: 'relu', inputs: [input] });
  const reshape = (id: string, input: string, shape: number[]) => ({
    id,
    kind: 'reshape',
    inputs: [input],
    attributes: { shape },
  });
  const nodes = [
    conv('a', 'image', 6, 3, 2),
    relu('ra', 'a'),
    conv('b', 'ra', 8, 3, 2),
    relu('rb', 'b'),
    conv('boxesA', 'ra', 2 * 4),
    conv('boxesB', 'rb', 4),
    reshape('ba', 'boxesA', [1, 32, 4]),
    reshape('bb', 'boxesB', [1, 4, 4]),
    { id: 'boxes', kind: 'concat', inputs: ['ba', 'bb'], attributes: { axis: 1 } },
    conv('scoresA', 'ra', 2 * classes),
    conv('scoresB', 'rb', classes),
    reshape('sa', 'scoresA', [1, 32, classes]),
    reshape('sb', 'scoresB', [1, 4, classes]),
    { id: 'scores', kind: 'concat', inputs: ['sa', 'sb'], attributes: { axis: 1 } },
  ];
  const document = {
    format: 'borde/1',
    inputs: [{ name: 'image', shape: [1, 8, 8, 3] }],
    nodes,
    outputs: [
      { name: 'b', from: 'boxes' },
      { name: 's', from: 'scores' },
    ],
    preprocess: { size: [8, 8] },
    task: {
      kind: 'detect',
      boxes: 'b',
      scores: 's',
      background: 0,
      decode: { kind: 'given', order: 'xyxy', unit: 'relative' },
    },
    labels: ['nothing', 'cat', 'dog'],
  };
  const { card, graph } = parseDocument(JSON.stringify(document));

  /** Boxes of the scale named are surest of everything but the background. */
  const modelOf = (surest: 'A' | 'B'): Model => {
    const tensors = seededTensors(graph);
    const bias = tensors.get(`scores${surest}.bias`)!;
    const raised = bias.data.map((value, i) => value + (i % classes === 0 ? 12 : 10));
    return { card, graph, tensors: new Map(tensors).set(`scores${surest}.bias`, { ...bias, data: raised }) };
  };
  const image = picture(8);

  test.each(['A', 'B'] as const)('is asked through the branch %s that its best box comes from', (scale) => {
    const model = modelOf(scale);
    const found = explain(model, image);
    const [channels, boxes, layer] = scale === 'A' ? [6, 2, 'ra'] : [8, 1, 'rb'];
    expect(readerOf(model, found.layer)).toBe(layer);
    expect(found.class).not.toBe(0);
    expect(found.label).toBe(card.labels![found.class]);
    // A 1×1 convolution: the gradient is its filter, at one cell.
    const predictor = new Predictor(model, inference);
    const target = predictor.target(predictor.run(predictor.prepare(image)));
    const row = Math.floor(target.elements[0]! / classes) - (scale === 'A' ? 0 : 32);
    const column = (row % boxes) * classes + found.class;
    const filter = model.tensors.get(`scores${scale}.filter`)!.data;
    const filterOf = Array.from({ length: channels }, (_, c) => filter[c * boxes * classes + column]!);
    const cell = Math.floor(row / boxes);
    const { data } = activations(model, inference, image, layer);
    const alone = data.map((value, i) => (Math.floor(i / channels) === cell ? value : 0));
    expectMap(found.data, mapOf(alone, filterOf));
  });

  test('of a class that is asked for takes the box that is surest of it, also of the background', () => {
    const model = modelOf('B');
    const predictor = new Predictor(model, inference);
    const outputs = predictor.run(predictor.prepare(image));
    for (const index of [0, 1, 2]) {
      const target = predictor.target(outputs, index);
      const values = [...outputs.s!.data].filter((_, i) => i % classes === index);
      expect(target.elements).toEqual([values.indexOf(Math.max(...values)) * classes + index]);
      expect(target.class).toBe(index);
    }
  });

  test('a layer of the other branch has nothing to do with it', () => {
    expect(() => explain(modelOf('A'), image, { layer: 'rb' })).toThrow('the class does not depend on the layer "rb"');
  });
});

describe('what is asked of a task', () => {
  const predictor = (model: Model) => new Predictor(model, inference);
  const targetOf = (model: Model, image: Image, choice?: string | number) => {
    const one = predictor(model);
    return one.target(one.run(one.prepare(image)), choice);
  };
  const red: Image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 0, 0) };

  test('localize: the class', () => {
    expect(targetOf(taskModels.localize(), red)).toMatchObject({ output: 'scores', elements: [1], class: 1, score: 1 });
    expect(targetOf(taskModels.localize(), red, 2)).toMatchObject({ elements: [2], class: 2, isScores: false });
  });

  test('segment: the logits where the mask is', () => {
    const left = Array.from({ length: 64 }, (_, cell) => cell).filter((cell) => cell % 8 < 4);
    const cat = targetOf(taskModels.segment(), red, 'cat');
    expect(cat.elements).toEqual(left.map((cell) => 3 * cell));
    // Red 8 against 4, as far as the picture is not smoothed between its two pixels.
    expect(cat.score).toBeGreaterThan(0.5);
    const nowhere = targetOf(taskModels.segment(), red, 2);
    expect(nowhere.elements).toEqual(Array.from({ length: 64 }, (_, cell) => 3 * cell + 2));
    expect(targetOf(taskModels.segment(), { ...red, data: new Uint8Array(6) }).label).toBe('dog');
  });

  test.each(['NHWC', 'NCHW'] as const)('a grid: class logits beside objectness, %s', (layout) => {
    // One row of two cells, two anchors, two classes: 7 numbers an anchor.
    const shape = layout === 'NHWC' ? [1, 1, 2, 14] : [1, 14, 1, 2];
    const { card, graph } = parseDocument(
      JSON.stringify({
        format: 'borde/1',
        inputs: [{ name: 'x', shape }],
        nodes: [{ id: 'g', kind: 'relu', inputs: ['x'] }],
        outputs: [{ name: 'g', from: 'g', ...(layout === 'NCHW' && { layout }) }],
        task: {
          kind: 'detect',
          decode: {
            kind: 'grid',
            output: 'g',
            stride: 1,
            anchors: [
              [1, 1],
              [2, 2],
            ],
          },
        },
        preprocess: { size: [2, 1] },
      }),
    );
    const channel = 7 + 5 + 1; // the second anchor's second class
    const place = (cell: number, value: number) => (layout === 'NHWC' ? cell * 14 + value : value * 2 + cell);
    const data = new Float32Array(28).fill(-3);
    data[place(0, 5)] = 9; // a sure class where nothing is
    data[place(1, 7 + 4)] = 4;
    data[place(1, channel)] = 2;
    const context = { labels: undefined, preprocess: card.preprocess!, graph, tensors: new Map() };
    const target = definitionOf(card.task!).explain!(card.task!, { g: { shape, data } }, context, undefined);
    expect(target.elements).toEqual([place(1, channel)]);
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    expect(Math.abs(target.score - sigmoid(4) * sigmoid(2))).toBeLessThan(1e-15);
    expect(target.class).toBe(1);
  });
});

describe('refusals', () => {
  const wrong =
    (options: ExplainOptions, model = digits, image = seven) =>
    () =>
      explain(model, image, options);

  test.each([
    [
      'a class that is not there',
      { class: 'ten' },
      'invalid-input',
      /no class "ten", the model has 10, 0 to 9: 0, 1, 2/,
    ],
    ['an index beyond the last', { class: 10 }, 'invalid-input', /no class "10"/],
    ['a negative index', { class: -1 }, 'invalid-input', /no class "-1"/],
    ['a layer that is not there', { layer: 'conv9' }, 'unknown-layer', /no layer "conv9" among the 10/],
    ['the input, which is no layer', { layer: 'image' }, 'unknown-layer', /no layer "image"/],
    ['a layer without a map', { layer: 'dense1' }, 'invalid-input', /expected a value \[1,H,W,C\], it is \[1,128\]/],
  ] as const)('%s', (_, options, code, sentence) => {
    expect(errorCode(wrong(options))).toBe(code);
    expect(wrong(options)).toThrow(sentence);
  });

  test('a task without classes', () => {
    expect(wrong({}, taskModels.embed(), picture(8))).toThrow(
      'a model that is to embed has no classes to be explained',
    );
  });

  test('a network without convolutions, unless a layer is named', () => {
    expect(wrong({}, taskModels.classify(), picture(8))).toThrow('no convolution with more than one place');
  });

  test('too little memory: tail and head together', () => {
    const enough = explainer(digits);
    enough.explain(seven);
    const { bytes } = enough;
    expect(explainer(digits, bytes).explain(seven).class).toBe(7);
    const scarce = explainer(digits, bytes - 1);
    expect(errorCode(() => scarce.explain(seven))).toBe('limit-exceeded');
    expect(errorCode(() => explainer(digits, 1000).explain(seven))).toBe('limit-exceeded');
  });

  test('values of a layer that is not there, or none', () => {
    expect(errorCode(() => activations(digits, inference, seven, 'x'))).toBe('unknown-layer');
    expect(errorCode(() => activations(digits, inference, seven, 'dense1'))).toBe('invalid-input');
    expect(errorCode(() => activations(digits, inference, seven, 'conv1', { maxBytes: 1000 }))).toBe('limit-exceeded');
  });
});
