/** Reading bodies: a limit for each, with or without a declared length, and a budget for all that an isolate holds at once. */
import type { Context } from 'hono';
import { EngineError } from '../engine/errors.ts';
import type { AppEnv } from './bindings.ts';
import { HttpError } from './problem.ts';
import type { Limits } from './settings.ts';

/** A lease whose request has shown no life for so long belongs to one that was aborted: its code just stopped running. */
const ABANDONED_MS = 30_000;
const POLL_MS = 10;

interface Lease {
  bytes: number;
  touchedMs: number;
}

/**
 * Bytes of request bodies in memory. A request that finds the budget used up looks again now and then: it never awaits
 * another request, which may be gone.
 */
export class BodyBudget {
  readonly #limits: Pick<Limits, 'bodiesBytes' | 'bodiesWaitMs'>;
  readonly #leases = new Set<Lease>();

  constructor(limits: Pick<Limits, 'bodiesBytes' | 'bodiesWaitMs'>) {
    this.#limits = limits;
  }

  /** Runs a request that may grow its lease; whatever it took is free afterwards. */
  async lend<T>(work: (take: (bytes: number) => Promise<void>) => Promise<T>): Promise<T> {
    const lease: Lease = { bytes: 0, touchedMs: Date.now() };
    this.#leases.add(lease);
    try {
      return await work((bytes) => this.#grow(lease, bytes));
    } finally {
      this.#leases.delete(lease);
    }
  }

  /** @throws HttpError `busy` */
  async #grow(lease: Lease, bytes: number): Promise<void> {
    const deadlineMs = Date.now() + this.#limits.bodiesWaitMs;
    while (this.#usedBytes() + bytes > this.#limits.bodiesBytes) {
      if (Date.now() >= deadlineMs) {
        const detail = 'other requests hold all the memory that there is for bodies: try again in a moment';
        throw new HttpError('busy', detail, { 'retry-after': '1' });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#leases.add(lease); // it may have been taken for abandoned
    lease.bytes += bytes;
    lease.touchedMs = Date.now();
  }

  #usedBytes(): number {
    const oldestMs = Date.now() - ABANDONED_MS;
    let used = 0;
    for (const lease of this.#leases) {
      if (lease.touchedMs < oldestMs) this.#leases.delete(lease);
      else used += lease.bytes;
    }
    return used;
  }
}

/**
 * Reads the whole body.
 * @param work what is done with it: the bytes count against the isolate's budget until it is over
 * @throws EngineError `limit-exceeded`; HttpError `unsupported-encoding`, `busy`
 */
export async function withBody<T>(c: Context<AppEnv>, work: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const { bodyBytes } = c.var.settings.limits;
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') {
    throw new HttpError('unsupported-encoding', 'the body is compressed (Content-Encoding); send it as it is');
  }
  if (Number(c.req.header('content-length') ?? 0) > bodyBytes) throw tooLarge(bodyBytes);
  return c.var.bodies.lend(async (take) => work(await readStream(c.req.raw.body, bodyBytes, take)));
}

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  take: (bytes: number) => Promise<void>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    await take(chunk.length);
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

const tooLarge = (limit: number) => new EngineError('limit-exceeded', `the body is larger than ${limit} bytes`);
