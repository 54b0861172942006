/** A contestant's process: `node bench/peers/process.ts NAME`, told by messages what to load and when to run. See child.ts. */

import type { Runner } from './contestants/contestant.ts';
import { type ContestantName, contestants } from './contestants/index.ts';
import type { Reply, Request } from './messages.ts';

const contestant = await contestants[process.argv[2] as ContestantName]();
let runner: Runner | undefined;
let output = new Float32Array();

const ownCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'load') {
    runner = await contestant.load(request.folder, { simd: request.simd });
    return { kind: 'loaded' };
  }
  if (!runner) throw new Error('nothing is loaded');
  const cpuMs = runner.cpuMs ?? ownCpuMs;
  const [wallStart, cpuStart] = [performance.now(), cpuMs()];
  output = new Float32Array(await runner.run(request.times));
  const sample = {
    cpuMs: (cpuMs() - cpuStart) / request.times,
    wallMs: (performance.now() - wallStart) / request.times,
  };
  return { kind: 'ran', sample, output, memoryBytes: runner.memoryBytes?.() };
}

process.on('message', async (request: Request) => {
  const reply = await answer(request).catch(
    (error): Reply => ({ kind: 'failed', message: String(error?.message ?? error) }),
  );
  process.send?.(reply);
});
process.on('disconnect', async () => {
  await runner?.close?.();
  process.exit(0);
});
