/** Waiting for another thread: a while by looking, since to be woken takes a tenth of a millisecond, then asleep. */

/** Looks before a thread lies down: about a quarter of a millisecond, a part of what a shard takes. */
const LOOKS = 20_000;

/** Returns when the word is no longer `value`, or after `timeoutMs` of sleep. */
export function awaitChange(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  timeoutMs?: number,
): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, index) !== value) return;
  Atomics.wait(words, index, value, timeoutMs);
}
