/** A training thread beside the main one: waits for a batch, runs its share, says after each shard that it has. */
import { workerData } from 'node:worker_threads';
import { awaitChange } from './await-change.ts';
import { ShardRunner, type TrainingSetup } from './shard-runner.ts';
import { Slot } from './shared-batch.ts';
import { leaveFailure } from './thread-failure.ts';

const { setup, thread } = workerData as { setup: TrainingSetup; thread: number };
const { control } = setup.shared;

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
  leaveFailure(setup.shared, Slot.failed, error);
  Atomics.notify(control, Slot.threads + thread);
}
