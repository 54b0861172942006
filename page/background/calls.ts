/** What the page asks of its background thread and what comes back: plain data that browsers can clone. */
import type { Image } from '../../engine/image/image.ts';
import type { Findings } from '../vision/findings.ts';

/** What a photo is, once it is decoded. */
export interface Opened {
  /** Upright, pixels of the file. */
  readonly width: number;
  readonly height: number;
  readonly decodeMs: number;
}

/** What a model is, once its file is read. */
export interface Ready {
  /** Of the file. */
  readonly bytes: number;
}

/** Milliseconds of the steps of an answer; the worker may leave some out. */
export interface Times {
  readonly decode?: number | undefined;
  readonly preprocess?: number | undefined;
  readonly run?: number | undefined;
  readonly postprocess?: number | undefined;
}

export interface Look {
  readonly findings: Findings;
  readonly times: Times;
}

/** The worker's answer to the same question. */
export interface WorkerLook extends Look {
  /** From sending the photo to having the answer, milliseconds. */
  readonly roundTripMs: number;
  /** Bytes sent. */
  readonly bytes: number;
}

export interface Why {
  readonly model: string;
  /** The class to explain. */
  readonly label: string;
  /** A picture in place of the photo. */
  readonly image?: Image;
}

/** Where a network saw what it says. */
export interface Reason {
  /** RGB: the picture with the heat map over it. */
  readonly image: Image;
  /** The layer whose map it is. */
  readonly layer: string;
  readonly milliseconds: number;
}

/** The calls; each fails with an EngineError. */
export interface Calls {
  /** Decodes a photo: the one that is looked at from now on. Fails with `invalid-image`. */
  open(file: Blob): Opened;
  /** Fetches, reads and warms up a model, or finds it in memory. */
  load(model: string): Ready;
  /** Asks a loaded model about the photo. */
  look(model: string): Look;
  /** Asks the worker the same. Fails with `unavailable` and the worker's own sentence. */
  ask(model: string): WorkerLook;
  /** Explains a class of a model, which is loaded where it is not. */
  explain(why: Why): Reason;
}

export type CallName = keyof Calls;

/** How far the file of a model has come. */
export interface Progress {
  readonly model: string;
  readonly received: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
}

export interface CallMessage {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

export type ReplyMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }
  | { readonly progress: Progress };
