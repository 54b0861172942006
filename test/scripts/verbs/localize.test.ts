/** A localizer from pictures with boxes: trained, resumed, evaluated and asked. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../../engine/image/codec.ts';
import { parseModel, serializeModel } from '../../../engine/model-file.ts';
import { Random } from '../../../engine/random.ts';
import { shapeNames } from '../../../scripts/training/data-sets/shape-outline.ts';
import { drawShapePicture } from '../../../scripts/training/data-sets/shape-picture.ts';
import { borde } from '../cli.ts';

const PICTURES = 72;
const lines = (text: string) => text.split('\n').map((line) => JSON.parse(line) as Record<string, number>);

/** Pictures with boxes in labels.csv, and the same ones without. */
function writePictures(folder: string): void {
  mkdirSync(join(folder, 'boxed'));
  mkdirSync(join(folder, 'plain'));
  const rows = Array.from({ length: PICTURES }, (_, i) => {
    const label = shapeNames[i % shapeNames.length]!;
    const { image, box } = drawShapePicture(new Random(5, i), label);
    const split = i < PICTURES - 12 ? 'train' : 'test';
    for (const place of ['boxed', 'plain']) writeFileSync(join(folder, place, `${i}.png`), encodePng(image));
    return [`${i}.png,${label},${split}`, box.join()];
  });
  writeFileSync(join(folder, 'boxed/labels.csv'), ['file,label,split,xmin,ymin,xmax,ymax', ...rows].join('\n'));
  writeFileSync(join(folder, 'plain/labels.csv'), ['file,label,split', ...rows.map(([row]) => row)].join('\n'));
}

