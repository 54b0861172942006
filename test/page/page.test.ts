/** The built page in a real browser: drawing, feature maps, pictures. What visitors are apart in is in visitors.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { encodePng } from '../../engine/image/png-encode.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { digitInput } from '../../page/digit-input.ts';
import { examples } from '../../page/examples.ts';
import { strings } from '../../page/strings.ts';
import { rasterize, type Stroke } from '../../page/strokes.ts';
import { bar, expectScores, model, one, openSite, type Site, scoresOf } from './site.ts';
import { canvasPixels, drawWithMouse, networkInput, nextFrame, probabilities, visit } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('drawing', () => {
  test('a "1" by mouse: ten probabilities that make 1, and the answer', async () => {
    const { page, troubles, close } = await visit(site.browser, site.url);
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
    const { page, close } = await visit(site.browser, site.url);
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
    const { page, close } = await visit(site.browser, site.url);
    const ids = model.graph.nodes.map(({ id }) => id);
    expect(await page.locator('[data-layer]').evaluateAll((rows) => rows.map((row) => row.dataset.layer))).toEqual(ids);
    const sheets = async () => {
      await nextFrame(page);
      return Promise.all(ids.map((id) => canvasPixels(page, `[data-layer="${id}"] > :last-child canvas`)));
    };
    await drawWithMouse(page, [one]);
    const before = await sheets();
    await drawWithMouse(page, [bar]);
    const after = await sheets();
    ids.forEach((id, i) => {
      const [[pixels]] = [before[i] as number[][]] as [[number[]]];
      expect(new Set(pixels).size, id).toBeGreaterThan(2);
      expect((after[i] as number[][])[0], id).not.toEqual(pixels);
    });
    await close();
  });

  test('undo and clear', async () => {
    const { page, troubles, close } = await visit(site.browser, site.url);
    await drawWithMouse(page, [one]);
    const withOne = await networkInput(page);
    await drawWithMouse(page, [bar]);
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
    const { page, troubles, close } = await visit(site.browser, site.url);
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
    const { page, close } = await visit(site.browser, site.url);
    await page.getByRole('button', { name: strings.en.map(64, 'pool2'), exact: true }).click();
    await page.locator('.detail .windows canvas').nth(31).waitFor();
    await nextFrame(page);
    const windows = await canvasPixels(page, '.detail .windows canvas');
    expect(windows.map(({ length }) => length)).toEqual(Array(32).fill(9));
    expect(new Set(windows.flat()).size).toBeGreaterThan(50);
    await close();
  });

  test('the table adds up', async () => {
    const { page, close } = await visit(site.browser, site.url);
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
    const { page, troubles, close } = await visit(site.browser, site.url);
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
    const { page, troubles, close } = await visit(site.browser, site.url);
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
    const { page, troubles, close } = await visit(site.browser, site.url);
    const before = await networkInput(page);
    const file = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText(strings.en.unreadableImage('notes.png')).waitFor();
    expect(await networkInput(page)).toEqual(before);
    expect(troubles).toEqual([]);
    await close();
  });
});
