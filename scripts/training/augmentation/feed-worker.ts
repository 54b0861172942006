/** A thread that makes every `threads`-th batch of a run. */
import { workerData } from 'node:worker_threads';
import { leaveFailure } from '../thread-failure.ts';
import { BatchMaker, type FeedSettings } from './batch-maker.ts';
import { FeedSlot, type SharedFeed } from './shared-feed.ts';

interface Data {
  readonly settings: FeedSettings;
  readonly shared: SharedFeed;
  readonly thread: number;
  readonly threads: number;
}

const { settings, shared, thread, threads } = workerData as Data;
const { control, slots, pixels, targets } = shared;

function work(): void {
  const maker = new BatchMaker(settings);
  const pixelsPerBatch = pixels.length / slots;
  const targetsPerBatch = targets.length / slots;
  for (let number = thread; number < maker.count; number += threads) {
    for (let done = consumed(); number >= done + slots; done = consumed()) {
      if (Atomics.load(control, FeedSlot.quit)) return;
      Atomics.wait(control, FeedSlot.consumed, done);
    }
    if (Atomics.load(control, FeedSlot.quit)) return;
    const slot = number % slots;
    maker.make(
      number,
      pixels.subarray(slot * pixelsPerBatch, (slot + 1) * pixelsPerBatch),
      targets.subarray(slot * targetsPerBatch, (slot + 1) * targetsPerBatch),
    );
    Atomics.store(control, FeedSlot.ready + slot, number + 1);
    Atomics.notify(control, FeedSlot.ready + slot);
  }
}

function consumed(): number {
  return Atomics.load(control, FeedSlot.consumed);
}

try {
  work();
} catch (error) {
  leaveFailure(shared, FeedSlot.failed, error);
  for (let slot = 0; slot < slots; slot++) Atomics.notify(control, FeedSlot.ready + slot);
}
