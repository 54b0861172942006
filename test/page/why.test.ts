/** Why, in both views: what speaks for an answer, over the picture, by kernels that are fetched when somebody asks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { strings } from '../../page/strings.ts';
import { one, openSite, type Site } from './site.ts';
import { canvasPixels, drawWithMouse, nextFrame, visit } from './visitor.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const { why, because } = strings.en;
const { photo: said } = strings.en;

/** Levels of yellow, the colour of what speaks for a thing: how far red and green lie above blue. */
const yellow = (pixels: readonly number[]): number[] =>
  pixels.map((word) => ((word & 0xff) + ((word >> 8) & 0xff)) / 2 - ((word >> 16) & 0xff));

test('a photo shows what speaks for the thing that is chosen, and the kernels come when they are needed', async () => {
  const fetched: string[] = [];
  const { page, troubles, close } = await visit(site.browser, `${site.url}#photo`, {
    ready: '.photo-view',
    prepare: async (page) => page.on('request', (request) => fetched.push(new URL(request.url()).pathname)),
  });
  await page.getByRole('button', { name: said.example.cat }).click();
  await page.locator('.times').waitFor();
  expect(fetched.filter((path) => path.includes('training'))).toEqual([]);
  await page.getByRole('button', { name: why }).click();
  await page.locator('.heat').waitFor();
  expect(fetched.filter((path) => path.includes('training'))).toHaveLength(1);
  expect(await page.locator('.why [role=status] p').first().textContent()).toMatch(/“cat”, found in \d+ ms/);
  const [pixels = []] = await canvasPixels(page, '.heat');
  expect(pixels).toHaveLength(451 * 300); // cat.jpg's size
  // Not the same everywhere, as it would be if nothing spoke for the cat.
  const levels = yellow(pixels).sort((a, b) => a - b);
  const at = (share: number) => levels[Math.floor(share * (levels.length - 1))] as number;
  expect(at(0.99) - at(0.01)).toBeGreaterThan(40);
  await page.getByRole('button', { name: why }).click();
  await page.locator('.heat').waitFor({ state: 'hidden' });
  expect(troubles).toEqual([]);
  await close();
});

test('a mask gives way to what speaks for it, and comes back', async () => {
  const { page, troubles, close } = await visit(site.browser, `${site.url}#photo`, { ready: '.photo-view' });
  await page.getByLabel(said.network).selectOption('selfie-segmenter');
  await page.getByRole('button', { name: said.example.astronaut }).click();
  await page.locator('.masks').waitFor();
  await page.getByRole('button', { name: why }).click();
  await page.locator('.heat').waitFor();
  expect(await page.locator('.masks').isHidden()).toBe(true);
  await page.getByRole('button', { name: why }).click();
  await page.locator('.masks').waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test('digits are explained as they are drawn', async () => {
  const { page, troubles, close } = await visit(site.browser, site.url);
  const caption = page.locator('.answer figcaption');
  await page.getByRole('button', { name: why }).click();
  await page.getByText(because('3')).waitFor();
  await nextFrame(page);
  const [three = []] = await canvasPixels(page, 'canvas.input');
  expect(three).toHaveLength(224 * 224);
  expect(Math.max(...yellow(three))).toBeGreaterThan(60);
  await drawWithMouse(page, [one]);
  await page.getByText(because('1')).waitFor();
  await nextFrame(page);
  const [drawn = []] = await canvasPixels(page, 'canvas.input');
  expect(drawn).not.toEqual(three);
  await page.getByRole('button', { name: strings.en.clear }).click();
  await page.getByText(strings.en.networkInput, { exact: true }).waitFor();
  await page.getByRole('button', { name: strings.en.example(7) }).click();
  await page.getByText(because('7')).waitFor();
  await page.getByRole('button', { name: why }).click();
  expect(await caption.textContent()).toBe(strings.en.networkInput);
  expect(troubles).toEqual([]);
  await close();
});
