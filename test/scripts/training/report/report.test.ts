import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../../../engine/image/image.ts';
import { evaluation } from '../../../../scripts/training/metrics.ts';
import { confusionSvg } from '../../../../scripts/training/report/confusion.ts';
import { curvesSvg } from '../../../../scripts/training/report/curves.ts';
import { picturedMistakes, type Report, writeReport } from '../../../../scripts/training/report/index.ts';
import { reportHtml } from '../../../../scripts/training/report/page.ts';
import { inkOn, type ThemeName, themes } from '../../../../scripts/training/report/theme.ts';
import { elementsOf, parseXml, textsOf } from './well-formed.ts';

/** Labels and file names that want to be markup. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'&amp;", '\u0000\u001b', '\ud800'),
);

const gray: Image = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 50, 100, 150, 200, 250) };
const rgb: Image = { width: 1, height: 2, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

const sample: Report = {
  title: 'lenet on mnist',
  settings: { data: 'mnist', epochs: 2, lr: 0.001 },
  labels: ['zero', 'one', 'two'],
  epochs: [
    { epoch: 1, trainLoss: 0.6, valLoss: 0.5, valAccuracy: 0.91 },
    { epoch: 2, trainLoss: 0.3, valLoss: 0.4, valAccuracy: 0.95 },
  ],
  bestEpoch: 2,
  evaluation: evaluation([0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.6, 0.3, 0.1], [0, 1, 2], 3),
  mistakes: [
    { index: 2, actual: 2, predicted: 0, loss: Math.LN10, image: gray },
    { index: 7, actual: 1, predicted: 0, loss: 1.5, image: rgb, file: 'one/7.png' },
  ],
  skipped: [{ file: 'two/x.png', reason: 'truncated' }],
};

describe('confusion.svg', () => {
  const matrices = fc.integer({ min: 1, max: 6 }).chain((classes) =>
    fc.tuple(
      fc.array(fc.array(fc.nat(99_999), { minLength: classes, maxLength: classes }), {
        minLength: classes,
        maxLength: classes,
      }),
      fc.array(nasty, { minLength: classes, maxLength: classes }),
    ),
  );

  test('is well-formed and holds every number at its place, shaded by its part of the row', () => {
    fc.assert(
      fc.property(matrices, ([confusion, labels]) => {
        const svg = parseXml(confusionSvg(confusion, labels));
        const cells = elementsOf(svg, 'rect').filter(({ attributes }) => attributes.class === 'cell');
        const numbers = elementsOf(svg, 'g').map((cell) => Number(textsOf(cell, 'text')[0]));
        expect(numbers).toEqual(confusion.flat());
        const across = new Set(cells.map(({ attributes }) => attributes.x)).size;
        expect([cells.length, across]).toEqual([confusion.length ** 2, confusion.length]);
        for (const [row, counts] of confusion.entries()) {
          const total = counts.reduce((sum, count) => sum + count, 0);
          for (const [column, count] of counts.entries()) {
            const shade = Number(cells[row * counts.length + column]?.attributes['fill-opacity']);
            // attributes are written with two places
            expect(Math.abs(shade - (total === 0 ? 0 : count / total))).toBeLessThanOrEqual(0.005 + Number.EPSILON);
          }
        }
      }),
    );
  });

  test('names rows and columns, shortens long names and keeps the whole one in a tooltip', () => {
    const long = 'sign number twelve';
    const svg = parseXml(
      confusionSvg(
        [
          [5, 1],
          [0, 7],
        ],
        ['7', long],
      ),
    );
    expect(textsOf(svg, 'text')).toEqual(expect.arrayContaining(['predicted', 'actual', '7', 'sign nu…twelve']));
    expect(textsOf(svg, 'title').filter((title) => title === long)).toHaveLength(2);
    expect(textsOf(svg, 'title')).toContain(`7 taken for ${long}: 1 of 6 (16.67 %)`);
  });

  test.each(Object.keys(themes) as ThemeName[])('ink on every shade of the %s theme has a contrast of 4.5', (theme) => {
    // WCAG 2.2 §1.4.3, level AA; the luminance is computed afresh here
    const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const channel = (colour: string, at: number) => Number.parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16) / 255;
    for (let share = 0; share <= 1; share += 0.01) {
      const mixed = [0, 1, 2].map(
        (at) => share * channel(themes[theme].hot, at) + (1 - share) * channel(themes[theme].paper, at),
      );
      const [r, g, b] = mixed.map(linear) as [number, number, number];
      const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      const contrast = inkOn(theme, share) === 'black' ? (luminance + 0.05) / 0.05 : 1.05 / (luminance + 0.05);
      expect(contrast).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('curves.svg', () => {
  const figure = fc.oneof(
    fc.double({ min: 0, max: 1000, noNaN: true }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
  );
  const rows = fc
    .array(
      fc.record({
        trainLoss: figure,
        valLoss: fc.option(figure, { nil: undefined }),
        valAccuracy: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 60 },
    )
    .map((figures) => figures.map((row, i) => ({ epoch: i + 1, ...row })));

  test('is well-formed and has no NaN, whatever a run brought', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 60 }), (epochs, best) => {
        const svg = curvesSvg(epochs, best);
        parseXml(svg);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });

  test('has two panels with titles, a legend, epochs below and ticks at the side', () => {
    const svg = parseXml(curvesSvg(sample.epochs ?? [], 2));
    const texts = textsOf(svg, 'text');
    expect(texts).toEqual(
      expect.arrayContaining(['training', 'validation', 'loss', 'accuracy', 'epoch', 'kept', '1', '2']),
    );
    expect(texts).toEqual(expect.arrayContaining(['0', '0.6', '90%', '100%']));
  });

  test('a curve falls where its figures fall, and higher figures stand higher', () => {
    const epochs = [3, 2, 1].map((loss, i) => ({ epoch: i + 1, trainLoss: loss, valLoss: loss + 1 }));
    const paths = elementsOf(parseXml(curvesSvg(epochs)), 'path')
      .filter(({ attributes }) => attributes.class?.startsWith('curve') && attributes.d?.includes('L'))
      .map(({ attributes }) =>
        [...(attributes.d ?? '').matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, , y]) => Number(y)),
      );
    expect(paths).toHaveLength(2);
    const [train, validation] = paths as [number[], number[]];
    for (let i = 0; i < 3; i++) {
      expect(train[i]).toBeGreaterThan(validation[i] as number); // y grows downwards
      if (i > 0) expect(train[i]).toBeGreaterThan(train[i - 1] as number);
    }
  });

  test('leaves out a panel and a series without figures', () => {
    const texts = textsOf(parseXml(curvesSvg([{ epoch: 1, trainLoss: 0.5 }])), 'text');
    expect(texts).not.toContain('accuracy');
    expect(texts).not.toContain('validation');
  });
});

describe('index.html', () => {
  test('text from outside never becomes markup', () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, (title, label, file) => {
        const html = reportHtml({
          ...sample,
          title,
          settings: { [label]: file },
          labels: [label, 'b', label],
          mistakes: [{ index: 0, actual: 0, predicted: 1, loss: 1, image: gray, file }],
          skipped: [{ file, reason: title }],
        });
        expect(html).not.toContain('<script');
        // all of <main> is written as XML, so it can be read as such
        const main = parseXml(html.slice(html.indexOf('<main>'), html.indexOf('</main>') + '</main>'.length));
        const images = elementsOf(main, 'img');
        expect(images.map(({ attributes }) => Object.keys(attributes).sort())).toEqual([['alt', 'src']]);
        expect(images[0]?.attributes.src).toMatch(/^data:image/);
        expect([textsOf(main, 'h1').length, textsOf(main, 'strong').length]).toEqual([1, 1]);
      }),
    );
  });

  test('asks no other host and runs no script', () => {
    const html = reportHtml(sample).replaceAll('http://www.w3.org/2000/svg', '');
    expect(html).not.toMatch(/https?:|<script|<link|url\(|@import/);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  });

  test('shows settings, epochs, figures, and the mistakes as the very pixels', () => {
    const html = reportHtml(sample);
    for (const text of [
      '0.001',
      '95.00 %',
      '66.67 %',
      'two taken for zero',
      'loss 2.30',
      'one/7.png',
      'two/x.png',
      'truncated',
    ]) {
      expect(html).toContain(text);
    }
    const pictures = [...html.matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)].map(([, base64]) => {
      const { width, height, channels, data } = decode(Buffer.from(base64 as string, 'base64'));
      return { width, height, channels, data: Uint8Array.from(data) };
    });
    expect(pictures).toEqual([gray, rgb]);
    expect(html).not.toContain('<rect class="actual"');
  });

  test('shows boxes over the pictures, and what was measured of them', () => {
    const boxes = { predicted: [0, 0, 2, 2], actual: [0, 0, 3, 2], size: { width: 3, height: 2 } };
    const html = reportHtml({
      ...sample,
      epochs: [{ epoch: 1, trainLoss: 0.6, valAccuracy: 0.9, valIoU: 0.7, valLocalizationAccuracy: 0.8 }],
      evaluation: evaluation([0.6, 0.4], [1], 2, { boxes }),
      mistakes: [
        {
          index: 0,
          actual: 1,
          predicted: 1,
          loss: 0.1,
          image: gray,
          iou: 0.4,
          box: [0, 0, 2, 2],
          actualBox: [0, 0, 3, 2],
        },
      ],
    });
    for (const text of [
      'mean IoU',
      '0.667',
      'label right and IoU ½ or more',
      '0.700',
      '80.00 %',
      'IoU 0.40',
      '<strong>one</strong>',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).toContain('viewBox="0 0 3 2"');
    expect(html).toContain('<rect class="actual" x="0" y="0" width="3" height="2"/>');
    expect(html).toContain('<rect class="predicted" x="0" y="0" width="2" height="2"/>');
  });
});

describe('writeReport', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'borde-report-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('writes the four files, and the same ones for the same report', async () => {
    await writeReport(join(folder, 'a/b'), sample);
    await writeReport(join(folder, 'c'), structuredClone(sample));
    const names = ['confusion.svg', 'curves.svg', 'index.html', 'metrics.json'];
    expect((await readdir(join(folder, 'a/b'))).sort()).toEqual(names);
    for (const name of names) {
      expect(await readFile(join(folder, 'c', name), 'utf8')).toBe(await readFile(join(folder, 'a/b', name), 'utf8'));
    }
  });

  test('metrics.json holds the figures, without pictures and without times', async () => {
    const timed = (sample.epochs ?? []).map((row) => ({ ...row, seconds: 1.5, imagesPerSecond: 900 }));
    await writeReport(folder, { ...sample, epochs: timed });
    const json = JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8'));
    expect(json.evaluation.accuracy).toBe(2 / 3);
    expect(json.evaluation.confusion).toEqual(sample.evaluation?.confusion);
    expect(json.epochs).toEqual(sample.epochs);
    expect(json.mistakes).toBeUndefined();
  });

  test('leaves out what there is nothing of', async () => {
    await writeReport(folder, { title: 'nothing', settings: {}, labels: [] });
    expect((await readdir(folder)).sort()).toEqual(['index.html', 'metrics.json']);
  });
});

test('picturedMistakes cuts the pictures out of a split', () => {
  const pixels = new Uint8Array(new SharedArrayBuffer(3 * 6));
  pixels.set(Array.from({ length: 18 }, (_, i) => i));
  const split = { length: 3, pixels, classes: new Uint16Array(new SharedArrayBuffer(6)), files: ['a', 'b', 'c'] };
  const [picture] = picturedMistakes([{ index: 1, actual: 0, predicted: 1, loss: 2 }], split, [1, 2, 3]);
  expect(picture).toEqual({
    index: 1,
    actual: 0,
    predicted: 1,
    loss: 2,
    file: 'b',
    image: { width: 2, height: 1, channels: 3, data: Uint8Array.of(6, 7, 8, 9, 10, 11) },
  });
});
