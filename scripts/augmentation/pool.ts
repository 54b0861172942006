/** Pictures on several threads; what comes of them arrives in their order, whoever was first. */
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../engine/errors.ts';
import { type MadeVariant, type PictureTask, PictureWorker, type RunSettings } from './work.ts';

/** What became of a picture. */
export type Answer = { readonly made: readonly MadeVariant[] } | { readonly fault: string };

interface Runner {
  run(task: PictureTask): Promise<Answer>;
  stop(): Promise<unknown>;
}

/** Pictures that wait, done, for an earlier one: bounds what a run holds. */
const AHEAD_A_THREAD = 8;

/**
 * Works on pictures in their order.
 * @param tasks drawn from as threads get free
 */
export async function runPictures(
  settings: RunSettings,
  threads: number,
  tasks: AsyncIterator<PictureTask>,
  onAnswer: (task: PictureTask, answer: Answer) => Promise<void>,
): Promise<void> {
  const runners =
    threads > 1 ? Array.from({ length: threads }, () => startThread(settings)) : [await startHere(settings)];
  const pending: { readonly task: PictureTask; readonly answer: Promise<Answer> }[] = [];
  const settle = async () => {
    const first = pending.shift();
    if (first) await onAnswer(first.task, await first.answer);
  };
  try {
    const idle = [...runners];
    const waiting: (() => void)[] = [];
    const free = () => new Promise<void>((resolve) => (idle.length > 0 ? resolve() : waiting.push(resolve)));
    for (let next = await tasks.next(); !next.done; next = await tasks.next()) {
      await free();
      const runner = idle.pop() as Runner;
      const task = next.value;
      const answer = runner.run(task).finally(() => {
        idle.push(runner);
        waiting.shift()?.();
      });
      answer.catch(() => {}); // told when its turn comes
      pending.push({ task, answer });
      if (pending.length >= AHEAD_A_THREAD * runners.length) await settle();
    }
    while (pending.length > 0) await settle();
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}

async function startHere(settings: RunSettings): Promise<Runner> {
  const worker = await PictureWorker.start(settings);
  return {
    run: async (task) => {
      try {
        return { made: await worker.make(task) };
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return { fault: error.message };
      }
    },
    stop: async () => {},
  };
}

function startThread(settings: RunSettings): Runner {
  const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: settings });
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        worker.once('message', (answer: Answer) => {
          worker.off('error', reject);
          resolve(answer);
        });
        worker.once('error', reject);
        worker.postMessage(task);
      }),
    stop: () => worker.terminate(),
  };
}
