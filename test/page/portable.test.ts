/** The same kernels give the same bits in a browser as in Node. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layers } from '../../engine/layers/index.ts';
import type { Layer } from '../../engine/layers/layer.ts';
import digestsOfPictures from '../fixtures/augment-digests.json';
import { openBrowser } from '../suites/browser.ts';
import { type Digests, runEverything, runQuantized } from './portable.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** portable.ts for a browser, as one script that leaves `portable` behind. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('portable.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'portable',
    target: 'es2022',
    logLevel: 'error',
  });
  return (outputFiles[0] as (typeof outputFiles)[number]).text;
}

const wasm = (name: string): Buffer => readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));

test('layers and LeNet, forward and backward, come out bit by bit as in Node', async () => {
  const bytes = wasm('training');
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundle() });
  const found = await page.evaluate<Digests>(`(async () => {
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (character) => character.charCodeAt(0));
    return portable.runEverything(await WebAssembly.compile(bytes));
  })()`);
  const expected = runEverything(new WebAssembly.Module(new Uint8Array(bytes)));
  expect(found).toEqual(expected);
  // Every layer was run, and LeNet's output is something.
  for (const kind of Object.keys(layers)) {
    const isRun = Object.keys(expected).some((name) => name.startsWith(`${kind} `));
    const { view, constant }: Layer = layers[kind as keyof typeof layers];
    expect(isRun || view || constant, `${kind} has kernels, and was not run`).toBe(true);
  }
  expect(new Set(Object.values(expected)).size).toBeGreaterThan(Object.keys(expected).length / 2);
  await page.close();
});

test('every augmentation gives the bytes of Node', async () => {
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundle() });
  const found = await page.evaluate<Digests>(`(async () => {
    const bytes = Uint8Array.from(atob('${wasm('image').toString('base64')}'), (character) => character.charCodeAt(0));
    return portable.runAugmentations(await WebAssembly.compile(bytes));
  })()`);
  expect(found).toEqual(digestsOfPictures);
  await page.close();
});

test('layers on levels come out byte by byte as in Node, in both builds', async () => {
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundle() });
  const run = (name: string, isRelaxed: boolean) =>
    page.evaluate<Digests>(`(async () => {
      const bytes = Uint8Array.from(atob('${wasm(name).toString('base64')}'), (character) => character.charCodeAt(0));
      return portable.runQuantized(await WebAssembly.compile(bytes), ${isRelaxed});
    })()`);
  const expected = runQuantized(new WebAssembly.Module(new Uint8Array(wasm('training'))), false);
  expect(await run('training', false)).toEqual(expected);
  expect(await run('training.relaxed', true)).toEqual(expected);
  const onLevels = Object.values(expected).filter((each) => each !== 'not on levels');
  expect(onLevels.length).toBeGreaterThan(Object.keys(expected).length / 2);
  expect(new Set(onLevels).size).toBeGreaterThan(onLevels.length / 2);
  expect(onLevels.some((each) => each.includes('path'))).toBe(false);
  await page.close();
});

test.each(['image', 'inference', 'inference.relaxed', 'training', 'training.relaxed'])(
  'the browser accepts %s',
  async (name) => {
    const page = await browser.newPage();
    const isValid = await page.evaluate(
      `WebAssembly.validate(Uint8Array.from(atob('${wasm(name).toString('base64')}'), (c) => c.charCodeAt(0)))`,
    );
    expect(isValid).toBe(true);
    await page.close();
  },
);