const folder = mkdtempSync(join(tmpdir(), 'borde-localize-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const small = ['--model', 'localizer', '--size', '32,32', '--batch', '32', '--simd', 'baseline', '--epochs', '3'];
const train = (out: string, ...more: string[]) =>
  borde(['train', '--data', `images:${at('boxed')}`, ...small, '--out', out, '--json', ...more]);

let epochs: Record<string, number>[];
beforeAll(async () => {
  writePictures(folder);
  const { code, out, err } = await train(at('whole'), '--threads', '1');
  expect([code, err]).toEqual([0, '']);
  epochs = lines(out);
});

describe('training', () => {
  test('tells of each epoch how boxes are found, beside what it always tells', () => {
    expect(Object.keys(epochs[0]!)).toEqual([
      'epoch',
      'seconds',
      'imagesPerSecond',
      'trainLoss',
      'valLoss',
      'valAccuracy',
      'valIoU',
      'valLocalizationAccuracy',
    ]);
    expect(epochs[2]!.trainLoss!).toBeLessThan(epochs[0]!.trainLoss!);
  });

  test('gives the same file with two threads, and after an interruption', async () => {
    const bytes = readFileSync(at('whole'));
    expect((await train(at('threads'), '--threads', '2')).code).toBe(0);
    expect(readFileSync(at('threads')).equals(bytes)).toBe(true);
    const args = ['train', '--data', `images:${at('boxed')}`, ...small, '--out', at('cut'), '--json'];
    expect((await borde(args, (_, interrupt) => interrupt())).code).toBe(1);
    expect(existsSync(at('cut'))).toBe(false);
    expect((await borde(['train', '--resume', at('cut.checkpoint'), '--threads', '2'])).code).toBe(0);
    expect(readFileSync(at('cut')).equals(bytes)).toBe(true);
  });

  test('writes a card that says how answers are read, and how good they are', () => {
    const { task, provenance, labels } = parseModel(readFileSync(at('whole'))).card;
    expect(task).toEqual({
      kind: 'localize',
      box: 'box',
      scores: 'scores',
      activation: 'softmax',
      order: 'xyxy',
      unit: 'relative',
    });
    expect(labels).toEqual(shapeNames);
    expect(Object.keys(provenance?.metrics ?? {}).sort()).toEqual([
      'accuracy',
      'localizationAccuracy',
      'meanIou',
      'validationAccuracy',
      'validationLocalizationAccuracy',
      'validationMeanIou',
    ]);
  });

  test('keeps the epoch that localizes best, of equals the one with the higher IoU', async () => {
    const { out } = await borde(['train', '--data', `images:${at('boxed')}`, ...small, '--out', at('shown')]);
    const kept = Number(/the weights of epoch (\d)/.exec(out)![1]);
    const better = (a: Record<string, number>, b: Record<string, number>) =>
      b.valLocalizationAccuracy! - a.valLocalizationAccuracy! || b.valIoU! - a.valIoU! || a.epoch! - b.epoch!;
    expect(kept).toBe(epochs.toSorted(better)[0]!.epoch);
    expect(out).toMatch(/epoch 1 .* accuracy [\d.]+ % {2}mean IoU 0\.\d{3} {2}localisation accuracy [\d.]+ %/);
  });
});

describe('a localizer is not trained', () => {
  test.each<[string, string, string[], RegExp]>([
    ['without boxes', 'plain', [], /images: its pictures have no boxes, with which localizer is trained/],
    ['with mixed pictures', 'boxed', ['--mixup', '0.2'], /--mixup changes pictures and not their boxes/],
    ['on augmented pictures', 'boxed', ['--augment', 'examples/augment.json'], /--augment changes pictures and not/],
  ])('%s', async (_, data, more, message) => {
    const { code, err } = await borde(['train', '--data', `images:${at(data)}`, ...small, '--out', at('no'), ...more]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(existsSync(at('no'))).toBe(false);
  });

  test('but a classifier is, and looks at no box', async () => {
    const args = ['--model', 'resnet8', '--epochs', '1', '--mixup', '0.2', '--json', '--out', at('classes')];
    const { code, out } = await borde(['train', '--data', `images:${at('boxed')}`, ...args]);
    expect(code).toBe(0);
    expect(lines(out)[0]).not.toHaveProperty('valIoU');
    const { task } = parseModel(readFileSync(at('classes'))).card;
    expect(task).toEqual({ kind: 'classify', output: 'logits', activation: 'softmax' });
  });
});

describe('a graph file with the outputs scores and box', () => {
  const write = (units: number) => {
    const dense = (id: string, count: number) => ({
      id,
      kind: 'dense',
      inputs: ['flat'],
      attributes: { units: count },
    });
    const graph = {
      format: 'borde/1',
      inputs: [{ name: 'picture', shape: [-1, 8, 8, 3], layout: 'NHWC', datatype: 'FP32' }],
      nodes: [{ id: 'flat', kind: 'flatten', inputs: ['picture'] }, dense('what', 6), dense('where', units)],
      outputs: [
        { name: 'box', from: 'where' },
        { name: 'scores', from: 'what' },
      ],
    };
    writeFileSync(at('graph.json'), JSON.stringify(graph));
    const args = ['--data', `images:${at('boxed')}`, '--model', at('graph.json'), '--epochs', '1'];
    return borde(['train', ...args, '--out', at('own'), '--json']);
  };

  test('is trained to localize, whatever their order', async () => {
    const { code, out } = await write(4);
    expect(code).toBe(0);
    expect(lines(out)[0]).toHaveProperty('valIoU');
    expect(parseModel(readFileSync(at('own'))).card.task).toMatchObject({ kind: 'localize', box: 'box' });
  });

  test('has four numbers a box', async () => {
    const { code, err } = await write(5);
    expect(code).toBe(1);
    expect(err).toContain('graph.json: its output "box" is [1,5], a box has 4 numbers');
  });
});

describe('evaluate', () => {
  const evaluate = (model: string, data: string, ...more: string[]) =>
    borde(['evaluate', at(model), '--data', `images:${at(data)}`, ...more]);

  test('measures labels and boxes as the card does', async () => {
    const { code, out } = await evaluate('whole', 'boxed', '--simd', 'baseline', '--json');
    expect(code).toBe(0);
    const found = JSON.parse(out);
    const { metrics } = parseModel(readFileSync(at('whole'))).card.provenance!;
    expect(found).toMatchObject({
      images: 12,
      accuracy: metrics!.accuracy,
      meanIou: metrics!.meanIou,
      localizationAccuracy: metrics!.localizationAccuracy,
    });
    expect(found.worst[0]).toMatchObject({
      iou: expect.any(Number),
      box: expect.any(Array),
      actualBox: expect.any(Array),
    });
  });

  test('says so to people, and draws the worst', async () => {
    const { out } = await evaluate('whole', 'boxed', '--report', at('report'));
    expect(out).toMatch(/mean IoU 0\.\d{3}, label right and IoU ½ or more [\d.]+ %/);
    expect(readFileSync(at('report/index.html'), 'utf8')).toContain('<rect class="predicted"');
  });

  test('measures labels alone where pictures have no boxes', async () => {
    const { code, out } = await evaluate('whole', 'plain', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ accuracy: expect.any(Number) });
    expect(JSON.parse(out)).not.toHaveProperty('meanIou');
  });
});

test('evaluate says which tasks it measures', async () => {
  const { card, ...model } = parseModel(readFileSync(at('whole')));
  const embed = { ...card, task: { kind: 'embed', output: 'box' } } as typeof card;
  writeFileSync(at('embed'), serializeModel({ ...model, card: embed }));
  const { code, err } = await borde(['evaluate', at('embed'), '--data', `images:${at('boxed')}`]);
  expect(code).toBe(1);
  expect(err).toMatch(/embed: its task is "embed", pictures with a class each measure "classify" and "localize"/);
});

test('predict answers with label, score and a box in the picture', async () => {
  const { code, out } = await borde(['predict', at('whole'), join(at('boxed'), '0.png'), '--json']);
  expect(code).toBe(0);
  const text = JSON.stringify(JSON.parse(out));
  expect(text).toMatch(/"label":"(arrow|circle|cross|square|star|triangle)","score":[\d.e-]+,"box":\{"xmin":[\d.]+/);
});
