/**
 * The one account of an isolate's memory: what requests hold across an `await` (bodies, model files being read) and what the
 * models kept for later take. Work that runs at one go (decoding, a run, an answer) only asks whether there is room for it.
 */
import { HttpError } from './problem.ts';
import type { Limits } from './settings.ts';

/** A lease whose request has shown no life for so long belongs to one that was aborted: its code just stopped running. */
const ABANDONED_MS = 30_000;
const POLL_MS = 10;

/** What may be let go to make room: the models, none of which is in use while anybody asks. */
export interface Cache {
  readonly bytes: number;
  /** Lets go of the least recently used entries, `keep` excepted, until at most `bytes` are left or nothing else is. */
  shrink(bytes: number, keep?: string): void;
}

interface Lease {
  readonly isBody: boolean;
  bytes: number;
  touchedMs: number;
}

/** Adds to a request's lease; waits for room. @throws HttpError `busy` */
export type Take = (bytes: number) => Promise<void>;

export type MemoryLimits = Pick<Limits, 'memoryBytes' | 'bodiesBytes' | 'memoryWaitMs'>;

/**
 * A request that finds no room looks again now and then: it never awaits another request, which may be gone.
 */
export class MemoryBudget {
  readonly #limits: MemoryLimits;
  readonly #leases = new Set<Lease>();
  #cache: Cache | undefined;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  /** The cache that makes room; there is one. */
  set cache(cache: Cache) {
    this.#cache = cache;
  }

  /** Runs a request that may grow its lease; whatever it took is free afterwards. */
  async lend<T>(kind: 'body' | 'file', work: (take: Take) => Promise<T>): Promise<T> {
    const lease: Lease = { isBody: kind === 'body', bytes: 0, touchedMs: Date.now() };
    this.#leases.add(lease);
    try {
      return await work((bytes) => this.#grow(lease, bytes));
    } finally {
      this.#leases.delete(lease);
    }
  }

  /** Waits until `isThere` gives something. @throws HttpError `busy` */
  async wait<T>(isThere: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadlineMs = Date.now() + this.#limits.memoryWaitMs;
    for (;;) {
      const found = await isThere();
      if (found !== undefined) return found;
      if (Date.now() >= deadlineMs) throw busy();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Whether so many bytes can be used right now, models let go where that helps; `keep` names one that has to stay. */
  hasRoom(bytes: number, keep?: string): boolean {
    const left = this.#limits.memoryBytes - this.#leasedBytes() - bytes;
    if (left < 0) return false;
    this.#cache?.shrink(left, keep);
    return (this.#cache?.bytes ?? 0) <= left;
  }

  async #grow(lease: Lease, bytes: number): Promise<void> {
    const fits = () => {
      const isOver = lease.isBody && this.#leasedBytes(true) + bytes > this.#limits.bodiesBytes;
      return !isOver && this.hasRoom(bytes) ? true : undefined;
    };
    if (!fits()) await this.wait(fits);
    this.#leases.add(lease); // it may have been taken for abandoned
    lease.bytes += bytes;
    lease.touchedMs = Date.now();
  }

  #leasedBytes(bodiesOnly = false): number {
    const oldestMs = Date.now() - ABANDONED_MS;
    let used = 0;
    for (const lease of this.#leases) {
      if (lease.touchedMs < oldestMs) this.#leases.delete(lease);
      else if (lease.isBody || !bodiesOnly) used += lease.bytes;
    }
    return used;
  }
}

const busy = (): HttpError =>
  new HttpError('busy', 'other requests hold all the memory that there is: try again in a moment', {
    'retry-after': '1',
  });
