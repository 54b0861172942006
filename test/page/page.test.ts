/** The built page in a real browser, under the headers that it is served with. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { decodePng } from '../../engine/image/png.ts';
import { encodePng } from '../../engine/image/png-encode.ts';
import { parseModel } from '../../engine/model-file.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { digitInput } from '../../page/digit-input.ts';
import { examples } from '../../page/examples.ts';
import { strings } from '../../page/strings.ts';
import { rasterize, type Stroke } from '../../page/strokes.ts';
import { buildPage } from '../../scripts/build/page.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { openBrowser } from '../suites/browser.ts';
import { type Handler, type PageServer, servePage } from './server.ts';
import {
  canvasPixels,
  drawWithFinger,
  drawWithMouse,
  networkInput,
  nextFrame,
  probabilities,
  visit,
} from './visitor.ts';

const model = parseModel(await readFile(new URL('../../models/digits.safetensors', import.meta.url)));
const predictor = new Predictor(model, loadKernels('inference', 'baseline'));
const one: Stroke = [
  { x: 0.52, y: 0.15 },
  { x: 0.48, y: 0.85 },
];

/** Fused and unfused builds, relaxed and baseline, round differently: about K·ε for the longest sum, K = 1600. */
const SCORE_TOLERANCE = 1600 * 2 ** -23;

let browser: Browser;
let server: PageServer;
let folder: string;
/** What answers in the worker's place; a test may change it. */
let worker: Handler;

