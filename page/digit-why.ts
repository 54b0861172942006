/** Why the digits' network reads what it reads: a heat map that follows the pen while the question stands. */
import { effect, signal } from '@preact/signals';
import type { Image } from '../engine/image/image.ts';
import type { Reason } from './background/calls.ts';
import { isEmpty, network, picture, reading } from './state.ts';
import { background } from './vision/state.ts';

/** The question stands. */
export const isAsked = signal(false);

interface Explained {
  readonly picture: Image;
  readonly label: string;
  /** Undefined where it could not be explained. */
  readonly reason: Reason | undefined;
}

/** The newest answer; while somebody draws, it is a little behind. */
export const explained = signal<Explained | undefined>(undefined);

let isUnderWay = false;

/** @param model under whose name its file is served */
export function follow(model: string): () => void {
  return effect(() => {
    // Read here, so that a change of any of them comes back to this place.
    if (isAsked.value && reading.value && !isEmpty.value && picture.value) void explain(model);
  });
}

/** Asks until the answer belongs to what is drawn: one question at a time, and none about drawings that have passed. */
async function explain(model: string): Promise<void> {
  if (isUnderWay) return;
  isUnderWay = true;
  while (isAsked.peek() && !isEmpty.peek() && explained.peek()?.picture !== picture.peek()) {
    const asked = picture.peek();
    const label = network.peek()?.labels[reading.peek()?.top as number] as string;
    const reason = await background.call('explain', { model, label, image: asked }).catch(() => undefined);
    explained.value = { picture: asked, label, reason };
  }
  isUnderWay = false;
}
