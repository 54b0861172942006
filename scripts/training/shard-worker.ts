/** A training thread beside the main one: waits for a batch, runs its share, says after each shard that it has. */
import { workerData } from 'node:worker_threads';
import { awaitChange } from './await-change.ts';
import { ShardRunner, type TrainingSetup } from './shard-runner.ts';
import { Slot } from './shared-batch.ts';

const { setup, thread } = workerData as { setup: TrainingSetup; thread: number };
const { control, failure } = setup.shared;

/** Leaves the failure's text where the main thread looks, since it does not turn its event loop while it waits. */
function report(error: unknown): void {
  const text = new TextEncoder()
    .encode(error instanceof Error ? error.message : String(error))
    .subarray(0, failure.length);
  failure.set(text);
  Atomics.store(control, Slot.failed, text.length);
}

function work(): void {
  const runner = new ShardRunner(setup);
  for (let batch = 0; ; ) {
    awaitChange(control, Slot.batch, batch);
    if (Atomics.load(control, Slot.quit)) return;
    batch = Atomics.load(control, Slot.batch);
    runner.runShare(thread, () => {
      Atomics.add(control, Slot.threads + thread, 1);
      Atomics.notify(control, Slot.threads + thread);
    });
  }
}

try {
  work();
} catch (error) {
  report(error);
  Atomics.notify(control, Slot.threads + thread);
}