/** Answers as the worker does: PNG in, the predictor's answer out. */
const honestWorker: Handler = (request, body, response) => {
  const topK = Number(new URL(request.url as string, 'http://localhost').searchParams.get('top_k'));
  response.writeHead(200, { 'content-type': 'application/json', 'server-timing': 'decode;dur=0.1, run;dur=0.4' });
  response.end(JSON.stringify(predictor.predict(decodePng(body), { topK })));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borde-page-'));
  await buildPage({ output: join(folder, 'page') });
  worker = honestWorker;
  server = await servePage(join(folder, 'page'), {
    '/v1/models/digits/predict': (request, body, response) => worker(request, body, response),
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The scores of a picture as Node computes them, in the labels' order. */
function scoresOf(picture: Image): number[] {
  const answer = predictor.predict(picture, { topK: 10 });
  return (model.card.labels as string[]).map((wanted) => answer.find(({ label }) => label === wanted)?.score as number);
}

function expectScores(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((score, i) => {
    expect(Math.abs(score - (expected[i] as number))).toBeLessThanOrEqual(SCORE_TOLERANCE);
  });
}

describe('drawing', () => {
  test('a "1" by mouse: ten probabilities that make 1, and the answer', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    await drawWithMouse(page, [one]);
    const scores = await probabilities(page);
    expect(scores).toHaveLength(10);
    expect(scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 5);
    expect(scores[1]).toBeGreaterThan(0.5);
    expect(await page.locator('.answer output').textContent()).toContain('1');
    expect(await page.locator('.bars .top .label').textContent()).toBe('1');
    expect(await page.locator('.answer .time').textContent()).toMatch(/^\d+(\.\d)? ms a run$/);
    // The bar of the answer is the tallest.
    const heights = await page.locator('.bars .fill').evaluateAll(async (fills) => {
      await Promise.all(fills.flatMap((fill) => fill.getAnimations()).map((animation) => animation.finished));
      return fills.map((fill) => fill.getBoundingClientRect().height);
    });
    expect(heights.indexOf(Math.max(...heights))).toBe(1);
    expect(troubles).toEqual([]);
    await close();
  });

  test('what the network sees is what Node makes of the same example, bit by bit, and reads the same', async () => {
    const { page, close } = await visit(browser, server.url);
    for (const [digit, strokes] of examples.entries()) {
      await page.getByRole('button', { name: strings.en.example(digit) }).click();
      await nextFrame(page);
      const picture = digitInput(rasterize(strokes));
      expect(await networkInput(page)).toEqual([...picture.data]);
      expectScores(await probabilities(page), scoresOf(picture));
    }
    await close();
  });

  test('every layer shows itself, differently for another digit', async () => {
    const { page, close } = await visit(browser, server.url);
    const ids = model.graph.nodes.map(({ id }) => id);
    expect(await page.locator('[data-layer]').evaluateAll((rows) => rows.map((row) => row.dataset.layer))).toEqual(ids);
    const sheets = async () => {
      await nextFrame(page);
      return Promise.all(ids.map((id) => canvasPixels(page, `[data-layer="${id}"] > :last-child canvas`)));
    };
    await drawWithMouse(page, [one]);
    const before = await sheets();
    await drawWithMouse(page, [
      [
        { x: 0.2, y: 0.5 },
        { x: 0.8, y: 0.5 },
      ],
    ]);
    const after = await sheets();
    ids.forEach((id, i) => {
      const [[pixels]] = [before[i] as number[][]] as [[number[]]];
      expect(new Set(pixels).size, id).toBeGreaterThan(2);
      expect((after[i] as number[][])[0], id).not.toEqual(pixels);
    });
    await close();
  });

  test('undo and clear', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    await drawWithMouse(page, [one]);
    const withOne = await networkInput(page);
    await drawWithMouse(page, [
      [
        { x: 0.2, y: 0.2 },
        { x: 0.8, y: 0.2 },
      ],
    ]);
    expect(await networkInput(page)).not.toEqual(withOne);
    await page.keyboard.press('Control+z');
    await nextFrame(page);
    expect(await networkInput(page)).toEqual(withOne);
    await page.getByRole('button', { name: strings.en.clear }).click();
    await nextFrame(page);
    expect(new Set(await networkInput(page))).toEqual(new Set([0]));
    expect(await probabilities(page)).toEqual(Array(10).fill(0));
    expect(await page.locator('.answer output').textContent()).toContain(strings.en.noAnswer);
    await page.getByRole('button', { name: strings.en.undo }).click();
    await nextFrame(page);
    expect(await networkInput(page)).toEqual(withOne);
    expect(troubles).toEqual([]);
    await close();
  });
});

describe('feature maps', () => {
  test('one is enlarged with its filter, follows the pen, and is closed again', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    const map = page.getByRole('button', { name: strings.en.map(5, 'relu1'), exact: true });
    await map.click();
    const detail = page.locator('.detail');
    await detail.getByText(strings.en.filter(5, 'conv1', '3 × 3')).waitFor();
    expect(await detail.locator('.filter rect').count()).toBe(9);
    const weights = model.tensors.get('conv1.filter') as Tensor;
    const filter = weights.data.filter((_, i) => i % 32 === 4);
    expect(await detail.locator('.filter text').allTextContents()).toEqual(
      [...filter].map((weight) =>
        weight
          .toFixed(2)
          .replace(/^-0\.00$/, '0.00')
          .replace('-', '−'),
      ),
    );
    const [before] = await canvasPixels(page, '.detail figure > canvas');
    await drawWithMouse(page, [one]);
    const [after] = await canvasPixels(page, '.detail figure > canvas');
    expect(after).toHaveLength(26 * 26);
    expect(after).not.toEqual(before);

    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await detail.getByText(strings.en.map(6, 'relu1'), { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await close();
  });

  test('a deep filter shows a window for each map that it reads', async () => {
    const { page, close } = await visit(browser, server.url);
    await page.getByRole('button', { name: strings.en.map(64, 'pool2'), exact: true }).click();
    await page.locator('.detail .windows canvas').nth(31).waitFor();
    await nextFrame(page);
    const windows = await canvasPixels(page, '.detail .windows canvas');
    expect(windows.map(({ length }) => length)).toEqual(Array(32).fill(9));
    expect(new Set(windows.flat()).size).toBeGreaterThan(50);
    await close();
  });

  test('the table adds up', async () => {
    const { page, close } = await visit(browser, server.url);
    const column = async (n: number, rows: string) =>
      (await page.locator(`${rows} td:nth-child(${n})`).allTextContents()).map((text) =>
        Number(text.replaceAll(',', '').replace('–', '0')),
      );
    const totals = [await column(3, 'tbody'), await column(4, 'tbody')].map((cells) => cells.reduce((a, b) => a + b));
    expect([...(await column(2, 'tfoot')), ...(await column(3, 'tfoot'))]).toEqual(totals);
    expect(totals).toEqual([225_034, 2_631_040]);
    await close();
  });
});

describe('pictures', () => {
  /** An example drawn in black on white paper, twice as large. */
  const paper = (digit: number): Image => {
    const ink = digitInput(rasterize(examples[digit] as readonly Stroke[]));
    const data = new Uint8Array(56 * 56).map((_, i) => {
      const [x, y] = [(i % 56) >> 1, Math.floor(i / 56) >> 1];
      return 255 - (ink.data[y * 28 + x] as number);
    });
    return { width: 56, height: 56, channels: 1, data };
  };

  const negative = (image: Image): Image => ({ ...image, data: image.data.map((value) => 255 - value) });

  test('a dropped PNG is read as the command line would, inverted because it is bright', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    const base64 = Buffer.from(encodePng(paper(4))).toString('base64');
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'four.png', { type: 'image/png' }));
      const pad = document.querySelector('.pad canvas');
      for (const type of ['dragover', 'drop']) pad.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true }));
    }`);
    const invert = page.getByRole('checkbox', { name: strings.en.invert });
    await invert.waitFor();
    await nextFrame(page);
    expect(await invert.isChecked()).toBe(true);
    expectScores(await probabilities(page), scoresOf(negative(paper(4))));
    expect((await probabilities(page))[4]).toBeGreaterThan(0.5);
    await invert.uncheck();
    await nextFrame(page);
    expectScores(await probabilities(page), scoresOf(paper(4)));
    expect(troubles).toEqual([]);
    await close();
  });

  test('a chosen file, light on dark, stays as it is; drawing is one click away', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    const file = { name: 'six.png', mimeType: 'image/png', buffer: Buffer.from(encodePng(negative(paper(6)))) };
    await page.locator('input[type=file]').setInputFiles(file);
    const invert = page.getByRole('checkbox', { name: strings.en.invert });
    await invert.waitFor();
    expect(await invert.isChecked()).toBe(false);
    expect((await probabilities(page))[6]).toBeGreaterThan(0.5);
    await page.getByRole('button', { name: strings.en.backToDrawing, exact: true }).click();
    await drawWithMouse(page, [one]);
    expect((await probabilities(page))[1]).toBeGreaterThan(0.5);
    expect(troubles).toEqual([]);
    await close();
  });

  test('what is no picture is named, and the drawing stays', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    const before = await networkInput(page);
    const file = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor();
    expect(await networkInput(page)).toEqual(before);
    expect(troubles).toEqual([]);
    await close();
  });
});

describe('the worker', () => {
  test('gets the same picture and agrees', async () => {
    const { page, troubles, close } = await visit(browser, server.url);
    await drawWithMouse(page, [one]);
    await page.getByRole('button', { name: strings.en.askWorker }).click();
    await page.getByText(strings.en.agrees).waitFor();
    expect(await page.locator('.worker dd').last().textContent()).toMatch(/^1 .*% \d.* ms there and back, 0\.4 ms/);
    await drawWithMouse(page, [
      [
        { x: 0.2, y: 0.2 },
        { x: 0.8, y: 0.2 },
      ],
    ]);
    await page.getByText(strings.en.agrees).waitFor({ state: 'detached' }); // that was another picture
    expect(troubles).toEqual([]);
    await close();
  });

  test('may differ, or fail with a sentence of its own', async () => {
    const { page, close } = await visit(browser, server.url);
    const ask = page.getByRole('button', { name: strings.en.askWorker });
    try {
      worker = (_request, _body, response) => response.end('[{"label":"0","score":1}]');
      await ask.click();
      await page.getByText(strings.en.differs).waitFor();
      worker = (_request, _body, response) => response.writeHead(429).end('{"title":"Too many","detail":"later"}');
      await ask.click();
      await page.getByText(strings.en.workerFailed('later')).waitFor();
    } finally {
      worker = honestWorker;
    }
    await close();
  });
});

describe('anybody', () => {
  test('reads it in Spanish, or switches, and it is remembered', async () => {
    const { page, troubles, close } = await visit(browser, server.url, { locale: 'es-CO' });
    const lang = () => page.locator('html').getAttribute('lang');
    expect(await lang()).toBe('es');
    expect(await page.locator('h1').textContent()).toBe(strings.es.title);
    expect(await page.locator('.answer .sure').textContent()).toMatch(/^\d+,\d\s%$/);
    await page.getByRole('button', { name: strings.en.language }).click();
    expect(await lang()).toBe('en');
    expect(await page.locator('h1').textContent()).toBe(strings.en.title);
    expect(await page.title()).toContain(strings.en.title);
    await page.reload();
    await page.locator('.answer strong').waitFor();
    expect(await lang()).toBe('en');
    expect(troubles).toEqual([]);
    await close();
  });

  test.each([
    [320, 'es'],
    [360, 'en'],
    [768, 'es'],
    [1400, 'en'],
  ] as const)('sees all of it %i pixels wide (%s), without scrolling sideways', async (width, locale) => {
    const viewport = { width, height: 700 };
    const { page, close } = await visit(browser, server.url, { viewport, locale, isMobile: width < 600 });
    await page.getByRole('button', { name: strings[locale].map(1, 'conv2'), exact: true }).click();
    const [inner, scroll, widest] = await page.evaluate<[number, number, number]>(`[
      document.documentElement.clientWidth,
      document.documentElement.scrollWidth,
      Math.max(...[...document.querySelectorAll('main *')].map((element) => element.getBoundingClientRect().right)),
    ]`);
    expect([inner, scroll]).toEqual([width, width]);
    // Nothing reaches into the margin either; maps are two pixels wider than the text, since their gaps are borders.
    expect(widest).toBeLessThanOrEqual(width - 16 + 2);
    await close();
  });

  test('draws with a finger on a phone', async () => {
    const { page, troubles, close } = await visit(browser, server.url, {
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    await drawWithFinger(page, [one]);
    expect((await probabilities(page))[1]).toBeGreaterThan(0.5);
    expect(await page.evaluate('scrollY')).toBe(0); // the finger drew and did not scroll
    expect(troubles).toEqual([]);
    await close();
  });

  test('at night sees it in dark colours', async () => {
    const { page, close } = await visit(browser, server.url, { colorScheme: 'light' });
    const background = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const [day, dayMaps] = [await background(), await canvasPixels(page, '[data-layer=conv1] canvas')];
    await page.emulateMedia({ colorScheme: 'dark' });
    await nextFrame(page);
    expect(await background()).not.toBe(day);
    expect(await canvasPixels(page, '[data-layer=conv1] canvas')).not.toEqual(dayMaps);
    await close();
  });

  test('is told why nothing can be read', async () => {
    const missing = await visit(browser, server.url, {
      prepare: (page) => page.route('**/models/*', (route) => route.fulfill({ status: 404 })),
      ready: '.failure',
    });
    const failure = (page: typeof missing.page) => page.locator('.failure').textContent();
    expect(await failure(missing.page)).toContain(strings.en.failures.model);
    expect(await failure(missing.page)).toContain('HTTP 404');
    await missing.close();

    const broken = await visit(browser, server.url, {
      prepare: (page) => page.route('**/models/*', (route) => route.fulfill({ body: 'no model' })),
      ready: '.failure',
    });
    expect(await failure(broken.page)).toContain(strings.en.failures.model);
    await broken.close();

    const old = await visit(browser, server.url, {
      prepare: (page) => page.addInitScript('WebAssembly.validate = () => false'),
      ready: '.failure',
    });
    expect(await failure(old.page)).toContain(strings.en.failures.simd);
    await old.close();
  });

  test('gets the baseline kernels where the browser has no relaxed SIMD', async () => {
    const fetched: string[] = [];
    const { page, troubles, close } = await visit(browser, server.url, {
      prepare: async (page) => {
        page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
        // relaxed_madd is 0xfd 0x85 0x02: a browser that does not know it refuses a module with it.
        await page.addInitScript(`{
          const validate = WebAssembly.validate;
          WebAssembly.validate = (bytes) => validate(bytes) && !new Uint8Array(bytes).join().includes('253,133,2,');
        }`);
      },
    });
    expect(fetched.filter((path) => path.endsWith('.wasm'))).toEqual([
      expect.stringMatching(/^\/assets\/inference-[A-Z0-9]+\.wasm$/),
    ]);
    expectScores(await probabilities(page), scoresOf(digitInput(rasterize(examples[3] as readonly Stroke[]))));
    expect(troubles).toEqual([]);
    await close();
  });
});
