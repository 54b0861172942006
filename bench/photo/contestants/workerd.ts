/**
 * The worker as it is deployed, in workerd, over HTTP: `workerd.ts MODEL_NAME [PHOTO]`. `whole` is the CPU time of the
 * workerd process for a request, all threads. The parts are the worker's own Server-Timing: its clock moves in whole
 * milliseconds, so they are means over a sample's requests.
 */
import { createTestHarness } from 'wrangler';
import { cpuMsOfDescendants } from '../../peers/processes.ts';
import { type Runs, serveRuns } from '../../serve.ts';
import { readPhoto } from '../photo.ts';

process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

/** Row → the worker's own name of the stage. */
const stages = { decode: 'decode', resize: 'preprocess', network: 'run', boxes: 'postprocess' };

const [name, path] = process.argv.slice(2) as [string, string | undefined];
const { jpeg } = await readPhoto(path);
const root = new URL('../../../', import.meta.url);
const configPath = new URL('wrangler.toml', root);
const prebuiltWorkerDir = new URL('dist/', root);
const server = createTestHarness({ workers: [{ configPath, prebuiltWorkerDir, vars: { LOG: 'off' } }] });
const { url } = await server.listen();
const predict = new URL(`/v1/models/${name}/predict`, url);

async function ask(): Promise<string> {
  const response = await fetch(predict, { method: 'POST', body: jpeg });
  const text = await response.text();
  if (!response.ok) throw new Error(`${predict.pathname}: HTTP ${response.status} ${text}`);
  return response.headers.get('server-timing') ?? '';
}

const whole: Runs = async (runs) => {
  const start = cpuMsOfDescendants();
  for (let i = 0; i < runs; i++) await ask();
  return (1000 * (cpuMsOfDescendants() - start)) / runs;
};

const stage =
  (stage: string): Runs =>
  async (runs) => {
    let milliseconds = 0;
    for (let i = 0; i < runs; i++) {
      milliseconds += Number(new RegExp(`\\b${stage};dur=([\\d.]+)`).exec(await ask())?.[1]);
    }
    return (1000 * milliseconds) / runs;
  };

try {
  const parts = Object.entries(stages).map(([row, its]) => [row, stage(its)] as const);
  await serveRuns({ ...Object.fromEntries(parts), whole });
} finally {
  await server.close();
}
