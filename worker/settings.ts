/** Every limit and setting of the worker with its default: the one place to look them up and to change them. */
import { defaultImageLimits, type ImageLimits } from '../engine/image/codec.ts';
import type { Bindings } from './bindings.ts';

const MIB = 2 ** 20;

export interface Limits {
  /** Bytes of one request's body. */
  readonly bodyBytes: number;
  /** Bytes of memory for everything that comes and goes: bodies, pictures, models (see `defaultSettings`). */
  readonly memoryBytes: number;
  /** Bytes of all bodies that one isolate holds at a time; a request beyond waits, then gets 429. */
  readonly bodiesBytes: number;
  /** How long a request waits for memory, milliseconds. */
  readonly memoryWaitMs: number;
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
  /** Bytes of the models that an isolate keeps packed; the least recently used goes first. At least `sessionBytes`. */
  readonly modelCacheBytes: number;
  /** Bytes of one session's linear memory. */
  readonly sessionBytes: number;
  /** Bytes that an explanation may take beside the session that answers. */
  readonly explanationBytes: number;
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

/**
 * An isolate has 128 MB, 122 MiB. Of these
 *   24 MiB  an idle JPEG decoder keeps at most (KEPT_DECODER_BYTES), beyond which it is made anew
 *   10 MiB  code, its heap and the embedded model: 4.5 MiB of bundle and wasm, the rest is garbage between collections
 *   88 MiB  `memoryBytes`, one account (memory.ts) that is asked before anything large is allocated:
 *           at rest     models ≤ 72: all that are shipped take 64
 *           reading     all bodies ≤ 48 and models, which make room; a JSON document counts four times, as bytes, text, values
 *           loading     bodies, the file, its tensors and the new engine ≤ 88: other models go first. An f16 detector of 9 MB
 *                       takes 9 + 18 + 30, one of int8 5 + 5 + 12
 *           answering   bodies, the decoder's peak beyond its idle size, and the model in use ≤ 88: a JPEG of 12.2 megapixels
 *                       takes 5 + 65 and leaves 18 for the model
 * What cannot ever fit is 413 and says what is left, what does not fit now waits, then gets 429.
 */
export const defaultSettings: Settings = {
  limits: {
    bodyBytes: 32 * MIB,
    memoryBytes: 88 * MIB,
    bodiesBytes: 48 * MIB,
    memoryWaitMs: 2_000,
    jsonBytes: 12 * MIB,
    jsonDepth: 64,
    jsonValues: 1_000_000,
    jsonKeys: 100_000,
    parts: 256,
    fieldBytes: 4096,
    pixels: 16_000_000,
    macs: 20e9,
    modelCacheBytes: 72 * MIB,
    sessionBytes: 40 * MIB,
    explanationBytes: 28 * MIB,
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
