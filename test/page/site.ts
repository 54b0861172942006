/** The built page on a server, with a browser and somebody who answers in the worker's place: one for each test file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { decodePng } from '../../engine/image/png.ts';
import { parseModel } from '../../engine/model-file.ts';
import type { Classification } from '../../engine/tasks/classify.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Stroke } from '../../page/strokes.ts';
import { buildPage } from '../../scripts/build/page.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { openBrowser } from '../suites/browser.ts';
import { type Handler, servePage } from './server.ts';

export const model = parseModel(await readFile(new URL('../../models/digits.safetensors', import.meta.url)));
const predictor = new Predictor(model, loadKernels('inference', 'baseline'));

/** What everybody draws first. */
export const one: Stroke = [
  { x: 0.52, y: 0.15 },
  { x: 0.48, y: 0.85 },
];

/** A line across the top. */
export const bar: Stroke = [
  { x: 0.2, y: 0.2 },
  { x: 0.8, y: 0.2 },
];

export interface Site {
  readonly browser: Browser;
  readonly url: string;
  /** Answers instead of the worker; undefined lets `honestWorker` do it. */
  worker: Handler | undefined;
  close(): Promise<void>;
}

/** Builds the page into a folder of its own, so that nothing stale is tested, and serves it. */
export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'borde-page-'));
  await buildPage({ output: join(folder, 'page') });
  const server = await servePage(join(folder, 'page'), {
    '/v1/models/digits/predict': (request, body, response) => (site.worker ?? honestWorker)(request, body, response),
  });
  const browser = await openBrowser();
  const close = async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  const site: Site = { browser, url: server.url, worker: undefined, close };
  return site;
}

/** Answers as the worker does: PNG in, the predictor's answer out. */
const honestWorker: Handler = (request, body, response) => {
  const topK = Number(new URL(request.url as string, 'http://localhost').searchParams.get('top_k'));
  response.writeHead(200, { 'content-type': 'application/json', 'server-timing': 'decode;dur=0.1, run;dur=0.4' });
  response.end(JSON.stringify(predictor.predict(decodePng(body), { topK })));
};

/** The scores of a picture as Node computes them, in the labels' order. */
export function scoresOf(picture: Image): number[] {
  const answer = predictor.predict(picture, { topK: 10 }) as Classification[];
  return (model.card.labels as string[]).map((wanted) => answer.find(({ label }) => label === wanted)?.score as number);
}

/** Fused and unfused builds, relaxed and baseline, round differently: about K·ε for the longest sum, K = 1600. */
const SCORE_TOLERANCE = 1600 * 2 ** -23;

export function expectScores(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((score, i) => {
    expect(Math.abs(score - (expected[i] as number))).toBeLessThanOrEqual(SCORE_TOLERANCE);
  });
}
