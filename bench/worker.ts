/**
 * What the worker costs, measured from outside against the real bundle in workerd:
 *   first   from sending the first picture to a fresh isolate to having its answer, over several starts; a model that is a
 *           static asset is read and packed within it
 *   warm    the same when everything is loaded, median
 *   parts   of a warm request by its Server-Timing, each the mean of all warm requests: the clock inside workerd moves in
 *           whole milliseconds, which evens out over hundreds
 *   engine  (digits) one run of the network alone: not timed, but a thousand are, by the `run` of one infer request of 1000
 *           samples; minimum of five
 *   CPU     of the workerd process for a warm request, where /proc says it
 *
 *   npm run build && node bench/worker.ts [--starts 5] [--model coco-detector] [--image photo.jpg] [--requests 300]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createTestHarness } from 'wrangler';
import { encodePng } from '../engine/image/codec.ts';
import { cpuMsOfDescendants } from './peers/processes.ts';

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    model: { type: 'string', default: 'digits' },
    image: { type: 'string' },
    requests: { type: 'string', default: '300' },
  },
});
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

const SAMPLES = 1000;
const WARM_UP = 100;
const requests = Number(values.requests);
const root = new URL('../', import.meta.url);

const digit = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 ? 255 : 0));
const picture = (
  values.image === undefined
    ? encodePng({ width: 28, height: 28, channels: 1, data: digit })
    : new Uint8Array(readFileSync(values.image))
) as Uint8Array<ArrayBuffer>;
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

interface Answered {
  readonly milliseconds: number;
  /** By stage. */
  readonly timing: Readonly<Record<string, number>>;
}

async function post(url: URL, body: BodyInit): Promise<Answered> {
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', body });
  const text = await response.text();
  const milliseconds = performance.now() - start;
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status} ${text.slice(0, 200)}`);
  const stages = (response.headers.get('server-timing') ?? '').matchAll(/(\w+);dur=([\d.]+)/g);
  return { milliseconds, timing: Object.fromEntries(Array.from(stages, ([, name, dur]) => [name, Number(dur)])) };
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
    const predict = new URL(`/v1/models/${values.model}/predict`, url);
    const start = cpuMsOfDescendants();
    const first = (await post(predict, picture)).milliseconds;
    const firstCpu = (cpuMsOfDescendants() ?? Number.NaN) - (start ?? Number.NaN);
    await repeat(Math.min(WARM_UP, requests), () => post(predict, picture));
    const before = cpuMsOfDescendants();
    const answers = await repeat(requests, () => post(predict, picture));
    const after = cpuMsOfDescendants();
    const warm = median(answers.map(({ milliseconds }) => milliseconds));
    const parts = Object.fromEntries(
      Object.keys(answers[0]?.timing ?? {}).map((stage) => [
        stage,
        answers.reduce((sum, { timing }) => sum + (timing[stage] ?? 0), 0) / answers.length,
      ]),
    );
    const cpu = before === undefined || after === undefined ? Number.NaN : (after - before) / requests;
    if (values.model !== 'digits') return { first, firstCpu, warm, cpu, parts };
    const runs = await repeat(5, () => post(new URL('/v2/models/digits/infer', url), samples));
    return {
      first,
      firstCpu,
      warm,
      cpu,
      parts,
      engine: Math.min(...runs.map(({ timing }) => (timing.run ?? 0) / SAMPLES)),
    };
  } finally {
    await server.close();
  }
}

const lives = await repeat(Number(values.starts), measure);
const row = (name: string, numbers: readonly number[], note = '') =>
  console.log(name.padEnd(12), numbers.map((ms) => ms.toFixed(3).padStart(9)).join(' '), `  ${note}`);

console.log(`ms, a column a fresh start; ${values.model}, ${picture.length} bytes of picture`);
row(
  'first',
  lives.map(({ first }) => first),
  values.model === 'digits' ? 'budget 150' : 'budget 400',
);
row(
  '  CPU',
  lives.map(({ firstCpu }) => firstCpu),
  'of workerd, its compilers included',
);
row(
  'warm',
  lives.map(({ warm }) => warm),
  `end to end, median of ${requests}`,
);
for (const stage of Object.keys(lives[0]?.parts ?? {})) {
  row(
    `  ${stage}`,
    lives.map(({ parts }) => parts[stage] ?? Number.NaN),
  );
}
row(
  '  CPU',
  lives.map(({ cpu }) => cpu),
  'of workerd, a request',
);
if (values.model === 'digits') {
  row(
    'engine',
    lives.map(({ engine }) => engine ?? Number.NaN),
    'budget 0.5, a run, minimum of 5',
  );
}
