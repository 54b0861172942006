import { describe, expect, test } from 'vitest';
import { MemoryBudget } from '../../worker/memory.ts';
import type { ModelAssets, ModelFiles } from '../../worker/model-source.ts';
import { ModelStore } from '../../worker/model-store.ts';
import { defaultSettings, type Limits } from '../../worker/settings.ts';
import { standInModel } from './stand-in.ts';
import { digits, kernels, trainingKernels } from './support.ts';

const files = { a: digits, b: standInModel(2), c: standInModel(3) };
const nothing = { held: 0 };
const picture = new Float32Array(784);

interface Given {
  readonly limits?: Partial<Limits>;
  readonly embedded?: ModelFiles;
  readonly assets?: ModelAssets;
}

function storeOf({ limits = {}, embedded = files, assets }: Given = {}) {
  const all = { ...defaultSettings.limits, memoryWaitMs: 0, ...limits };
  const memory = new MemoryBudget(all);
  const store = new ModelStore({ embedded, assets }, { inference: kernels, training: trainingKernels }, memory, all);
  const session = async (name: string) => store.use('infer', await store.describe(name), nothing, (session) => session);
  return { store, memory, session };
}

/** Files that stand outside the bundle, in pieces; counts the bytes that were read of each. */
function assetsOf(models: ModelFiles, pieceBytes = 1000) {
  const read: Record<string, number> = {};
  const assets: ModelAssets = {
    list: async () => Object.entries(models).map(([name, { length }]) => ({ name, bytes: length })),
    open: async (name) => {
      const file = models[name]!;
      let at = 0;
      read[name] = 0;
      return new Response(
        new ReadableStream({
          pull(controller) {
            if (at >= file.length) return controller.close();
            const piece = file.slice(at, at + pieceBytes);
            controller.enqueue(piece);
            at += piece.length;
            read[name]! += piece.length;
          },
        }),
      );
    },
  };
  return { assets, read };
}

/** Bytes that one stand-in takes when it is ready. */
const { session: measured, store: measuredStore } = storeOf();
await measured('a');
const one = measuredStore.bytes;

describe('what is ready', () => {
  test('stays while it fits', async () => {
    const { session } = storeOf();
    const first = await session('a');
    await session('b');
    expect(await session('a')).toBe(first);
  });

  test('keeps to its budget: the least recently used goes', async () => {
    const { store, session } = storeOf({ limits: { modelCacheBytes: 2 * one } });
    const [a, b] = [await session('a'), await session('b')];
    expect(await session('a')).toBe(a);
    await session('c');
    expect(store.bytes).toBe(2 * one);
    expect(await session('a')).toBe(a);
    expect(await session('b')).not.toBe(b);
  });

  test('takes what its memory takes, and no weight beside it', async () => {
    const { store, session } = storeOf();
    const { kernels: instance } = await session('a');
    expect(store.bytes).toBe(instance.memory.buffer.byteLength);
    expect(one).toBeLessThan(3 * digits.length);
  });

  test('makes room for the request that uses one, whose own stays', async () => {
    const { store, session } = storeOf({ limits: { memoryBytes: 4 * one } });
    for (const name of ['a', 'b', 'c']) await session(name);
    const description = await store.describe('a');
    await store.use('infer', description, { held: 0, before: 2.5 * one }, () => undefined);
    expect(store.ready.map(([key]) => key)).toEqual(['infer:a']);
  });

  test('is a new one after a trap, and the same after an ordinary error', async () => {
    const { store, session } = storeOf();
    const first = await session('a');
    const description = await store.describe('a');
    const run = (work: Parameters<typeof store.use<'infer', unknown>>[3]) =>
      store.use('infer', description, nothing, work);
    await expect(run((session) => session.run({ image: new Float32Array(3) }))).rejects.toThrow('multiple of 784');
    expect(await session('a')).toBe(first);
    const trap = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    await expect(run(trap)).rejects.toThrow('unreachable');
    expect(await session('a')).not.toBe(first);
  });
});

describe('what does not fit', () => {
  test('a model above the size of a session is refused', async () => {
    const { session } = storeOf({ limits: { sessionBytes: 1000 } });
    await expect(session('a')).rejects.toMatchObject({ code: 'limit-exceeded' });
    await expect(session('a')).rejects.toThrow('at most 1000');
  });

  test('a model that memory could never hold is refused before it is read', async () => {
    const { assets, read } = assetsOf({ d: digits });
    const { session } = storeOf({ assets, limits: { memoryBytes: 2 * digits.length - 100_000 } });
    await expect(session('d')).rejects.toThrow(/the model "d" takes \d+ bytes of memory to load, there are/);
    expect(read.d).toBeLessThan(digits.length);
  });

  test('a request that memory could never hold beside the model is refused', async () => {
    const { store } = storeOf({ limits: { memoryBytes: 10 * one } });
    const use = store.use('infer', await store.describe('a'), { held: 5 * one, before: 5 * one }, () => undefined);
    await expect(use).rejects.toThrow(`beside the model "a" there are ${9 * one}`);
  });

  test('a request that others leave no room for is to come again', async () => {
    const { store, memory } = storeOf({ limits: { memoryBytes: 10 * one, bodiesBytes: 10 * one } });
    const description = await store.describe('a');
    await memory.lend('body', async (take) => {
      await take(5 * one);
      const use = store.use('infer', description, { held: 0, before: 5 * one }, () => undefined);
      await expect(use).rejects.toMatchObject({ code: 'busy', headers: { 'retry-after': '1' } });
    });
    await store.use('infer', description, { held: 0, before: 5 * one }, () => undefined);
  });
});

describe('models that are no part of the bundle', () => {
  const models = { d: standInModel(4), e: standInModel(5) };

  test('stand behind the embedded ones, which win where both have a name', async () => {
    const { assets, read } = assetsOf({ ...models, a: standInModel(6) });
    const { store, session } = storeOf({ assets });
    expect(await store.names()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await session('a');
    expect(read).toEqual({});
  });

  test('are described by their header, read once and no further than that', async () => {
    const { assets, read } = assetsOf(models);
    const { store } = storeOf({ assets });
    const { fileBytes, header } = await store.describe('d');
    expect([fileBytes, header.graph.nodes.length]).toEqual([models.d.length, 10]);
    expect(read.d).toBeLessThan(20_000);
    read.d = 0;
    await store.describe('d');
    expect(read.d).toBe(0);
  });

  test('run as embedded ones do, both loaded where two come first', async () => {
    const { assets } = assetsOf(models);
    const { store, session } = storeOf({ assets });
    const description = await store.describe('d');
    const run = () => store.use('infer', description, nothing, (session) => session.run({ image: picture }).logits);
    const [first, second] = await Promise.all([run(), run()]);
    const embedded = storeOf({ embedded: models });
    const expected = (await embedded.session('d')).run({ image: picture }).logits;
    expect([first, second, await run()]).toEqual([expected, expected, expected]);
    expect(store.bytes).toBe(one);
    expect(await session('d')).toBe(await session('d'));
  });

  test('that are listed and cannot be read say so, and leave the others alone', async () => {
    const assets: ModelAssets = {
      list: async () => [{ name: 'd', bytes: 100 }],
      open: async () => new Response(new Uint8Array(100)),
    };
    const { store, session } = storeOf({ assets });
    await expect(store.describe('d')).rejects.toMatchObject({ code: 'invalid-model' });
    await expect(session('a')).resolves.toBeDefined();
  });
});
