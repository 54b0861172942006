/**
 * First prediction in a fresh process: what somebody waits for who starts a command or a cold worker. Ours is bundled into
 * one file, as it is shipped; the peers come from their packages, which are bundles already.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ContestantName } from './contestants/index.ts';
import { onOneCore } from './machine.ts';
import type { NetworkName } from './models/index.ts';
import type { Prepared } from './prepare.ts';
import type { FirstPrediction } from './results.ts';

const STARTS = 7;

/** Where the bundles go: beside the peers' packages, which they import. */
const cache = new URL('../node_modules/.cache/first-prediction/', import.meta.url);
const bundles = new URL('peers/', cache);
const path = (url: URL): string => fileURLToPath(url);

/** The process: everything between the two looks at the clock is what a user waits for. */
const program = (contestant: string, file: string) => `
  const before = performance.now();
  const { ${contestant} } = await import(${JSON.stringify(`./${basename(file)}`)});
  const runner = await ${contestant}.load(process.argv[2], { simd: 'auto' });
  await runner.run(1);
  const now = performance.now();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ startMs: now, importMs: now - before, cpuMs: (user + system) / 1000 }));
  process.exit(0);
`;

/** Contestant → its module and what it is called there. */
const modules: Partial<Record<ContestantName, readonly [file: string, name: string]>> = {
  borde: ['borde', 'borde'],
  tfjs: ['tfjs', 'tfjs'],
  ort: ['onnxruntime-web', 'onnxruntimeWeb'],
  native: ['onnxruntime-node', 'onnxruntimeNode'],
};

async function bundle(contestant: ContestantName, file: string, name: string): Promise<string> {
  const script = new URL(`${contestant}.mjs`, bundles);
  await build({
    // One name of the module, so that nothing else of it comes along.
    stdin: {
      contents: `export { ${name} } from './contestants/${file}.ts';`,
      resolveDir: path(new URL('./', import.meta.url)),
    },
    outfile: path(new URL(`${file}.js`, bundles)),
    external: ['@tensorflow/*', 'onnxruntime-*'],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  writeFileSync(script, program(name, `${file}.js`));
  return path(script);
}

/** scripts/kernels.ts looks for ../build/. */
function copyKernels(): void {
  mkdirSync(new URL('build/', cache), { recursive: true });
  mkdirSync(bundles, { recursive: true });
  for (const name of ['inference.wasm', 'inference.relaxed.wasm']) {
    copyFileSync(new URL(`../../build/${name}`, import.meta.url), new URL(`build/${name}`, cache));
  }
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;

/** Starts each contestant seven times on each network, in turn. Those that cannot start are left out. */
export async function firstPredictions(
  networks: readonly (readonly [NetworkName, Prepared])[],
  contestants: readonly ContestantName[],
): Promise<readonly FirstPrediction[]> {
  copyKernels();
  const scripts: (readonly [ContestantName, string])[] = [];
  for (const contestant of contestants) {
    const module = modules[contestant];
    if (module) scripts.push([contestant, await bundle(contestant, ...module)]);
  }
  return networks.flatMap(([network, { folder }]) => {
    const starts = Array.from({ length: STARTS }, () => scripts.map(([, script]) => startOnce(script, folder)));
    return scripts.flatMap(([contestant], column) => {
      const mine = starts.flatMap((row) => row[column] ?? []);
      if (mine.length < STARTS) return [];
      const of = (key: 'startMs' | 'importMs' | 'cpuMs') => median(mine.map((start) => start[key]));
      return [{ network, contestant, startMs: of('startMs'), importMs: of('importMs'), cpuMs: of('cpuMs') }];
    });
  });
}

interface Start {
  readonly startMs: number;
  readonly importMs: number;
  readonly cpuMs: number;
}

function startOnce(script: string, folder: string): Start | undefined {
  const [command, ...args] = [...onOneCore(), process.execPath, script, folder];
  try {
    const output = execFileSync(command as string, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(output.trim().split('\n').at(-1) as string);
  } catch {
    return undefined;
  }
}
