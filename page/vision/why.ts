/** Why a network found what it found: asked again for every photo, model and thing while the question stands. */
import { computed, effect, signal } from '@preact/signals';
import type { Reason } from '../background/calls.ts';
import { background, pinned, type Seen, seen, things } from './state.ts';

/** The question stands. */
export const isAsked = signal(false);

/** A class of an answer. */
interface Question {
  readonly seen: Seen;
  readonly label: string;
}

type Explained = Question &
  ({ readonly state: 'explained'; readonly reason: Reason } | { readonly state: 'failed'; readonly detail: string });

const last = signal<Explained | undefined>(undefined);

/** The thing that was chosen, else the one found most surely. */
export const explainable = computed<string | undefined>(() => {
  const chosen = pinned.value && things.value.includes(pinned.value) ? pinned.value : things.value[0];
  return chosen?.label;
});

const isAnswerTo = (label: string | undefined): boolean =>
  last.value?.seen === seen.value && last.value?.label === label;

/** The answer, where it belongs to what is on the screen. */
export const explained = computed<Explained | undefined>(() =>
  isAsked.value && isAnswerTo(explainable.value) ? last.value : undefined,
);

effect(() => {
  const [current, label] = [seen.value, explainable.value];
  if (!isAsked.value || !current || label === undefined || isAnswerTo(label)) return;
  void explain({ seen: current, label });
});

async function explain(question: Question): Promise<void> {
  const answer = await background.call('explain', { model: question.seen.model, label: question.label }).then(
    (reason) => ({ ...question, state: 'explained', reason }) as const,
    (error) => ({ ...question, state: 'failed', detail: (error as Error).message }) as const,
  );
  // Another photo is open meanwhile: the effect has asked about it.
  if (seen.value === question.seen && explainable.value === question.label) last.value = answer;
}
