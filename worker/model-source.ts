/**
 * Where model files come from: a few are part of the bundle, the others are read when they are needed. Here they are static
 * assets; a bucket of uploads would be another `ModelAssets`.
 */
import * as v from 'valibot';
import { parseWith } from '../engine/json.ts';
import { headerEnd } from '../engine/model-file.ts';

/** Model files by name, as they were bundled. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/** A file that has been opened: what both a Response and an object of R2 are. It is read once. */
export interface OpenFile {
  readonly body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A model that is not in the bundle. */
export interface AssetEntry {
  readonly name: string;
  /** Of its file. */
  readonly bytes: number;
}

/** Model files that are not in the bundle. Answers are the platform's own promises, never those of another request. */
export interface ModelAssets {
  list(): Promise<readonly AssetEntry[]>;
  open(name: string): Promise<OpenFile>;
}

export interface ModelSources {
  readonly embedded: ModelFiles;
  readonly assets?: ModelAssets | undefined;
}

/** A binding to static assets, as far as it is used. */
export interface StaticAssets {
  fetch(url: string): Promise<Response>;
}

/** What the page's build writes beside the models. */
const indexSchema = v.object({ models: v.array(v.object({ name: v.string(), bytes: v.number() })) });

/** Only paths count: a binding to static assets looks at nothing else. */
const urlOf = (file: string): string => `http://assets/models/${file}`;

/**
 * The models among the static assets, as models/index.json lists them; none where there is no such file.
 * @param assets the binding; undefined where a deployment has none
 */
export function staticModels(assets: StaticAssets | undefined): ModelAssets | undefined {
  if (!assets) return undefined;
  let known: readonly AssetEntry[] | undefined; // a deployment's assets never change
  return {
    async list() {
      if (known) return known;
      const response = await assets.fetch(urlOf('index.json'));
      if (!response.ok) {
        await response.body?.cancel();
        return [];
      }
      const { models } = parseWith(indexSchema, await response.json(), 'unavailable');
      known = models;
      return models;
    },
    async open(name) {
      const response = await assets.fetch(urlOf(`${encodeURIComponent(name)}.safetensors`));
      if (response.ok) return response as OpenFile;
      await response.body?.cancel();
      throw new Error(`models/${name}.safetensors: the static assets answer ${response.status}`);
    },
  };
}

/** The beginning of a file, to the end of its header; the rest is not read. @throws EngineError as headerEnd */
export async function readStart({ body }: OpenFile): Promise<Uint8Array> {
  let start = new Uint8Array();
  for await (const chunk of body ?? []) {
    const longer = new Uint8Array(start.length + chunk.length);
    longer.set(start);
    longer.set(chunk, start.length);
    start = longer;
    if (start.length >= 8 && start.length >= headerEnd(start)) break; // leaving the loop cancels the stream
  }
  return start;
}
