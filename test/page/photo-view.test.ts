/** The photo view in a real browser: what is found and how it is drawn, odd pictures, and what the worker says. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../engine/image/codec.ts';
import type { Detection } from '../../engine/tasks/detect.ts';
import { strings } from '../../page/strings.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import {
  astronautExample,
  catExample,
  choose,
  found,
  looked,
  openFile,
  openPhotoView,
  plain,
  rectangles,
} from './photo-visitor.ts';
import { honestWorker, openSite, predictorOf, type Site } from './site.ts';
import { canvasPixels, nextFrame } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const en = strings.en.photo;

const catFile = readFileSync(new URL('../../page/photos/cat.jpg', import.meta.url));

describe('a detector', () => {
  test('finds the cat of the example, and says how long each step took', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    await catExample(page);
    await looked(page);
    expect(await found(page)).toEqual(['cat']);
    expect(await page.locator('.boxes text').allTextContents()).toEqual([expect.stringMatching(/^cat \d\d%$/)]);
    expect(await page.locator('.stage img').getAttribute('alt')).toMatch(/^A cat\. Found: cat \d\d%$/);
    for (const step of ['decode', 'preprocess', 'run', 'postprocess']) {
      expect(await page.locator(`[data-step=${step}] td`).textContent(), step).toMatch(/^\d+(\.\d)? ms$/);
    }
    expect(troubles).toEqual([]);
    await close();
  });

  test('draws a box where Node finds it', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    // A browser decodes a JPEG a little differently; a PNG has the same pixels for both.
    const picture = (await loadCodecs()).decode(catFile);
    await openFile(page, 'cat.png', Buffer.from(encodePng(picture)));
    await looked(page);
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
    // The same bits; a rectangle on the screen reaches to the outside of its line of 2.5 pixels, and the drawing has the
    // photo's size in whole pixels.
    const bound = (2.5 / 2 + 0.5) * (picture.width / image.width);
    [xmin, ymin, xmax, ymax].forEach((side, i) => {
      expect(Math.abs((drawn[i] as number) - side)).toBeLessThan(bound);
    });
    const [name] = await rectangles(page, '.boxes .name rect');
    expect(name?.x).toBeGreaterThanOrEqual(image.x - 0.5);
    expect(name?.y).toBeGreaterThanOrEqual(image.y - 0.5);
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows less with the slider to the right, and says so where nothing is left', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    await openFile(page, 'plain.png', plain(300, 200));
    await looked(page);
    expect(await found(page)).toEqual([]);
    expect(await page.locator('.boxes').count()).toBe(0);
    await page.getByText(en.nothingAbove('50%')).waitFor();
    await astronautExample(page);
    await page.locator('.things').waitFor();
    const slider = page.getByRole('slider', { name: en.threshold });
    const counts: number[] = [];
    for (const threshold of [0.3, 0.5, 0.9]) {
      await slider.fill(String(threshold));
      counts.push((await found(page)).length);
      expect(await page.locator('.boxes .box').count()).toBe(counts.at(-1));
      const scores = await page
        .locator('.things data')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      expect(scores.every((score) => Number(score) >= threshold)).toBe(true);
    }
    expect(await page.locator('.threshold output').textContent()).toBe('90%');
    expect(counts).toEqual(counts.toSorted((x, y) => y - x));
    expect(counts[0]).toBeGreaterThan(counts[2] as number);
    expect(troubles).toEqual([]);
    await close();
  });

  test('marks what the keyboard or the pointer is on', async () => {
    const { page, close } = await openPhotoView(site);
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
  const { page, troubles, close } = await openPhotoView(site);
  await choose(page, 'selfie-segmenter');
  await astronautExample(page);
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
    const { page, troubles, close } = await openPhotoView(site);
    await openFile(page, 'odd.png', plain(width, height));
    await looked(page);
    const [image] = await rectangles(page, '.stage img');
    expect(image?.width).toBeGreaterThan(100);
    expect(image?.height).toBeGreaterThan(100);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await close();
  });

  test('what is no picture is named, and the photo before it stays', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    await catExample(page);
    await looked(page);
    await openFile(page, 'notes.png', Buffer.from('no picture at all'));
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor();
    expect(await found(page)).toEqual(['cat']);
    await openFile(page, 'plain.png', plain(30, 20));
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await close();
  });

  test('a photo that lies on its side is upright, here and at the worker', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    const file = readFileSync(new URL('../fixtures/images/jpeg/orientation-6.jpg', import.meta.url));
    const { width, height } = (await loadCodecs()).decode(file);
    await openFile(page, 'turned.jpg', file, 'image/jpeg');
    await looked(page);
    const size = ['width', 'height'].map((side) => page.locator('.stage img').getAttribute(side));
    expect((await Promise.all(size)).map(Number)).toEqual([width, height]);
    await page.getByRole('button', { name: strings.en.askWorker }).click();
    await page.getByText(en.agrees).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test.each(['drop', 'paste'])('one may be given by %s', async (type) => {
    const { page, troubles, close } = await openPhotoView(site);
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
    const { page, troubles, close } = await openPhotoView(site);
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
    await openFile(page, 'plain.png', plain(30, 20));
    await page.getByText(en.agrees).waitFor({ state: 'detached' }); // that was another photo
    expect(troubles).toEqual([]);
    await close();
  });

  test('finds the same mask', async () => {
    const { page, troubles, close } = await openPhotoView(site);
    await choose(page, 'selfie-segmenter');
    await astronautExample(page);
    await looked(page);
    await ask(page);
    await page.getByText(en.agrees).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test('may differ, or fail with a sentence of its own', async () => {
    const { page, close } = await openPhotoView(site);
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
