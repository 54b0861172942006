/** What the platform gives the worker (`Bindings`, named in wrangler.toml) and what a request carries along (`Variables`). */
import type { Codecs } from '../engine/image/codec.ts';
import type { MemoryBudget } from './memory.ts';
import type { StaticAssets } from './model-source.ts';
import type { ModelStore } from './model-store.ts';
import type { ServerTiming } from './server-timing.ts';
import type { Settings } from './settings.ts';

export interface Bindings {
  /** The static files: page and bigger models. Without them there are the embedded models alone. */
  readonly ASSETS?: StaticAssets;
  /** Origins whose pages may call this worker, separated by commas, or `*`; none where it is missing. */
  readonly CORS_ORIGINS?: string;
  /** `off`: no log line a request. */
  readonly LOG?: string;
}

export interface Variables {
  readonly models: ModelStore;
  readonly codecs: Codecs;
  readonly settings: Settings;
  readonly memory: MemoryBudget;
  readonly timing: ServerTiming;
  readonly requestId: string;
}

export type AppEnv = { Bindings: Bindings; Variables: Variables };
