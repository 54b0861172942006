/** The photo view in a real browser: what is found and how it is drawn, odd pictures, the worker's answer, failures. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { encodePng } from '../../engine/image/png-encode.ts';
import type { Detection } from '../../engine/tasks/detect.ts';
import { strings } from '../../page/strings.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { honestWorker, openSite, predictorOf, type Site } from './site.ts';
import { canvasPixels, nextFrame, type Visit, visit } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const { en, es } = { en: strings.en.photo, es: strings.es.photo };

/** Opens the photo view; the network is loaded when this resolves. */
async function look(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const visited = await visit(site.browser, `${site.url}#photo`, { ready: '.photo-view', ...options });
  await visited.page.locator('.findings .muted').waitFor();
  return visited;
}

/** Waits for the times, which are there once the network has looked. */
const looked = (page: Page): Promise<void> => page.locator('.times').waitFor();

async function choose(page: Page, model: string): Promise<void> {
  await page.getByLabel(en.network).selectOption(model);
}

const catExample = (page: Page) => page.getByRole('button', { name: en.example.cat }).click();

const catFile = readFileSync(new URL('../../page/photos/cat.jpg', import.meta.url));

async function open(page: Page, name: string, buffer: Buffer, mimeType = 'image/png'): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType, buffer });
}

const png = (image: Image): Buffer => Buffer.from(encodePng(image));

const plain = (width: number, height: number): Image => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(128),
});

