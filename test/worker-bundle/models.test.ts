/** The shipped models behind the real bundle: the first request of an isolate, memory, and that they stay apart. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHarness } from 'wrangler';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import { checkLimits, decodingBytes, encodePng } from '../../engine/image/codec.ts';
import type { JpegHeader } from '../../engine/image/jpeg.ts';
import { decodePng } from '../../engine/image/png.ts';
import { parseModel } from '../../engine/model-file.ts';
import type { Detection } from '../../engine/tasks/detect.ts';
import { Explainer } from '../../engine/tasks/explain.ts';
import { Predictor } from '../../engine/tasks/predictor.ts';
import type { Segmentation } from '../../engine/tasks/segment.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { MemoryBudget } from '../../worker/memory.ts';
import { ModelStore } from '../../worker/model-store.ts';
import { defaultSettings } from '../../worker/settings.ts';
import { stopSign, stopSignBox } from './stop-sign.ts';

const root = new URL('../../', import.meta.url);
const server = createTestHarness({ workers: [{ configPath: new URL('wrangler.toml', root), vars: { LOG: 'off' } }] });
let origin = '';

beforeAll(async () => {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
  process.env.WRANGLER_SEND_METRICS = 'false';
  origin = (await server.listen()).url.origin;
});
afterAll(() => server.close());

const picture = encodePng(stopSign) as Uint8Array<ArrayBuffer>;
const post = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${origin}/v1/models/${path}`, { method: 'POST', body: picture, headers });

async function bytes(response: Promise<Response>): Promise<string> {
  const answered = await response;
  const text = await answered.text();
  expect([answered.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return text;
}

/** As a client should: who is told to come again does, after as long as it was told. */
async function patiently(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send();
    if (response.status !== 429) return response;
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after'))));
  }
}

const fileOf = (name: string) => readFileSync(new URL(`models/${name}.safetensors`, root));
const shipped = readdirSync(new URL('models/', root)).flatMap((file) => /^(.+)\.safetensors$/.exec(file)?.[1] ?? []);

/** Share of the union that two boxes have in common. */
function overlap(a: Detection['box'], b: Detection['box']): number {
  const side = (from: number, to: number) => Math.max(0, to - from);
  const area = ({ xmin, ymin, xmax, ymax }: Detection['box']) => (xmax - xmin) * (ymax - ymin);
  const common =
    side(Math.max(a.xmin, b.xmin), Math.min(a.xmax, b.xmax)) * side(Math.max(a.ymin, b.ymin), Math.min(a.ymax, b.ymax));
  return common / (area(a) + area(b) - common);
}

describe('the detector', () => {
  let first = '';

  test('answers the first request of an isolate: a stop sign, where it is', async () => {
    first = await bytes(post('coco-detector/predict'));
    const [found, ...others] = JSON.parse(first) as Detection[];
    expect(others).toEqual([]);
    expect(found?.label).toBe('stop sign');
    expect(found?.score).toBeGreaterThan(0.9);
    expect(overlap(found!.box, stopSignBox)).toBeGreaterThan(0.9);
  });

  test('answers as the engine does in Node', () => {
    const predictor = new Predictor(parseModel(fileOf('coco-detector')), loadKernels('inference'));
    expect(JSON.parse(first)).toEqual(JSON.parse(JSON.stringify(predictor.predict(stopSign))));
  });

  test('gives the same bytes afterwards, beside other models and when it had to make room', async () => {
    const others = ['digits', 'coco-detector-f16', 'coco-backbone', 'selfie-segmenter'].map(
      (name) => `${name}/predict`,
    );
    const alone = new Map<string, string>();
    for (const path of [...others, 'coco-detector-f16/explain']) alone.set(path, await bytes(post(path)));
    alone.set('coco-detector/predict', first);
    // More than the cache holds, at the same time and twice, the last first.
    const asked = [...alone.keys(), ...[...alone.keys()].reverse()];
    const answers = await Promise.all(asked.map((path) => bytes(patiently(() => post(path)))));
    expect(answers).toEqual(asked.map((path) => alone.get(path)));
  });

  test('is explained as by the engine in Node, in numbers and in colours', async () => {
    const predictor = new Predictor(parseModel(fileOf('coco-detector')), loadKernels('inference'));
    const expected = new Explainer(predictor, loadKernels('training')).explain(stopSign, { class: 'stop sign' });
    const map = JSON.parse(await bytes(post('coco-detector/explain?class=stop%20sign')));
    expect(map).toEqual({ ...expected, data: Array.from(expected.data) });
    const response = await post('coco-detector/explain', { accept: 'image/png' });
    const drawn = decodePng(new Uint8Array(await response.arrayBuffer()));
    const preprocess = predictor.model.card.preprocess!;
    expect(Buffer.compare(drawn.data, drawHeatMap(stopSign, expected, preprocess).data)).toBe(0);
  });
});

