/**
 * Augmented batches, made by threads of their own ahead of the trainer. Batch k lies in slot k mod slots of a ring; the
 * threads take turns, and wait where the ring is full.
 */
import { awaitChange } from '../await-change.ts';
import { throwFailure } from '../thread-failure.ts';
import { Threads } from '../threads.ts';
import type { FeedSettings } from './batch-maker.ts';
import { createSharedFeed, FeedSlot, type SharedFeed } from './shared-feed.ts';

const WAIT_MS = 1000;
const SLOTS_A_THREAD = 2;
const LEAST_SLOTS = 4;

export class Feed {
  readonly shared: SharedFeed;
  private readonly threads = new Threads();

  constructor(settings: FeedSettings, threads: number) {
    const [height, width, channels] = settings.shape;
    const slots = Math.max(LEAST_SLOTS, SLOTS_A_THREAD * threads);
    this.shared = createSharedFeed(slots, settings.batchSize, height * width * channels, settings.classCount);
    for (let thread = 0; thread < threads; thread++) {
      this.threads.start(import.meta.url, './feed-worker', { settings, shared: this.shared, thread, threads });
    }
  }

  /** Waits for the batch of that number, counted from 0. @throws EngineError where a thread failed */
  await(number: number): void {
    const { control, slots } = this.shared;
    const slot = FeedSlot.ready + (number % slots);
    for (let ready = Atomics.load(control, slot); ready !== number + 1; ready = Atomics.load(control, slot)) {
      throwFailure(this.shared, FeedSlot.failed, 'augmentation');
      awaitChange(control, slot, ready, WAIT_MS);
    }
  }

  /** The trainer is done with its batch: the slot may be filled anew. */
  release(): void {
    const { control } = this.shared;
    Atomics.add(control, FeedSlot.consumed, 1);
    Atomics.notify(control, FeedSlot.consumed);
  }

  /** Ends the threads, and waits until they have. */
  async close(): Promise<void> {
    const { control } = this.shared;
    Atomics.store(control, FeedSlot.quit, 1);
    this.release();
    await this.threads.ended();
  }
}
