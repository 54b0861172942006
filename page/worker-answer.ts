/** Asking the worker the same question: the same picture as a PNG, over HTTP. */
import type { Image } from '../engine/image/image.ts';
import { encodePng } from '../engine/image/png-encode.ts';
import { parseServerTiming } from './server-timing.ts';

export interface WorkerAnswer {
  readonly label: string;
  /** Probability of every label that the worker named. */
  readonly scores: ReadonlyMap<string, number>;
  /** From sending the picture to having the answer. */
  readonly roundTripMs: number;
  /** What the worker says its network took; undefined where it does not say. */
  readonly runMs: number | undefined;
}

/** Where the worker serves the model of this name. */
export const predictUrl = (model: string): string => `/v1/models/${model}/predict`;

/**
 * Posts a picture.
 * @throws Error whose message is the worker's own sentence, or the status
 */
export async function askWorker(url: string, picture: Image, labels: number): Promise<WorkerAnswer> {
  const body = new Blob([encodePng(picture) as Uint8Array<ArrayBuffer>], { type: 'image/png' });
  const start = performance.now();
  const response = await fetch(`${url}?top_k=${labels}`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body,
  });
  const answer: unknown = await response.json().catch(() => undefined);
  const roundTripMs = performance.now() - start;
  if (!response.ok) throw refusal(response, answer);
  const entries = answer as readonly { readonly label: string; readonly score: number }[];
  const top = entries[0];
  if (!top) throw new Error(`HTTP ${response.status}`);
  return {
    label: top.label,
    scores: new Map(entries.map(({ label, score }) => [label, score])),
    roundTripMs,
    runMs: parseServerTiming(response.headers.get('server-timing')).run,
  };
}

/** The worker's own sentence out of a problem document, or the status where it sent none. */
export function refusal({ status }: Pick<Response, 'status'>, answer: unknown): Error {
  const { detail, title } = (answer ?? {}) as { readonly detail?: string; readonly title?: string };
  return new Error(detail ?? title ?? `HTTP ${status}`);
}

/**
 * Two answers agree where they name the same label and no score differs by more than 0.0005: then every percentage that
 * the page shows is the same. The builds of the kernels may round differently, some 1e-6 apart.
 */
export function agrees(answer: WorkerAnswer, label: string, score: (label: string) => number | undefined): boolean {
  if (answer.label !== label) return false;
  return [...answer.scores].every(([name, theirs]) => Math.abs(theirs - (score(name) ?? Number.NaN)) <= 0.0005);
}
