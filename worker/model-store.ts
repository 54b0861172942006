/** The models that the worker serves, by name: opened at the first question, kept within a byte budget. */
import { excerpt } from '../engine/json.ts';
import type { KernelSource } from '../engine/kernels.ts';
import { LoadedModel } from './loaded-model.ts';
import { HttpError } from './problem.ts';
import type { Limits } from './settings.ts';

/** Model files by name, as they were bundled. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/** An embedded model is version "1" of its name. */
const EMBEDDED_VERSION = '1';

export class ModelStore {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #kernels: KernelSource;
  readonly #limits: Pick<Limits, 'modelCacheBytes' | 'sessionBytes'>;
  /** The least recently used first. */
  readonly #loaded = new Map<string, LoadedModel>();

  constructor(files: ModelFiles, kernels: KernelSource, limits: Pick<Limits, 'modelCacheBytes' | 'sessionBytes'>) {
    this.#files = new Map(Object.entries(files));
    this.#kernels = kernels;
    this.#limits = limits;
  }

  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /**
   * The model of a name, in its newest version or the given one.
   * @throws HttpError `not-found`; EngineError where its file cannot be read
   */
  open(name: string, version = EMBEDDED_VERSION): LoadedModel {
    const file = this.#files.get(name);
    if (!file) {
      throw new HttpError('not-found', `there is no model ${excerpt(name)}; known are ${this.names.join(', ')}`);
    }
    if (version !== EMBEDDED_VERSION) {
      throw new HttpError(
        'not-found',
        `the model "${name}" has no version ${excerpt(version)}, only "${EMBEDDED_VERSION}"`,
      );
    }
    const model =
      this.#loaded.get(name) ?? new LoadedModel(name, [EMBEDDED_VERSION], file, this.#kernels, this.#limits);
    this.#loaded.delete(name);
    this.#loaded.set(name, model);
    this.#evict();
    return model;
  }

  /** Drops models until the rest fits, the last one used excepted. */
  #evict(): void {
    let bytes = 0;
    for (const model of this.#loaded.values()) bytes += model.cachedBytes;
    for (const [name, model] of this.#loaded) {
      if (bytes <= this.#limits.modelCacheBytes || this.#loaded.size === 1) return;
      this.#loaded.delete(name);
      bytes -= model.cachedBytes;
    }
  }
}
