/** The built page on a server, with a browser and somebody who answers in the worker's place: one for each test file. */
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { parseModel } from '../../engine/model-file.ts';
import type { Classification } from '../../engine/tasks/classify.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Stroke } from '../../page/strokes.ts';
import { buildPage } from '../../scripts/build/page.ts';
import { loadCodecs } from '../../scripts/codecs.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { openBrowser } from '../suites/browser.ts';
import { type Handler, servePage } from './server.ts';

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
  /** Answers `predict` instead of the worker; undefined lets `honestWorker` do it. */
  worker: Handler | undefined;
  close(): Promise<void>;
}

/** Builds the page into a folder of its own, so that nothing stale is tested, and serves it. */
export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'borde-page-'));
  await buildPage({ output: join(folder, 'page') });
  const server = await servePage(join(folder, 'page'), {
    '/v1/models/': (request, body, response) => (site.worker ?? honestWorker)(request, body, response),
    '/v1/models': (_request, _body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ models: modelNames.map(cardOf) }));
    },
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

const modelNames = (await readdir(new URL('../../models/', import.meta.url)))
  .filter((name) => name.endsWith('.safetensors'))
  .map((name) => name.replace('.safetensors', ''));

const predictors = new Map<string, Predictor>();
const codecs = await loadCodecs();

/** The predictor of a shipped model. */
export function predictorOf(name: string): Predictor {
  let found = predictors.get(name);
  if (!found) {
    const file = readFileSync(new URL(`../../models/${name}.safetensors`, import.meta.url));
    found = new Predictor(parseModel(file), loadKernels('inference', 'baseline'));
    predictors.set(name, found);
  }
  return found;
}

/** As much of a card as the page reads. */
function cardOf(name: string): object {
  const { card, tensors } = predictorOf(name).model;
  const isEightBit = [...tensors.values()].some(({ eightBit }) => eightBit !== undefined);
  const { size: bytes } = statSync(new URL(`../../models/${name}.safetensors`, import.meta.url));
  const input = { size: card.preprocess?.size };
  return { name, task: card.task?.kind, bytes, precision: isEightBit ? 'int8' : 'f32', input };
}

/** Answers as the worker does: PNG or JPEG in, the predictor's answer out. */
export const honestWorker: Handler = (request, body, response) => {
  const { pathname, searchParams } = new URL(request.url as string, 'http://localhost');
  const [topK, threshold] = ['top_k', 'threshold'].map((name) => searchParams.get(name));
  const options = { ...(topK && { topK: Number(topK) }), ...(threshold && { threshold: Number(threshold) }) };
  const answer = predictorOf(pathname.split('/')[3] as string).predict(codecs.decode(body), options);
  response.writeHead(200, { 'content-type': 'application/json', 'server-timing': 'decode;dur=0.1, run;dur=0.4' });
  response.end(JSON.stringify(answer));
};

const predictor = predictorOf('digits');
export const { model } = predictor;

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
