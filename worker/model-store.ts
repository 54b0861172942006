/**
 * The models that the worker serves, by name. A header is read at the first question and kept. Weights are read when a model
 * is to work and let go once they are packed: what is kept of a model is its engine's memory, within a budget, and it is
 * read again where that had to go. Nobody ever awaits what another request has begun: two that come first both read.
 */
import { EngineError } from '../engine/errors.ts';
import { inferShapes } from '../engine/graph.ts';
import { excerpt } from '../engine/json.ts';
import { type Model, parseModel, parseModelHeader } from '../engine/model-file.ts';
import { taskTensors } from '../engine/tasks/index.ts';
import { byteCount, type Tensor } from '../engine/tensor.ts';
import { BATCH, type EngineKind, type Engines, engines, type KernelBuilds } from './engines.ts';
import type { Cache, MemoryBudget } from './memory.ts';
import { describeModel, type ModelDescription } from './model-description.ts';
import { type ModelSources, readStart } from './model-source.ts';
import { HttpError } from './problem.ts';
import type { Limits } from './settings.ts';

/** A model that was deployed with the worker is version "1" of its name. */
const DEPLOYED_VERSION = '1';

/** What a question takes beside the model. */
export interface Need {
  /** Bytes that the request holds already. */
  readonly held: number;
  /** Bytes that are needed once, before the engine works, and those that stay while it does. */
  readonly before?: number;
  readonly during?: number;
  /** Bytes that making the answer of what the engine gives takes. */
  readonly after?: number;
}

export type StoreLimits = Pick<Limits, 'memoryBytes' | 'modelCacheBytes' | 'sessionBytes' | 'explanationBytes'>;

interface Ready {
  readonly engine: Engines[EngineKind];
  /** Of the tensors that it reads. */
  readonly tensorBytes: number;
  /** Of all that it holds. */
  bytes: number;
}

export class ModelStore implements Cache {
  readonly #embedded: ReadonlyMap<string, Uint8Array>;
  readonly #assets: ModelSources['assets'];
  readonly #kernels: KernelBuilds;
  readonly #memory: MemoryBudget;
  readonly #limits: StoreLimits;
  readonly #descriptions = new Map<string, ModelDescription>();
  /** Engines by kind and name, the least recently used first. */
  readonly #ready = new Map<string, Ready>();

  constructor(sources: ModelSources, kernels: KernelBuilds, memory: MemoryBudget, limits: StoreLimits) {
    this.#embedded = new Map(Object.entries(sources.embedded));
    this.#assets = sources.assets;
    this.#kernels = kernels;
    this.#memory = memory;
    this.#limits = limits;
    memory.cache = this;
  }

