import { describe, expect, test } from 'vitest';
import { ModelStore } from '../../worker/model-store.ts';
import { standInModel } from './stand-in.ts';
import { digits, kernels } from './support.ts';

const files = { a: digits, b: standInModel(2), c: standInModel(3) };
const sessionBytes = 64 * 2 ** 20;

describe('ModelStore', () => {
  test('parses a model once while it fits', () => {
    const store = new ModelStore(files, kernels, { modelCacheBytes: 2 ** 30, sessionBytes });
    const first = store.open('a');
    store.open('b');
    expect(store.open('a')).toBe(first);
  });

  test('keeps to its budget: the least recently used goes, the last one used stays', () => {
    const { cachedBytes } = new ModelStore(files, kernels, { modelCacheBytes: 2 ** 30, sessionBytes }).open('a');
    const store = new ModelStore(files, kernels, { modelCacheBytes: 2 * cachedBytes, sessionBytes });
    const [a, b] = [store.open('a'), store.open('b')];
    store.open('a');
    store.open('c');
    expect(store.open('a')).toBe(a);
    expect(store.open('b')).not.toBe(b);
    const tiny = new ModelStore(files, kernels, { modelCacheBytes: 1, sessionBytes });
    expect(tiny.open('a')).toBe(tiny.open('a'));
  });

  test('counts sessions, too', () => {
    const store = new ModelStore(files, kernels, { modelCacheBytes: 2 ** 30, sessionBytes });
    const model = store.open('a');
    const before = model.cachedBytes;
    const memory = model.infer((session) => {
      session.run({ image: new Float32Array(784) });
      return session.kernels.memory.buffer.byteLength;
    });
    expect(model.cachedBytes).toBe(before + memory);
  });

  test('makes a new session after a trap, and keeps it after an ordinary error', () => {
    const model = new ModelStore(files, kernels, { modelCacheBytes: 2 ** 30, sessionBytes }).open('a');
    const session = () => model.infer((session) => session);
    const first = session();
    expect(() => model.infer((session) => session.run({ image: new Float32Array(3) }))).toThrow('multiple of 784');
    expect(session()).toBe(first);
    const trap = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    expect(() => model.infer(trap)).toThrow();
    expect(session()).not.toBe(first);
  });

  test('a model that needs more than a session may have is refused before anything is allocated', () => {
    const model = new ModelStore(files, kernels, { modelCacheBytes: 2 ** 30, sessionBytes: 1000 }).open('a');
    expect(() => model.infer((session) => session.run({ image: new Float32Array(784) }))).toThrow('at most 1000');
  });
});