test('the segmenter gives a mask of the size of the picture', async () => {
  const masks = JSON.parse(await bytes(post('selfie-segmenter/predict'))) as Segmentation[];
  for (const { mask } of masks) {
    const { width, height } = decodePng(Buffer.from(mask, 'base64'));
    expect([width, height]).toEqual([stopSign.width, stopSign.height]);
  }
});

test('cards and protocol know every shipped model', async () => {
  const { models } = (await (await fetch(`${origin}/v1/models`)).json()) as {
    models: { name: string; precision: string }[];
  };
  expect(models.map(({ name }) => name).toSorted()).toEqual(shipped.toSorted());
  const precision = Object.fromEntries(models.map((card) => [card.name, card.precision]));
  expect(precision).toMatchObject({ digits: 'f32', 'coco-detector': 'int8', 'coco-detector-f16': 'f16' });
  expect((await fetch(`${origin}/v2/models/coco-detector/ready`)).status).toBe(200);
  const unknown = await fetch(`${origin}/v1/models/nothing`);
  expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('coco-detector')]);
});

describe('memory', () => {
  const { limits } = defaultSettings;
  const kernels = { inference: loadKernels('inference'), training: loadKernels('training') };
  const embedded = Object.fromEntries(shipped.map((name) => [name, new Uint8Array(fileOf(name))]));

  test.each(shipped)('%s fits beside a picture of 640×480, its explanation too', async (name) => {
    const memory = new MemoryBudget(limits);
    const store = new ModelStore({ embedded }, kernels, memory, limits);
    const model = await store.describe(name);
    const photo = { held: 300_000, before: 7 * 640 * 480, during: 3 * 640 * 480 };
    const held: Record<string, number> = {};
    for (const kind of ['predict', 'infer', 'explain', 'activations'] as const) {
      await store.use(kind, model, photo, () => undefined);
      const [, bytes] = store.ready.find(([key]) => key.startsWith(kind)) as readonly [string, number];
      held[kind] = Math.round(bytes / 1000);
      expect(store.bytes).toBeLessThanOrEqual(limits.modelCacheBytes);
    }
    console.log(name.padEnd(20), 'kB', JSON.stringify(held));
    // What is let go to load the next one is never more than what there is.
    expect(model.fileBytes + model.parsedBytes + held.predict! * 1000).toBeLessThan(limits.memoryBytes);
  });
});

test('a photo of twelve megapixels fits beside the detector of eight bits, not beside the one of sixteen', async () => {
  const { limits } = defaultSettings;
  const kernels = { inference: loadKernels('inference'), training: loadKernels('training') };
  const held = 5e6;
  const header = { type: 'jpeg', width: 4032, height: 3024, channels: 3, buffered: false, end: held } as JpegHeader;
  expect(() => checkLimits(header)).not.toThrow();
  const photo = { held, before: decodingBytes(header), during: 3 * 4032 * 3024 };
  const answers = ['coco-detector', 'coco-detector-f16'].map(async (name) => {
    const store = new ModelStore({ embedded: { [name]: fileOf(name) } }, kernels, new MemoryBudget(limits), limits);
    return store.use('predict', await store.describe(name), photo, () => 'fits');
  });
  await expect(answers[0]).resolves.toBe('fits');
  await expect(answers[1]).rejects.toThrow(/takes \d+ bytes of memory, beside the model "coco-detector-f16"/);
});

test('the bundle stays within 1.5 MB as it is sent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'borde-bundle-'));
  try {
    const wrangler = fileURLToPath(new URL('node_modules/wrangler/bin/wrangler.js', root));
    execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', folder], {
      cwd: fileURLToPath(root),
      stdio: 'ignore',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    const sent = readdirSync(folder).filter((file) => !/\.(map|md)$/.test(file));
    expect(sent).toContain('index.js');
    const total = sent.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
    expect(total).toBeLessThan(1.5e6);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
