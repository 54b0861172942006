/** What a browser has to fetch before the first prediction, without the model: script (minified, tree-shaken) and WebAssembly. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { ShippedBytes } from './results.ts';

const here = new URL('./', import.meta.url);

interface Delivery {
  readonly contestant: string;
  /** What an application imports, so that nothing it does not use is counted. */
  readonly script: string;
  readonly wasm: readonly string[];
}

const deliveries: readonly Delivery[] = [
  {
    contestant: 'borde',
    script: `export { parseModel } from '../../engine/model-file.ts';
      export { Session } from '../../engine/session.ts';
      export { capabilitiesOf } from '../../engine/capabilities.ts';
      export { hasRelaxedSimd } from '../../engine/simd-probe.ts';`,
    wasm: ['../../build/inference.relaxed.wasm'],
  },
  {
    contestant: 'tfjs',
    script: `import '@tensorflow/tfjs-backend-wasm';
      import { add, concat, env, fused, maxPool, mean, mul, relu, relu6, reshape, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
      export { add, concat, env, maxPool, mean, mul, relu, relu6, reshape, setBackend, tensor, tidy };
      export const { conv2d, depthwiseConv2d, matMul } = fused;`,
    wasm: ['../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  {
    contestant: 'ort',
    script: `export { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';`,
    wasm: ['../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  },
];

async function bundle(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(here), loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
    // Branches for Node, which a browser's bundle does not run.
    external: [
      'node:*',
      'module',
      'worker_threads',
      'fs',
      'path',
      'perf_hooks',
      'os',
      'crypto',
      'util',
      'string_decoder',
    ],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

const row = (contestant: string, part: string, file: Uint8Array): ShippedBytes => ({
  contestant,
  part,
  bytes: file.length,
  gzipBytes: gzipSync(file, { level: 9 }).length,
});

export async function shippedBytes(contestants: readonly string[]): Promise<readonly ShippedBytes[]> {
  const rows: ShippedBytes[] = [];
  for (const { contestant, script, wasm } of deliveries.filter((one) => contestants.includes(one.contestant))) {
    rows.push(row(contestant, 'script', await bundle(script)));
    for (const path of wasm)
      rows.push(row(contestant, path.split('/').at(-1) as string, readFileSync(new URL(path, here))));
  }
  return rows;
}
