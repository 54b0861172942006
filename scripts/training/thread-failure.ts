/**
 * What went wrong on a thread, left in shared memory: the main thread does not turn its event loop while it waits, so no
 * message would reach it.
 */
import { EngineError } from '../../engine/errors.ts';

/** UTF-8 text; a word of the thread's control tells how many bytes of it are in use. */
export type FailureText = Uint8Array<SharedArrayBuffer>;

const BYTES = 4096;

export const createFailureText = (): FailureText => new Uint8Array(new SharedArrayBuffer(BYTES));

interface Place {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly failure: FailureText;
}

/** On the thread. */
export function leaveFailure({ control, failure }: Place, slot: number, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const text = new TextEncoder().encode(message).subarray(0, failure.length);
  failure.set(text);
  Atomics.store(control, slot, text.length);
}

/** On the main thread. @throws EngineError `unavailable` where a thread has left something; `what` begins the sentence */
export function throwFailure({ control, failure }: Place, slot: number, what: string): void {
  const length = Atomics.load(control, slot);
  if (length === 0) return;
  throw new EngineError('unavailable', `${what} failed: ${new TextDecoder().decode(failure.slice(0, length))}`);
}
