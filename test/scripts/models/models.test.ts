/** The models that ship: what their files say, and what they answer about photographs whose contents are known. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { decodePng } from '../../../engine/image/png.ts';
import { type Model, parseModel, serializeModel } from '../../../engine/model-file.ts';
import { overlap } from '../../../engine/tasks/boxes.ts';
import type { Detection } from '../../../engine/tasks/detect.ts';
import type { Embedding } from '../../../engine/tasks/embed.ts';
import { Predictor } from '../../../engine/tasks/predictor.ts';
import type { Segmentation } from '../../../engine/tasks/segment.ts';
import { loadCodecs } from '../../../scripts/codecs.ts';
import { loadKernels } from '../../../scripts/kernels.ts';
import { agreementOf } from '../../../scripts/quantization/agreement.ts';

const read = (name: string): Model => parseModel(readFileSync(`models/${name}.safetensors`));
const ours = ['coco-detector', 'coco-detector-f16', 'coco-backbone', 'selfie-segmenter'] as const;
const models = new Map(ours.map((name) => [name, read(name)]));
const modelOf = (name: (typeof ours)[number]): Model => models.get(name) as Model;
const source = loadKernels('inference', 'baseline');

let cat: Image;
let astronaut: Image;
beforeAll(async () => {
  const codecs = await loadCodecs();
  cat = codecs.decode(readFileSync('test/fixtures/photos/chelsea.jpg'));
  astronaut = codecs.decode(readFileSync('test/fixtures/photos/astronaut.jpg'));
});

test.each(ours)('%s says what it is for, where it is from and what made it', (name) => {
  const { card } = modelOf(name);
  expect(card.name).toBe(name);
  expect(card.provenance).toMatchObject({ licence: 'Apache-2.0', data: { name: expect.any(String) } });
  const script = /^npm run (\S+)$/.exec(card.provenance?.command ?? '')?.[1] ?? '';
  expect(JSON.parse(readFileSync('package.json', 'utf8')).scripts).toHaveProperty(script);
});

test.each(ours)('%s is no larger than the worker takes, and is written as it is read', (name) => {
  const bytes = readFileSync(`models/${name}.safetensors`);
  expect(bytes.length).toBeLessThanOrEqual(25 * 2 ** 20);
  expect(Buffer.from(serializeModel(modelOf(name))).equals(bytes)).toBe(true);
});

test('every file of models/ has a task and how pictures are prepared for it', () => {
  const files = readdirSync('models').filter((file) => file.endsWith('.safetensors'));
  for (const file of files) {
    const { card } = parseModel(readFileSync(`models/${file}`));
    expect(card, file).toMatchObject({ task: { kind: expect.any(String) }, preprocess: { size: expect.any(Array) } });
  }
});

/** Anchors of TensorFlow's ssd_anchor_generator for ssdlite_mobilenet_v2_coco: x, y, width, height. */
function anchors(): number[] {
  const scales = [...Array.from({ length: 6 }, (_, i) => 0.2 + (0.75 * i) / 5), 1];
  return [19, 10, 5, 3, 2, 1].flatMap((cells, layer) => {
    const scale = scales[layer]!;
    // The lowest layer has fewer; its first is small.
    const lowest = [0.1, scale, scale].map((each, i) => [each, [1, 2, 0.5][i]!] as const);
    const others = [1, 2, 0.5, 3, 0.3333].map((ratio) => [scale, ratio] as const);
    const shapes = layer === 0 ? lowest : [...others, [Math.sqrt(scale * scales[layer + 1]!), 1] as const];
    return Array.from({ length: cells * cells }, (_, cell) =>
      shapes.flatMap(([size, ratio]) => [
        ((cell % cells) + 0.5) / cells,
        (Math.floor(cell / cells) + 0.5) / cells,
        size * Math.sqrt(ratio),
        size / Math.sqrt(ratio),
      ]),
    ).flat();
  });
}

