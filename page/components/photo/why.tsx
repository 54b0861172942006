/** The question why, and its answer in words; picture.tsx draws it. */
import { milliseconds, text } from '../../state.ts';
import { things } from '../../vision/state.ts';
import { explainable, explained, isAsked } from '../../vision/why.ts';
import { labelName } from './names.ts';

export function Why() {
  return (
    <div class="why">
      <button
        type="button"
        aria-pressed={isAsked.value}
        disabled={explainable.value === undefined}
        onClick={() => {
          isAsked.value = !isAsked.value;
        }}
      >
        {text.value.why}
      </button>
      <div role="status">
        <Because />
      </div>
    </div>
  );
}

function Because() {
  const said = text.value.photo;
  if (!isAsked.value) return <p class="muted">{said.whyExplained}</p>;
  const answer = explained.value;
  if (!answer) return <p class="muted">{explainable.value === undefined ? said.whyExplained : said.looking}</p>;
  if (answer.state === 'failed') {
    return (
      <p class="notice">
        {text.value.whyFailed} <span lang="en">{answer.detail}</span>
      </p>
    );
  }
  const { layer, milliseconds: taken } = answer.reason;
  return (
    <>
      <p>
        {said.because(labelName(answer.label), milliseconds(taken))}
        {things.value.some(({ label }) => label !== answer.label) ? ` ${said.chooseAnother}` : ''}
      </p>
      <p class="muted">{said.seenFrom(layer)}</p>
    </>
  );
}
