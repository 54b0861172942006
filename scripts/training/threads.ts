/** Threads that come to their own end when they are told through shared memory; while they work they keep no process alive. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export class Threads {
  private readonly workers: Worker[] = [];

  /** @param module beside the caller's, without its extension: sources run as they are, a package has them compiled */
  start(caller: string, module: string, workerData: unknown): void {
    const extension = caller.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`${module}.${extension}`, caller), { workerData });
    worker.unref();
    this.workers.push(worker);
  }

  /**
   * Resolves when all have ended. Until then their WebAssembly is there, too: V8 13 may lose track of code pages where one
   * thread takes a module down while another compiles ("Check failed: jit_page.has_value()", nodejs/node#64500).
   */
  async ended(): Promise<void> {
    const running = this.workers.filter(({ threadId }) => threadId !== -1);
    await Promise.all(
      running.map((worker) => {
        worker.ref();
        return once(worker, 'exit');
      }),
    );
  }
}
