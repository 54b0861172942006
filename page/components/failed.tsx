/** Why there is no network: a sentence, and the engine's own words. */
import { failure, text } from '../state.ts';

export function Failed() {
  return (
    <div class="failure" role="alert">
      <p>{text.value.failures[failure.value?.kind ?? 'other']}</p>
      <p class="muted" lang="en">
        {failure.value?.detail}
      </p>
    </div>
  );
}
