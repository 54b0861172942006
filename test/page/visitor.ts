/** A visitor of the page: opens it in a window of its own, draws, and reads what it shows. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Stroke } from '../../page/strokes.ts';

/** The page as a visitor has it, and whatever went wrong behind the scenes. */
export interface Visit {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions, requests to other hosts. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/** Opens the page and, unless told otherwise, waits until it has read its first picture. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    readonly prepare?: (page: Page) => Promise<unknown>;
    readonly ready?: string;
  } = {},
): Promise<Visit> {
  const { prepare, ready = '.answer strong', ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en', ...contextOptions });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== new URL(url).origin && !['data:', 'blob:'].includes(protocol)) troubles.push(request.url());
  });
  await prepare?.(page);
  await page.goto(url);
  await page.locator(ready).waitFor();
  return { page, troubles, close: () => context.close() };
}

/** Draws strokes with the mouse. */
export async function drawWithMouse(page: Page, strokes: readonly Stroke[]): Promise<void> {
  const at = await padPoint(page);
  for (const stroke of strokes) {
    const [first, ...rest] = stroke.map(at);
    if (!first) continue;
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 5 });
    await page.mouse.up();
  }
  await nextFrame(page);
}

/** Draws strokes with a finger. */
export async function drawWithFinger(page: Page, strokes: readonly Stroke[]): Promise<void> {
  const at = await padPoint(page);
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly (readonly [number, number])[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  for (const stroke of strokes) {
    for (const [index, point] of stroke.entries()) await touch(index === 0 ? 'touchStart' : 'touchMove', [at(point)]);
    await touch('touchEnd', []);
  }
  await nextFrame(page);
}

async function padPoint(page: Page): Promise<(point: Stroke[number]) => readonly [number, number]> {
  const box = await page.locator('.pad canvas').boundingBox();
  if (!box) throw new Error('the pad cannot be seen');
  return ({ x, y }) => [box.x + x * box.width, box.y + y * box.height];
}

/** Waits until what was done is on the screen. */
export const nextFrame = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');

/** The probabilities that the bars show, in the order of the labels. */
export const probabilities = (page: Page): Promise<number[]> =>
  page.locator('.bars data').evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('value'))));

/** For each canvas that a selector finds, its pixels as RGBA words. */
export const canvasPixels = (page: Page, selector: string): Promise<number[][]> =>
  page.evaluate<number[][]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return [...new Uint32Array(data.buffer)];
  })`);

/** The gray levels of the picture that the network sees. */
export async function networkInput(page: Page): Promise<number[]> {
  const [pixels = []] = await canvasPixels(page, 'canvas.input');
  return pixels.map((word) => word & 0xff);
}
