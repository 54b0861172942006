/** The photo view for visitors of many kinds: languages, sizes, colours, failures; and its place beside the other view. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { strings } from '../../page/strings.ts';
import { catExample, choose, faintTexts, found, looked, openPhotoView } from './photo-visitor.ts';
import { openSite, type Site } from './site.ts';
import { visit } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const { en, es } = { en: strings.en.photo, es: strings.es.photo };

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
    const { page, close } = await openPhotoView(site, {
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
    const { page, troubles, close } = await openPhotoView(site, { locale: 'es-CO' });
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
    const { page, close } = await openPhotoView(site, {
      viewport: { width, height: 700 },
      locale,
      isMobile: width < 600,
    });
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

  test('may use the camera of a phone, and is not asked for one at a desk', async () => {
    const camera = strings.en.photo.camera;
    const phone = await openPhotoView(site, { viewport: { width: 375, height: 800 }, isMobile: true, hasTouch: true });
    expect(await phone.page.getByText(camera).isVisible()).toBe(true);
    expect(await phone.page.getByLabel(camera).getAttribute('capture')).toBe('environment');
    await phone.close();
    const desk = await openPhotoView(site);
    expect(await desk.page.getByText(camera).isVisible()).toBe(false);
    await desk.close();
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
    const { page, close } = await openPhotoView(site, {
      prepare: (page) => page.route('**/v1/models', (route) => route.fulfill({ status: 404 })),
    });
    await catExample(page);
    await looked(page);
    expect(await found(page)).toEqual(['cat']);
    await close();
  });

  test.each(['light', 'dark'] as const)('can read all of it in %s colours', async (colorScheme) => {
    const { page, close } = await openPhotoView(site, { colorScheme });
    expect(await faintTexts(page)).toEqual([]);
    await catExample(page);
    await looked(page);
    await page.getByRole('button', { name: strings.en.why }).click();
    await page.locator('.heat').waitFor();
    await page.getByRole('button', { name: strings.en.askWorker }).click();
    await page.getByText(en.agrees).waitFor();
    expect(await faintTexts(page)).toEqual([]);
    await page.getByRole('link', { name: strings.en.view.digits }).click();
    await page.locator('.answer strong').waitFor();
    expect(await faintTexts(page)).toEqual([]);
    // It would have found one: a title in the colour of the page.
    await page.evaluate("document.querySelector('h1').style.color = 'var(--page)'");
    expect(await faintTexts(page)).toEqual([`${strings.en.title} 1.00`]);
    await close();
  });

  test('is told where the background thread cannot start', async () => {
    const { page, close } = await visit(site.browser, `${site.url}#photo`, {
      prepare: (page) => page.route('**/assets/background-*.js', (route) => route.fulfill({ status: 404 })),
      ready: '.failure',
    });
    expect(await page.locator('.failure').textContent()).toContain(en.modelFailed);
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
