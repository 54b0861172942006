/** A visitor of the photo view: opens it, gives it photos, and reads what it shows. */
import type { Page } from 'playwright-core';
import type { Image } from '../../engine/image/image.ts';
import { encodePng } from '../../engine/image/png-encode.ts';
import { strings } from '../../page/strings.ts';
import type { Site } from './site.ts';
import { type Visit, visit } from './visitor.ts';

const said = strings.en.photo;

/** Opens the photo view; the network is loaded when this resolves. */
export async function openPhotoView(site: Site, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const visited = await visit(site.browser, `${site.url}#photo`, { ready: '.photo-view', ...options });
  await visited.page.locator('.findings .muted').waitFor();
  return visited;
}

/** Waits for the times, which are there once the network has looked. */
export const looked = (page: Page): Promise<void> => page.locator('.times').waitFor();

export async function choose(page: Page, model: string): Promise<void> {
  await page.getByLabel(said.network).selectOption(model);
}

export const catExample = (page: Page): Promise<void> => page.getByRole('button', { name: said.example.cat }).click();

export const astronautExample = (page: Page): Promise<void> =>
  page.getByRole('button', { name: said.example.astronaut }).click();

export async function openFile(page: Page, name: string, buffer: Buffer, mimeType = 'image/png'): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType, buffer });
}

/** A PNG in which there is nothing to find. */
export function plain(width: number, height: number): Buffer {
  const image: Image = { width, height, channels: 1, data: new Uint8Array(width * height).fill(128) };
  return Buffer.from(encodePng(image));
}

/** The labels of the list, as they are written. */
export const found = (page: Page): Promise<string[]> => page.locator('.things .label').allTextContents();

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where what a selector finds is on the screen. */
export const rectangles = (page: Page, selector: string): Promise<Rectangle[]> =>
  page.locator(selector).evaluateAll((all) =>
    all.map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

/** Texts whose contrast with what they stand on is below WCAG's 4.5 for AA, and that contrast. */
export const faintTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(`(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [red, green, blue] = colour.map((level) =>
        level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const backgroundOf = (element) => {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      return (colour[3] ?? 1) === 1 || !element.parentElement ? colour.slice(0, 3) : backgroundOf(element.parentElement);
    };
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (!data.trim() || parentElement.closest('svg, .unseen')) continue;
      const text = luminance(numbers(getComputedStyle(parentElement).color).slice(0, 3));
      const background = luminance(backgroundOf(parentElement));
      const contrast = (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
      if (contrast < 4.5) faint.push(data + ' ' + contrast.toFixed(2));
    }
    return faint;
  })()`);
