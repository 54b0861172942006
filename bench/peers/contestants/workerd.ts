/** Ours inside workerd, by way of miniflare: what a worker on the edge gets of a core. One request runs the model many times. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { Miniflare } from 'miniflare';
import { modelFile, readInput } from '../prepared.ts';
import { cpuMsOf, descendants } from '../processes.ts';
import type { Contestant } from './contestant.ts';

const URL_OF_WORKER = 'http://worker';
/** Below this compatibility date nothing depends on it: the worker uses no API but Request and Response. */
const COMPATIBILITY_DATE = '2026-01-01';

const entry = new URL('../workerd/worker.ts', import.meta.url);
const kernels = ['inference.wasm', 'inference.relaxed.wasm'];

/** Modules of WebAssembly are handed to workerd beside the script. */
const besideTheScript: Plugin = {
  name: 'wasm beside the script',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));
  },
};

async function startWorker(): Promise<Miniflare> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    plugins: [besideTheScript],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  const script = { type: 'esm' as const, contents: outputFiles[0]?.text ?? '' };
  const wasm = kernels.map((path) => {
    const contents = Uint8Array.from(readFileSync(new URL(`../../../build/${path}`, import.meta.url)));
    return [path, { type: 'wasm' as const, contents }] as const;
  });
  const manifest = { mainModule: 'worker.js', modules: { 'worker.js': script, ...Object.fromEntries(wasm) } };
  return new Miniflare({ workers: [{ config: { name: 'bench', compatibilityDate: COMPATIBILITY_DATE, manifest } }] });
}

export const workerd: Contestant = {
  load: async (folder) => {
    const miniflare = await startWorker();
    const post = async (path: string, body: Uint8Array = new Uint8Array()) => {
      const response = await miniflare.dispatchFetch(`${URL_OF_WORKER}${path}`, { method: 'POST', body });
      if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
      return response;
    };
    await post('/load', modelFile(folder));
    await post('/input', new Uint8Array(readInput(folder).data.buffer));
    const pids = descendants();
    let memoryBytes = 0;
    return {
      run: async (times) => {
        const response = await post(`/run?times=${times}`);
        memoryBytes = Number(response.headers.get('memory'));
        return new Float32Array(await response.arrayBuffer());
      },
      cpuMs: () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
      memoryBytes: () => memoryBytes,
      close: () => miniflare.dispose(),
    };
  },
};