const found = (page: Page): Promise<string[]> => page.locator('.things .label').allTextContents();

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where things of a selector are on the screen. */
const rectangles = (page: Page, selector: string): Promise<Rectangle[]> =>
  page.locator(selector).evaluateAll((all) =>
    all.map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

describe('a detector', () => {
  test('finds the cat of the example, where Node finds it, and says how long each step took', async () => {
    const { page, troubles, close } = await look();
    await catExample(page);
    await looked(page);
    expect(await found(page)).toEqual(['cat']);
    expect(await page.locator('.boxes text').allTextContents()).toEqual([expect.stringMatching(/^cat \d\d%$/)]);
    expect(await page.locator('.stage img').getAttribute('alt')).toMatch(/^A cat\. Found: cat \d\d%$/);
    for (const step of ['decode', 'preprocess', 'run', 'postprocess']) {
      expect(await page.locator(`[data-step=${step}] td`).textContent(), step).toMatch(/^\d+(\.\d)? ms$/);
    }

    const picture = (await loadCodecs()).decode(catFile);
    const [expected] = predictorOf('coco-detector').predict(picture) as [Detection];
    const [[image], [box]] = [await rectangles(page, '.stage img'), await rectangles(page, '.boxes .line')];
    if (!image || !box) throw new Error('nothing is drawn');
    const drawn = [
      ((box.x - image.x) / image.width) * picture.width,
      ((box.y - image.y) / image.height) * picture.height,
      ((box.x + box.width - image.x) / image.width) * picture.width,
      ((box.y + box.height - image.y) / image.height) * picture.height,
    ];
    const { xmin, ymin, xmax, ymax } = expected.box;
    // Browser and decoder round differently; a pixel of the network's 300 is one and a half of the photo.
    [xmin, ymin, xmax, ymax].forEach((side, i) => {
      expect(Math.abs((drawn[i] as number) - side)).toBeLessThan(4);
    });
    const [name] = await rectangles(page, '.boxes .name rect');
    expect(name?.x).toBeGreaterThanOrEqual(image.x - 0.5);
    expect(name?.y).toBeGreaterThanOrEqual(image.y - 0.5);
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows less with the slider to the right, and says so where nothing is left', async () => {
    const { page, troubles, close } = await look();
    await open(page, 'plain.png', png(plain(300, 200)));
    await looked(page);
    expect(await found(page)).toEqual([]);
    expect(await page.locator('.boxes').count()).toBe(0);
    await page.getByText(en.nothingAbove('50%')).waitFor();
    await catExample(page);
    await page.locator('.things').waitFor();
    const slider = page.getByRole('slider', { name: en.threshold });
    await slider.fill('0.3');
    const most = (await found(page)).length;
    await slider.fill('0.9');
    expect((await found(page)).length).toBeLessThanOrEqual(most);
    expect(await page.locator('.threshold output').textContent()).toBe('90%');
    expect(await found(page)).toEqual(['cat']);
    expect(troubles).toEqual([]);
    await close();
  });

  test('marks what the keyboard or the pointer is on', async () => {
    const { page, close } = await look();
    await catExample(page);
    await page.locator('.things').waitFor();
    await page.mouse.move(0, 0);
    await page.locator('.boxes .strong').waitFor({ state: 'detached' });
    await page.locator('.things button').focus();
    await page.locator('.boxes .strong').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.locator('.things button').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Tab');
    expect(await page.locator('.boxes .strong').count()).toBe(1); // it was chosen, and stays marked
    await page.locator('.boxes .box').click({ position: { x: 30, y: 60 } });
    expect(await page.locator('.things button').getAttribute('aria-pressed')).toBe('false');
    await close();
  });
});

test('a segmenter leaves the astronaut bright and darkens what is behind her', async () => {
  const { page, troubles, close } = await look();
  await choose(page, 'selfie-segmenter');
  await page.getByRole('button', { name: en.example.astronaut }).click();
  await looked(page);
  expect(await found(page)).toEqual(['person']);
  await nextFrame(page);
  const [pixels] = await canvasPixels(page, '.masks');
  const alphaAt = (x: number, y: number) => ((pixels?.[480 * y + x] ?? 0) >>> 24) & 0xff;
  expect(pixels).toHaveLength(480 * 480);
  expect(alphaAt(225, 125)).toBe(0); // her face
  expect(alphaAt(410, 60)).toBeGreaterThan(100); // the wall beside her
  // Another network, and the masks are gone.
  await choose(page, 'coco-detector');
  await page.locator('.boxes').waitFor();
  expect(await page.locator('.masks').isHidden()).toBe(true);
  expect(await found(page)).toContain('person');
  expect(troubles).toEqual([]);
  await close();
});

describe('pictures of any kind', () => {
  test.each([
    [1, 1],
    [2000, 100],
    [60, 1900],
  ])('%i × %i', async (width, height) => {
    const { page, troubles, close } = await look();
    await open(page, 'odd.png', png(plain(width, height)));
    await looked(page);
    const [image] = await rectangles(page, '.stage img');
    expect(image?.width).toBeGreaterThan(100);
    expect(image?.height).toBeGreaterThan(100);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await close();
  });

  test('what is no picture is named, and the photo before it stays', async () => {
    const { page, troubles, close } = await look();
    await catExample(page);
    await looked(page);
    await open(page, 'notes.png', Buffer.from('no picture at all'));
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor();
    expect(await found(page)).toEqual(['cat']);
    await open(page, 'plain.png', png(plain(30, 20)));
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await close();
  });

  test('a photo that lies on its side is upright, here and at the worker', async () => {
    const { page, troubles, close } = await look();
    const file = readFileSync(new URL('../fixtures/images/jpeg/orientation-6.jpg', import.meta.url));
    const { width, height } = (await loadCodecs()).decode(file);
    await open(page, 'turned.jpg', file, 'image/jpeg');
    await looked(page);
    const size = ['width', 'height'].map((side) => page.locator('.stage img').getAttribute(side));
    expect((await Promise.all(size)).map(Number)).toEqual([width, height]);
    await page.getByRole('button', { name: strings.en.askWorker }).click();
    await page.getByText(en.agrees).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test.each(['drop', 'paste'])('one may be given by %s', async (type) => {
    const { page, troubles, close } = await look();
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob('${catFile.toString('base64')}'), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'tom.jpg', { type: 'image/jpeg' }));
      const target = document.querySelector('.stage');
      const options = { bubbles: true, cancelable: true };
      target.dispatchEvent('${type}' === 'drop'
        ? new DragEvent('drop', { ...options, dataTransfer: data })
        : new ClipboardEvent('paste', { ...options, clipboardData: data }));
    }`);
    await looked(page);
    expect(await found(page)).toEqual(['cat']);
    expect(await page.locator('.stage img').getAttribute('alt')).toMatch(/^tom\.jpg\. /);
    expect(troubles).toEqual([]);
    await close();
  });
});

describe('the worker', () => {
  const ask = (page: Page) => page.getByRole('button', { name: strings.en.askWorker }).click();

  test('gets the file as it is, finds the same, and its times stand beside ours', async () => {
    const { page, troubles, close } = await look();
    const sent: Buffer[] = [];
    site.worker = (request, body, response) => {
      sent.push(body);
      honestWorker(request, body, response);
    };
    await catExample(page);
    await looked(page);
    await ask(page);
    await page.getByText(en.agrees).waitFor();
    site.worker = undefined;
    expect(sent.map((body) => body.equals(catFile))).toEqual([true]);
    expect(await page.locator('[data-step=run] td').allTextContents()).toEqual([expect.anything(), '0.4 ms']);
    expect(await page.locator('.times .round-trip td').last().textContent()).toMatch(/ ms$/);
    await open(page, 'plain.png', png(plain(30, 20)));
    await page.getByText(en.agrees).waitFor({ state: 'detached' }); // that was another photo
    expect(troubles).toEqual([]);
    await close();
  });

  test('finds the same mask', async () => {
    const { page, troubles, close } = await look();
    await choose(page, 'selfie-segmenter');
    await page.getByRole('button', { name: en.example.astronaut }).click();
    await looked(page);
    await ask(page);
    await page.getByText(en.agrees).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test('may differ, or fail with a sentence of its own', async () => {
    const { page, close } = await look();
    await catExample(page);
    await looked(page);
    try {
      site.worker = (_request, _body, response) => response.end('[]');
      await ask(page);
      await page.getByText(en.differs('1', '0')).waitFor();
      site.worker = (_request, _body, response) => response.writeHead(429).end('{"title":"Too many","detail":"later"}');
      await ask(page);
      await page.getByText(strings.en.workerFailed('later')).waitFor();
      site.worker = (_request, _body, response) => response.end('not JSON');
      await ask(page);
      await page.getByText(strings.en.workerFailed('HTTP 200')).waitFor();
    } finally {
      site.worker = undefined;
    }
    await close();
  });
});

describe('two views', () => {
  test('each loads what it needs, and the back button leads to the other', async () => {
    const fetched: string[] = [];
    const { page, troubles, close } = await visit(site.browser, site.url, {
      prepare: async (page) => page.on('request', (request) => fetched.push(new URL(request.url()).pathname)),
    });
    expect(fetched.filter((path) => /models|background|\.jpg/.test(path))).toEqual(['/models/digits.safetensors']);
    await page.getByRole('link', { name: strings.en.view.photo }).click();
    await catExample(page);
    await page.locator('.things').waitFor();
    expect(await page.title()).toContain(en.title);
    expect(fetched).toContain('/models/coco-detector.safetensors');
    await page.goBack();
    await page.locator('.answer strong').waitFor();
    expect(await page.title()).toContain(strings.en.title);
    await page.goForward();
    expect(await found(page)).toEqual(['cat']); // it is still there
    await choose(page, 'selfie-segmenter');
    await page.locator('.loading').waitFor({ state: 'detached' });
    await choose(page, 'coco-detector');
    await page.locator('.things').waitFor();
    expect(fetched.filter((path) => path === '/models/coco-detector.safetensors')).toHaveLength(1);
    expect(troubles).toEqual([]);
    await close();
  });

  test('the digits wait until somebody looks at them', async () => {
    const fetched: string[] = [];
    const { page, close } = await look({
      prepare: async (page) => page.on('request', (request) => fetched.push(new URL(request.url()).pathname)),
    });
    expect(fetched).not.toContain('/models/digits.safetensors');
    await page.getByRole('link', { name: strings.en.view.digits }).click();
    await page.locator('.answer strong').waitFor();
    expect(fetched).toContain('/models/digits.safetensors');
    await close();
  });
});

describe('anybody', () => {
  test('reads it in Spanish, things included', async () => {
    const { page, troubles, close } = await look({ locale: 'es-CO' });
    expect(await page.locator('h1').textContent()).toBe(es.title);
    await page.getByRole('button', { name: es.example.cat }).click();
    await looked(page);
    expect(await found(page)).toEqual(['gato']);
    expect(await page.locator('.boxes text').textContent()).toMatch(/^gato \d\d\s%$/);
    expect(await page.locator('body').innerText()).not.toMatch(/Found|Network|Threshold|Prepare/);
    expect(troubles).toEqual([]);
    await close();
  });

  test.each([
    [320, 'es'],
    [375, 'en'],
    [768, 'es'],
    [1280, 'en'],
  ] as const)('sees all of it %i pixels wide (%s), without scrolling sideways', async (width, locale) => {
    const { page, close } = await look({ viewport: { width, height: 700 }, locale, isMobile: width < 600 });
    await page.getByRole('button', { name: strings[locale].photo.example.astronaut }).click();
    await looked(page);
    await page.getByRole('button', { name: strings[locale].askWorker }).click();
    await page.getByText(strings[locale].photo.agrees).waitFor();
    const [scroll, widest] = await page.evaluate<[number, number]>(`[
      document.documentElement.scrollWidth,
      Math.max(...[...document.querySelectorAll('body *')].map((element) => element.getBoundingClientRect().right)),
    ]`);
    expect(scroll).toBe(width);
    expect(widest).toBeLessThanOrEqual(width);
    await close();
  });

  test('is told that a network is missing, and may try again', async () => {
    let isMissing = true;
    const { page, close } = await visit(site.browser, `${site.url}#photo`, {
      prepare: (page) =>
        page.route('**/models/coco-detector.safetensors', (route) =>
          isMissing ? route.fulfill({ status: 404 }) : route.continue(),
        ),
      ready: '.failure',
    });
    expect(await page.locator('.failure').textContent()).toContain(en.modelFailed);
    expect(await page.locator('.failure').textContent()).toContain('HTTP 404');
    isMissing = false;
    await page.getByRole('button', { name: en.retry }).click();
    await page.getByText(en.noPhoto).waitFor();
    await close();
  });

  test('can do without a list of models', async () => {
    const { page, close } = await look({
      prepare: (page) => page.route('**/v1/models', (route) => route.fulfill({ status: 404 })),
    });
    await catExample(page);
    await looked(page);
    expect(await found(page)).toEqual(['cat']);
    await close();
  });

  test('is told where the browser is too old', async () => {
    const { page, close } = await visit(site.browser, `${site.url}#photo`, {
      prepare: (page) => page.addInitScript('WebAssembly.validate = () => false'),
      ready: '.failure',
    });
    expect(await page.locator('.failure').textContent()).toContain(strings.en.failures.simd);
    await close();
  });
});
