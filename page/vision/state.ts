/** What the photo view knows, as signals, and what visitors can do there. The work is done by the background thread. */
import { batch, computed, signal } from '@preact/signals';
import { coloursOf, type Rgb } from '../../engine/drawing/colours.ts';
import { EngineError } from '../../engine/errors.ts';
import { hasSimd } from '../../engine/simd-probe.ts';
import type { Look, Opened, Progress, Times, WorkerLook } from '../background/calls.ts';
import { Background } from '../background/client.ts';
import { fail } from '../state.ts';
import { type Finding, shown } from './findings.ts';
import { listModels, type ModelEntry } from './models.ts';

/** A photo on the page. */
export interface OpenPhoto extends Opened {
  /** Of the file, or the key of an example. */
  readonly name: string;
  readonly isExample: boolean;
  /** Of the file, for the browser to show it. */
  readonly url: string;
}

/** What a model found in a photo: a later photo or another model makes it old. */
export interface Seen extends Look {
  readonly photo: OpenPhoto;
  readonly model: string;
}

/** The worker's part in a comparison. */
export type Asked = { readonly seen: Seen } & (
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly look: WorkerLook }
  | { readonly state: 'failed'; readonly reason: string }
);

export interface Trouble {
  readonly kind: 'modelFailed' | 'lookFailed';
  /** The engine's own words. */
  readonly detail: string;
}

export const models = signal<readonly ModelEntry[]>([]);
/** Name of the model that looks. */
export const chosen = signal<string | undefined>(undefined);
export const progress = signal<Progress | undefined>(undefined);
const readyModels = signal<ReadonlySet<string>>(new Set());
/** The chosen model can look. */
export const isReady = computed(() => chosen.value !== undefined && readyModels.value.has(chosen.value));
export const photo = signal<OpenPhoto | undefined>(undefined);
/** The name of a file that could not be read. */
export const unreadable = signal<string | undefined>(undefined);
export const isLooking = signal(false);
export const trouble = signal<Trouble | undefined>(undefined);
export const seen = signal<Seen | undefined>(undefined);
/** How sure a detector has to be, 0–1. */
export const threshold = signal(0.5);
/** The thing under the pointer or with the focus, and the one that was chosen: it stays marked. */
export const pointed = signal<Finding | undefined>(undefined);
export const pinned = signal<Finding | undefined>(undefined);
const lastAsked = signal<Asked | undefined>(undefined);

/** What is shown of what was found. */
export const things = computed<readonly Finding[]>(() =>
  seen.value ? shown(seen.value.findings, threshold.value) : [],
);

/** The thing that stands out from the others, if any. */
export const marked = computed<Finding | undefined>(() =>
  [pointed.value, pinned.value].find((thing) => thing && things.value.includes(thing)),
);

/** Colours do not change with the slider: all that was found has its own. */
const colours = computed(() => coloursOf(seen.value?.findings.things.map(({ label }) => label) ?? []));
export const colourOf = (label: string): Rgb => colours.value.get(label) ?? [255, 255, 255];

export const asked = computed(() => (lastAsked.value?.seen === seen.value ? lastAsked.value : undefined));

/** Milliseconds of every step here, decoding included. */
export const timesHere = computed<Times>(() => ({ decode: photo.value?.decodeMs, ...seen.value?.times }));

/** Shared by both views: it starts with the first question. */
export const background = new Background((reported) => {
  progress.value = reported;
});

let entered = false;

/** The photo view is shown: the first time, the list of models and the first of them are fetched. */
export async function enter(): Promise<void> {
  if (entered) return;
  entered = true;
  if (!hasSimd()) return fail('simd', 'WebAssembly.validate refuses a module with v128.bitselect');
  models.value = await listModels();
  await choose(models.value[0]?.name as string);
}

/** Another model looks. */
export async function choose(name: string): Promise<void> {
  batch(() => {
    chosen.value = name;
    forget();
  });
  try {
    await background.call('load', name);
    readyModels.value = new Set([...readyModels.value, name]);
  } catch (error) {
    if (chosen.value === name) trouble.value = { kind: 'modelFailed', detail: (error as Error).message };
    return;
  }
  if (chosen.value === name) await look();
}

let openings = 0;

/** Opens a photo in place of the one before; a file that is no picture is named in `unreadable`. */
export async function show(file: Blob, name: string, isExample = false): Promise<void> {
  const opening = ++openings;
  unreadable.value = undefined;
  const opened = await background.call('open', file).catch((error: EngineError) => error);
  if (opening !== openings) return;
  if (opened instanceof EngineError) {
    if (opened.code === 'invalid-image') unreadable.value = name;
    else trouble.value = { kind: 'lookFailed', detail: opened.message };
    return;
  }
  batch(() => {
    if (photo.value) URL.revokeObjectURL(photo.value.url);
    photo.value = { ...opened, name, isExample, url: URL.createObjectURL(file) };
    forget();
  });
  if (isReady.value) await look();
}

/** Opens the example of a key. */
export async function showExample(url: string, name: string): Promise<void> {
  // What cannot be fetched cannot be read, either.
  const file = await fetch(url).then(
    (response) => response.blob(),
    () => new Blob(),
  );
  await show(file, name, true);
}

/** What was found belongs to another photo or model now. */
function forget(): void {
  trouble.value = undefined;
  seen.value = undefined;
  pointed.value = undefined;
  pinned.value = undefined;
}

/** Asks the chosen model about the photo, where there are both. */
async function look(): Promise<void> {
  const [model, asking] = [chosen.value, photo.value];
  if (model === undefined || !asking) return;
  const isCurrent = () => chosen.value === model && photo.value === asking;
  isLooking.value = true;
  try {
    const found = await background.call('look', model);
    if (isCurrent()) seen.value = { ...found, photo: asking, model };
  } catch (error) {
    if (isCurrent()) trouble.value = { kind: 'lookFailed', detail: (error as Error).message };
  }
  if (isCurrent()) isLooking.value = false;
}

/** Asks the worker about the same photo. */
export async function askWorker(): Promise<void> {
  const asking = seen.value;
  if (!asking) return;
  lastAsked.value = { seen: asking, state: 'asking' };
  const outcome = await background.call('ask', asking.model).then(
    (found) => ({ seen: asking, state: 'answered', look: found }) as const,
    (error) => ({ seen: asking, state: 'failed', reason: (error as Error).message }) as const,
  );
  if (lastAsked.value?.seen === asking) lastAsked.value = outcome;
}
