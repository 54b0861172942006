/**
 * What the worker costs, measured from outside against the real bundle in workerd:
 *   first   from sending the first picture to a fresh isolate to having its answer, over several starts
 *   warm    the same when everything is loaded, median
 *   engine  one run of the network alone. The clock inside workerd moves in whole milliseconds, so a run is not timed but a
 *           thousand: the `Server-Timing: run` (no JSON, no decoding) of one infer request of 1000 samples, divided by 1000;
 *           minimum of five
 *
 *   npm run build && node bench/worker.ts [--starts 5]
 */
import { parseArgs } from 'node:util';
import { createTestHarness } from 'wrangler';
import { encodePng } from '../engine/image/codec.ts';

const { values } = parseArgs({ options: { starts: { type: 'string', default: '5' } } });
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

const SAMPLES = 1000;
const root = new URL('../', import.meta.url);

const digit = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 ? 255 : 0));
const png = encodePng({ width: 28, height: 28, channels: 1, data: digit }) as Uint8Array<ArrayBuffer>;
const samples = JSON.stringify({
  inputs: [
    {
      name: 'image',
      shape: [SAMPLES, 28, 28, 1],
      datatype: 'FP32',
      data: Array.from({ length: 784 * SAMPLES }, (_, i) => ((i * 31) % 97) / 100),
    },
  ],
});

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;

async function post(url: URL, body: BodyInit): Promise<{ milliseconds: number; timing: string }> {
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', body });
  await response.arrayBuffer();
  const milliseconds = performance.now() - start;
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status}`);
  return { milliseconds, timing: response.headers.get('server-timing') ?? '' };
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await work());
  return results;
}

/** One life of an isolate. */
async function measure() {
  const configPath = new URL('wrangler.toml', root);
  const prebuiltWorkerDir = new URL('dist/', root);
  const server = createTestHarness({ workers: [{ configPath, prebuiltWorkerDir, vars: { LOG: 'off' } }] });
  try {
    const { url } = await server.listen();
    // A connection and the harness's own first request are not the worker's: both are over after a static file.
    await (await fetch(new URL('/_headers', url))).arrayBuffer();
    const predict = new URL('/v1/models/digits/predict', url);
    const first = (await post(predict, png)).milliseconds;
    await repeat(100, () => post(predict, png));
    const warm = median((await repeat(300, () => post(predict, png))).map(({ milliseconds }) => milliseconds));
    const runs = await repeat(5, () => post(new URL('/v2/models/digits/infer', url), samples));
    const engine = Math.min(...runs.map(({ timing }) => Number(/run;dur=([\d.]+)/.exec(timing)?.[1]) / SAMPLES));
    return { first, warm, engine };
  } finally {
    await server.close();
  }
}

const lives = await repeat(Number(values.starts), measure);
const row = (name: string, numbers: readonly number[], budget: string) =>
  console.log(name.padEnd(8), numbers.map((ms) => ms.toFixed(3).padStart(9)).join(' '), `  ${budget}`);

console.log('ms, a column a fresh start');
row(
  'first',
  lives.map(({ first }) => first),
  'budget 150',
);
row(
  'warm',
  lives.map(({ warm }) => warm),
  'end to end, median of 300',
);
row(
  'engine',
  lives.map(({ engine }) => engine),
  'budget 0.5, a run, minimum of 5',
);