  /** Of all models, the embedded ones first. */
  async names(): Promise<readonly string[]> {
    const assets = (await this.#assets?.list()) ?? [];
    return [...new Set([...this.#embedded.keys(), ...assets.map(({ name }) => name)])];
  }

  /**
   * What a model says about itself, in its newest version or the given one; no weight is read.
   * @throws HttpError `not-found`; EngineError where its file cannot be read
   */
  async describe(name: string, version = DEPLOYED_VERSION): Promise<ModelDescription> {
    const description = this.#descriptions.get(name) ?? (await this.#readHeader(name));
    if (version !== description.version) {
      const sentence = `the model "${name}" has no version ${excerpt(version)}, only "${description.version}"`;
      throw new HttpError('not-found', sentence);
    }
    this.#descriptions.set(name, description);
    return description;
  }

  /**
   * Works with a model's engine, which is made ready first where it is not; `work` runs at one go, with room for what it
   * needs.
   * @throws EngineError `limit-exceeded` where model and request could never fit, and what engine and `work` throw;
   *   HttpError `busy`
   */
  async use<Kind extends EngineKind, T>(
    kind: Kind,
    model: ModelDescription,
    need: Need,
    work: (engine: Engines[Kind]) => T,
  ): Promise<T> {
    const key = keyOf(kind, model.name);
    const { held, before = 0, during = 0, after = 0 } = need;
    const peak = Math.max(before, during + Math.max(engines[kind].growth(this.#limits), after));
    const done = await this.#memory.wait(async () => {
      if (!this.#ready.has(key) && !(await this.#makeReady(kind, model))) return undefined;
      const ready = this.#ready.get(key);
      if (!ready) return undefined; // it had to go again
      this.#checkNeed(model, ready.bytes, held + peak);
      if (!this.#memory.hasRoom(peak, key)) return undefined;
      this.#ready.delete(key);
      this.#ready.set(key, ready);
      try {
        return { result: work(ready.engine as Engines[Kind]) };
      } catch (error) {
        // After a trap nobody knows what an engine's memory holds: the next request gets a new one.
        if (!(error instanceof EngineError)) this.#ready.delete(key);
        throw error;
      } finally {
        ready.bytes = bytesOf(kind, ready.engine) + ready.tensorBytes; // it may have grown
        this.shrink(this.#limits.modelCacheBytes);
      }
    });
    return done.result;
  }

  /** Bytes of memory that the engines take. */
  get bytes(): number {
    let bytes = 0;
    for (const ready of this.#ready.values()) bytes += ready.bytes;
    return bytes;
  }

  /** What is ready now, with its bytes, the least recently used first. */
  get ready(): readonly (readonly [key: string, bytes: number])[] {
    return Array.from(this.#ready, ([key, { bytes }]) => [key, bytes]);
  }

  shrink(bytes: number, keep?: string): void {
    let held = this.bytes;
    for (const [key, ready] of this.#ready) {
      if (held <= bytes) return;
      if (key === keep) continue;
      this.#ready.delete(key);
      held -= ready.bytes;
    }
  }

  async #readHeader(name: string): Promise<ModelDescription> {
    const file = this.#embedded.get(name);
    if (file) return describeModel(name, [DEPLOYED_VERSION], parseModelHeader(file, file.length), file.length);
    const entry = (await this.#assets?.list())?.find((entry) => entry.name === name);
    if (!this.#assets || !entry) {
      const known = (await this.names()).join(', ');
      throw new HttpError('not-found', `there is no model ${excerpt(name)}; known are ${known}`);
    }
    const start = await readStart(await this.#assets.open(name));
    return describeModel(name, [DEPLOYED_VERSION], parseModelHeader(start, entry.bytes), entry.bytes);
  }

  /**
   * Reads a model's file and packs its weights; file and weights are let go again.
   * @returns false where there is no room now
   */
  async #makeReady(kind: EngineKind, { name, header, fileBytes, parsedBytes }: ModelDescription): Promise<boolean> {
    const key = keyOf(kind, name);
    const embedded = this.#embedded.get(name);
    const passing = parsedBytes + (embedded ? 0 : fileBytes);
    this.#checkFits(name, passing);
    return this.#memory.lend('file', async (take) => {
      await take(passing);
      if (this.#ready.has(key)) return true; // somebody else was faster
      const file = embedded ?? new Uint8Array(await (await this.#assets!.open(name)).arrayBuffer());
      if (this.#ready.has(key)) return true;
      if (file.length !== fileBytes) {
        throw new EngineError('invalid-model', `the model "${name}": expected ${fileBytes} bytes, got ${file.length}`);
      }
      const model = parseModel(file, header);
      const tensors = new Map(model.tensors);
      const { make, keepsWeights } = engines[kind];
      let hasRoom = true;
      const onReserve = (bytes: number) => {
        this.#checkFits(name, passing + bytes);
        this.shrink(this.#limits.modelCacheBytes - bytes);
        hasRoom = this.#memory.hasRoom(bytes);
        if (!hasRoom) throw new Error('no room'); // nobody sees it: it only leaves the engine's making
      };
      let engine: Engines[EngineKind];
      try {
        engine = make({ ...model, tensors }, this.#kernels, this.#limits, onReserve);
      } catch (error) {
        if (!hasRoom) return false;
        throw error;
      }
      const tensorBytes = keepsWeights ? parsedBytes : keepTaskTensors(tensors, model);
      this.#ready.set(key, { engine, tensorBytes, bytes: bytesOf(kind, engine) + tensorBytes });
      return true;
    });
  }

  #checkFits(name: string, bytes: number): void {
    const { memoryBytes } = this.#limits;
    if (bytes <= memoryBytes) return;
    const sentence = `the model "${name}" takes ${bytes} bytes of memory to load, there are ${memoryBytes}`;
    throw new EngineError('limit-exceeded', sentence);
  }

  #checkNeed({ name }: ModelDescription, modelBytes: number, bytes: number): void {
    const left = this.#limits.memoryBytes - modelBytes;
    if (bytes <= left) return;
    const sentence = `the request takes ${Math.ceil(bytes)} bytes of memory, beside the model "${name}" there are ${left}`;
    throw new EngineError('limit-exceeded', sentence);
  }
}

const bytesOf = (kind: EngineKind, engine: Engines[EngineKind]): number => engines[kind].bytes(engine as never);

const keyOf = (kind: EngineKind, name: string): string => `${kind}:${name}`;

/** Lets go of all tensors but those that answers read. @returns bytes of these */
function keepTaskTensors(tensors: Map<string, Tensor>, { card, graph }: Model): number {
  const needed = card.task ? taskTensors(card.task, graph, inferShapes(graph, BATCH)) : [];
  const names = new Set(needed.map(({ name }) => name));
  for (const name of [...tensors.keys()]) if (!names.has(name)) tensors.delete(name);
  return needed.reduce((sum, { shape }) => sum + byteCount(shape), 0);
}
