import { afterEach, describe, expect, test, vi } from 'vitest';
import { MemoryBudget } from '../../worker/memory.ts';
import { sevenPng } from './pictures.ts';
import { expectProblem, goodAnswer, makeApp, predictPath } from './support.ts';

/** A body without a length, in pieces. */
function chunked(bytes: number, pieceBytes = 1000): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) controller.close();
      else controller.enqueue(new Uint8Array(Math.min(pieceBytes, left)));
      left -= pieceBytes;
    },
  });
}

describe('the limit of one body', () => {
  const app = makeApp({ limits: { bodyBytes: 10_000 } });

  test('holds for bodies without a length', async () => {
    const response = await app.request(predictPath, { method: 'POST', body: chunked(10_001) });
    expect((await expectProblem(response, 'limit-exceeded')).detail).toContain('10000 bytes');
    await goodAnswer(app);
  });

  test('is taken from the length before a byte is read', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('read')) });
    const headers = { 'content-length': '10001' };
    await expectProblem(await app.request(predictPath, { method: 'POST', body, headers }), 'limit-exceeded');
  });

  test('is not deceived by a length that is too small', async () => {
    const headers = { 'content-length': '5' };
    await expectProblem(
      await app.request(predictPath, { method: 'POST', body: chunked(10_001), headers }),
      'limit-exceeded',
    );
  });

  test('includes the last byte', async () => {
    const picture = new Uint8Array(10_000);
    picture.set(sevenPng);
    expect((await app.request(predictPath, { method: 'POST', body: picture })).status).toBe(200);
  });
});

test('a picture in pieces is the picture', async () => {
  const app = makeApp();
  const pieces = Array.from(sevenPng, (byte) => Uint8Array.of(byte));
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
  const response = await app.request(predictPath, { method: 'POST', body });
  expect(await response.text()).toBe(await goodAnswer(app));
});

describe('the budget of all bodies', () => {
  afterEach(() => void vi.useRealTimers());

  /** Takes bytes and keeps them until `end` is called. */
  function hold(budget: MemoryBudget, bytes: number) {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = budget.lend('body', async (take) => {
      await take(bytes);
      await held;
    });
    return { end, done };
  }

  test('refuses what does not fit, and takes it when the rest is done', async () => {
    const budget = new MemoryBudget({ memoryBytes: 1000, bodiesBytes: 100, memoryWaitMs: 0 });
    const first = hold(budget, 60);
    await expect(budget.lend('body', (take) => take(41))).rejects.toMatchObject({
      code: 'busy',
      headers: { 'retry-after': '1' },
    });
    await budget.lend('body', (take) => take(40));
    first.end();
    await first.done;
    await budget.lend('body', (take) => take(100));
  });

  test('lets a request wait for another', async () => {
    const budget = new MemoryBudget({ memoryBytes: 1000, bodiesBytes: 100, memoryWaitMs: 60_000 });
    const first = hold(budget, 100);
    const second = budget.lend('body', (take) => take(100));
    first.end();
    await expect(second).resolves.toBeUndefined();
  });

  test('is free again after a failure', async () => {
    const budget = new MemoryBudget({ memoryBytes: 1000, bodiesBytes: 100, memoryWaitMs: 0 });
    const failing = budget.lend('body', async (take) => {
      await take(100);
      throw new Error('no picture');
    });
    await expect(failing).rejects.toThrow('no picture');
    await budget.lend('body', (take) => take(100));
  });

  test('forgets a request that was aborted, whose code never goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const budget = new MemoryBudget({ memoryBytes: 1000, bodiesBytes: 100, memoryWaitMs: 0 });
    hold(budget, 100);
    await expect(budget.lend('body', (take) => take(1))).rejects.toMatchObject({ code: 'busy' });
    vi.setSystemTime(Date.now() + 31_000);
    await budget.lend('body', (take) => take(100));
  });

  test('is answered with 429 and Retry-After', async () => {
    const app = makeApp({ limits: { bodiesBytes: 100, memoryWaitMs: 0 } });
    const response = await app.request(predictPath, { method: 'POST', body: new Uint8Array(200) });
    expect(response.headers.get('retry-after')).toBe('1');
    await expectProblem(response, 'busy');
  });
});
