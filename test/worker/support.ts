/** The app with the stand-in model and all that the tests ask it in the same way. */
import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import { expect } from 'vitest';
import relaxed from '../../build/inference.relaxed.wasm';
import baseline from '../../build/inference.wasm';
import trainingRelaxed from '../../build/training.relaxed.wasm';
import trainingBaseline from '../../build/training.wasm';
import { createCodecs } from '../../engine/image/codec.ts';
import { createApp } from '../../worker/app.ts';
import { chooseKernels } from '../../worker/kernels.ts';
import type { ModelAssets, ModelFiles } from '../../worker/model-source.ts';
import { type ProblemCode, problems } from '../../worker/problem.ts';
import { defaultSettings, type Limits, type Settings } from '../../worker/settings.ts';
import { sevenPng } from './pictures.ts';
import { standInModel } from './stand-in.ts';

export const kernels = chooseKernels({ baseline, relaxed });
export const trainingKernels = chooseKernels({ baseline: trainingBaseline, relaxed: trainingRelaxed });
export const digits = standInModel();

interface Overrides {
  readonly settings?: Partial<Omit<Settings, 'limits'>>;
  readonly limits?: Partial<Limits>;
  readonly models?: ModelFiles;
  readonly assets?: ModelAssets;
}

/** An app with its own caches: what a fresh isolate has. */
export function makeApp({ settings = {}, limits = {}, models = { digits }, assets }: Overrides = {}) {
  const all = { ...defaultSettings, log: false, ...settings, limits: { ...defaultSettings.limits, ...limits } };
  return createApp({
    kernels: { inference: kernels, training: trainingKernels },
    codecs: createCodecs({ jpegDecoder, limits: all.limits.image }),
    models: { embedded: models, assets },
    settings: all,
  });
}

export type App = ReturnType<typeof makeApp>;

export const predictPath = '/v1/models/digits/predict';

export const post = (app: App, path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  app.request(path, { method: 'POST', body, headers });

export const postJson = (app: App, path: string, document: unknown) =>
  post(app, path, JSON.stringify(document), { 'content-type': 'application/json' });

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly path?: string;
}

/** The answer is the problem document of this code; returns it. */
export async function expectProblem(response: Response, code: ProblemCode): Promise<Problem> {
  const text = await response.text();
  expect([response.status, text.slice(0, 500)]).toEqual([
    problems[code].status,
    expect.stringContaining(`"code":"${code}"`),
  ]);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = JSON.parse(text) as Problem;
  expect(problem).toMatchObject({ type: `/docs#${code}`, title: problems[code].title, status: response.status, code });
  expectClean(text);
  return problem;
}

/** The answer is the protocol's error with this status; returns its sentence. */
export async function expectError(response: Response, status: number): Promise<string> {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.stringContaining('{"error":"')]);
  expectClean(text);
  const { error, ...rest } = JSON.parse(text) as { error: string };
  expect(rest).toEqual({});
  return error;
}

/** No stack, no path, no words of the runtime, and nothing of the request that is longer than 100 characters. */
export function expectClean(text: string): void {
  expect(text).not.toMatch(
    /\bat .*:\d+:\d+|\/work\/|node_modules|TypeError|RangeError|SyntaxError|Unexpected token|undefined/,
  );
  expect(text).not.toMatch(/(.)\1{100}/);
}

/** The answer that the app gives to a good request: what it must give after any bad one, too. */
export async function goodAnswer(app: App): Promise<string> {
  const response = await post(app, predictPath, sevenPng);
  expect(response.status).toBe(200);
  return response.text();
}