describe.each(['coco-detector', 'coco-detector-f16'] as const)('%s', (name) => {
  test('has 80 classes and the anchors of its paper, unrounded', () => {
    const { card, tensors } = modelOf(name);
    expect(card.labels).toHaveLength(80);
    expect(new Set(card.labels).size).toBe(80);
    expect(tensors.get('anchors')?.shape).toEqual([1917, 4]);
    // A corner is a centre less half a side: three numbers below 2, rounded to f32; two corners make a side, rounded too.
    const bound = (2 * 3 + 1) * 2 ** -24;
    const data = tensors.get('anchors')!.data;
    const apart = anchors().map((each, i) => Math.abs(each - data[i]!));
    expect(apart).toHaveLength(data.length);
    expect(Math.max(...apart)).toBeLessThanOrEqual(bound);
  });

  test('finds the cat, and the astronaut', () => {
    const predictor = new Predictor(modelOf(name), source);
    const [found] = predictor.predict(cat) as Detection[];
    expect(found?.label).toBe('cat');
    // The cat fills the picture below its ears, drawn by hand.
    expect(overlap(found!.box, { xmin: 30, ymin: 0, xmax: 451, ymax: 300 })).toBeGreaterThan(0.7);
    const [person] = predictor.predict(astronaut) as Detection[];
    expect(person?.label).toBe('person');
    expect(overlap(person!.box, { xmin: 0, ymin: 10, xmax: 340, ymax: 384 })).toBeGreaterThan(0.7);
  });
});

test('the segmenter’s mask is the astronaut, not what is behind her', () => {
  const [found, ...others] = new Predictor(modelOf('selfie-segmenter'), source).predict(astronaut) as Segmentation[];
  expect(others).toEqual([]);
  expect(found?.label).toBe('person');
  const { width, data } = decodePng(Buffer.from(found!.mask, 'base64'));
  const at = (x: number, y: number) => data[y * width + x];
  // Face, both shoulders, chest; flag, shuttle, the wall between.
  const inside = [at(168, 80), at(90, 200), at(240, 220), at(150, 330)];
  const outside = [at(30, 60), at(340, 60), at(300, 160), at(10, 10)];
  expect([inside, outside]).toEqual([Array(4).fill(255), Array(4).fill(0)]);
});

test('the backbone gives 1,280 numbers, those of a mirrored picture nearer than those of another', () => {
  const model = modelOf('coco-backbone');
  expect(model.graph.nodes.map(({ id }) => id)).toContain('FeatureExtractor/MobilenetV2/Conv_1/Relu6');
  const predictor = new Predictor(model, source);
  const features = (image: Image) => (predictor.predict(image) as Embedding).embedding;
  const [one, other] = [features(cat), features(astronaut)];
  expect(one).toHaveLength(1280);
  expect(Math.min(...one)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...one)).toBeLessThanOrEqual(6);
  expect(cosine(one, features(mirrored(cat)))).toBeGreaterThan(cosine(one, other));
});

function mirrored({ width, height, channels, data }: Image): Image {
  const turned = data.map((_, i) => {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return data[(y * width + width - 1 - x) * channels + (i % channels)]!;
  });
  return { width, height, channels, data: turned };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

describe('agreement', () => {
  const inputs = (model: Model) =>
    [cat, astronaut].map((image) => ({ image: new Predictor(model, source).prepare(image) }));

  test('a model agrees with itself, on boxes and on masks', () => {
    const [detector, segmenter] = [modelOf('coco-detector-f16'), modelOf('selfie-segmenter')];
    const boxes = agreementOf({ before: detector, after: detector }, inputs(detector), source);
    expect(boxes).toEqual({ count: expect.any(Number), share: 1 });
    expect(boxes?.count).toBeGreaterThanOrEqual(2);
    const masks = agreementOf({ before: segmenter, after: segmenter }, inputs(segmenter), source);
    expect(masks?.share).toBe(1);
  });

  test('one whose labels are others does not', () => {
    const before = modelOf('coco-detector-f16');
    const after = { ...before, card: { ...before.card, labels: before.card.labels?.map((label) => `${label}?`) } };
    expect(agreementOf({ before, after } as never, inputs(before), source)?.share).toBe(0);
  });

  test('where nothing is found there is none', () => {
    const before = modelOf('coco-detector-f16');
    const gray = { image: new Float32Array(300 * 300 * 3) };
    expect(agreementOf({ before, after: before }, [gray], source)).toBeUndefined();
  });
});
