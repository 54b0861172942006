/** The built page in real browsers of many kinds: languages, sizes, fingers, colours, failures; and asking the worker. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digitInput } from '../../page/digit-input.ts';
import { examples } from '../../page/examples.ts';
import { strings } from '../../page/strings.ts';
import { rasterize, type Stroke } from '../../page/strokes.ts';
import { bar, expectScores, one, openSite, type Site, scoresOf } from './site.ts';
import { canvasPixels, drawWithFinger, drawWithMouse, nextFrame, probabilities, visit } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('the worker', () => {
  test('gets the same picture and agrees', async () => {
    const { page, troubles, close } = await visit(site.browser, site.url);
    await drawWithMouse(page, [one]);
    await page.getByRole('button', { name: strings.en.askWorker }).click();
    await page.getByText(strings.en.agrees).waitFor();
    expect(await page.locator('.worker dd').last().textContent()).toMatch(/^1 .*% \d.* ms there and back, 0\.4 ms/);
    await drawWithMouse(page, [bar]);
    await page.getByText(strings.en.agrees).waitFor({ state: 'detached' }); // that was another picture
    expect(troubles).toEqual([]);
    await close();
  });

  test('may differ, or fail with a sentence of its own', async () => {
    const { page, close } = await visit(site.browser, site.url);
    const ask = page.getByRole('button', { name: strings.en.askWorker });
    try {
      site.worker = (_request, _body, response) => response.end('[{"label":"0","score":1}]');
      await ask.click();
      await page.getByText(strings.en.differs).waitFor();
      site.worker = (_request, _body, response) => response.writeHead(429).end('{"title":"Too many","detail":"later"}');
      await ask.click();
      await page.getByText(strings.en.workerFailed('later')).waitFor();
    } finally {
      site.worker = undefined;
    }
    await close();
  });
});

describe('anybody', () => {
  test('reads it in Spanish, or switches, and it is remembered', async () => {
    const { page, troubles, close } = await visit(site.browser, site.url, { locale: 'es-CO' });
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
    const { page, close } = await visit(site.browser, site.url, { viewport, locale, isMobile: width < 600 });
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
    const { page, troubles, close } = await visit(site.browser, site.url, {
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
    const { page, close } = await visit(site.browser, site.url, { colorScheme: 'light' });
    const background = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const [day, dayMaps] = [await background(), await canvasPixels(page, '[data-layer=conv1] canvas')];
    await page.emulateMedia({ colorScheme: 'dark' });
    await nextFrame(page);
    expect(await background()).not.toBe(day);
    expect(await canvasPixels(page, '[data-layer=conv1] canvas')).not.toEqual(dayMaps);
    await close();
  });

  test('is told why nothing can be read', async () => {
    const missing = await visit(site.browser, site.url, {
      prepare: (page) => page.route('**/models/*', (route) => route.fulfill({ status: 404 })),
      ready: '.failure',
    });
    const failure = (page: typeof missing.page) => page.locator('.failure').textContent();
    expect(await failure(missing.page)).toContain(strings.en.failures.model);
    expect(await failure(missing.page)).toContain('HTTP 404');
    await missing.close();

    const broken = await visit(site.browser, site.url, {
      prepare: (page) => page.route('**/models/*', (route) => route.fulfill({ body: 'no model' })),
      ready: '.failure',
    });
    expect(await failure(broken.page)).toContain(strings.en.failures.model);
    await broken.close();

    const old = await visit(site.browser, site.url, {
      prepare: (page) => page.addInitScript('WebAssembly.validate = () => false'),
      ready: '.failure',
    });
    expect(await failure(old.page)).toContain(strings.en.failures.simd);
    await old.close();
  });

  test('gets the baseline kernels where the browser has no relaxed SIMD', async () => {
    const fetched: string[] = [];
    const { page, troubles, close } = await visit(site.browser, site.url, {
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
