/** The referee's hand on a contestant's process: started on one core, alive from the first round to the last. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SimdChoice } from '../../scripts/kernels.ts';
import type { ContestantName } from './contestants/index.ts';
import { onOneCore } from './machine.ts';
import type { Ran, Reply, Request } from './messages.ts';

const script = fileURLToPath(new URL('process.ts', import.meta.url));

export class Child {
  readonly name: ContestantName;
  private readonly process: ChildProcess;

  constructor(name: ContestantName) {
    this.name = name;
    const [execPath = process.execPath, ...execArgv] = [...onOneCore(), process.execPath];
    this.process = fork(script, [name], {
      execPath,
      execArgv,
      serialization: 'advanced', // outputs go over as Float32Array
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** @throws Error with the contestant's own sentence */
  async load(folder: string, simd: SimdChoice): Promise<void> {
    await this.ask({ kind: 'load', folder, simd });
  }

  async run(times: number): Promise<Ran> {
    return (await this.ask({ kind: 'run', times })) as Ran;
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.disconnect();
    await exit;
  }

  private async ask(request: Request): Promise<Reply> {
    this.process.send(request);
    const died = new AbortController();
    const reply = await Promise.race([
      once(this.process, 'message', died).then(([message]) => message as Reply),
      once(this.process, 'exit', died).then(
        ([code]): Reply => ({ kind: 'failed', message: `ended with code ${code}` }),
      ),
    ]).finally(() => died.abort());
    if (reply.kind === 'failed') throw new Error(`${this.name}: ${reply.message}`);
    return reply;
  }
}
