/** Every limit and setting of the worker with its default: the one place to look them up and to change them. */
import { defaultImageLimits, type ImageLimits } from '../engine/image/codec.ts';
import type { Bindings } from './bindings.ts';

const MIB = 2 ** 20;

export interface Limits {
  /** Bytes of one request's body. */
  readonly bodyBytes: number;
  /** Bytes of all bodies that one isolate holds at a time; a request beyond waits, then gets 429. */
  readonly bodiesBytes: number;
  /** How long such a request waits, milliseconds. */
  readonly bodiesWaitMs: number;
  /** Bytes of a JSON document: it is in memory as bytes, as text and as values. */
  readonly jsonBytes: number;
  /** Arrays and objects inside each other in a JSON document. */
  readonly jsonDepth: number;
  /** Values in a JSON document: `[[],[],…]` takes thirty times its own size in memory. */
  readonly jsonValues: number;
  /** Keys of all objects of a JSON document: each costs more than a value. */
  readonly jsonKeys: number;
  /** Parts of a multipart body. */
  readonly parts: number;
  /** Bytes of a part that is text. */
  readonly fieldBytes: number;
  /** Pixels of all pictures of one request, by their headers: what bounds the time of decoding. */
  readonly pixels: number;
  /** Multiply-adds of one request: what bounds the time of running. */
  readonly macs: number;
  /** Bytes of the models that an isolate keeps parsed and packed; the least recently used goes first. */
  readonly modelCacheBytes: number;
  /** Bytes of one session's linear memory. */
  readonly sessionBytes: number;
  /** What one picture may cost. */
  readonly image: ImageLimits;
}

export interface Settings {
  readonly limits: Limits;
  /** Origins allowed by CORS; empty: none. */
  readonly corsOrigins: readonly string[];
  /** One structured line a request. */
  readonly log: boolean;
}

/** An isolate has 128 MB. One decode takes most of it (engine/image/limits.ts), so the caches beside it are small. */
export const defaultSettings: Settings = {
  limits: {
    bodyBytes: 32 * MIB,
    bodiesBytes: 48 * MIB,
    bodiesWaitMs: 2_000,
    jsonBytes: 24 * MIB,
    jsonDepth: 64,
    jsonValues: 1_000_000,
    jsonKeys: 100_000,
    parts: 256,
    fieldBytes: 4096,
    pixels: 16_000_000,
    macs: 20e9,
    modelCacheBytes: 32 * MIB,
    sessionBytes: 24 * MIB,
    image: defaultImageLimits,
  },
  corsOrigins: [],
  log: true,
};

/** The defaults with what the deployment's variables say. */
export const settingsFrom = (variables: Pick<Bindings, 'CORS_ORIGINS' | 'LOG'>): Settings => ({
  ...defaultSettings,
  corsOrigins: (variables.CORS_ORIGINS ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== ''),
  log: variables.LOG !== 'off',
});
