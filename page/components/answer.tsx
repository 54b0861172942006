/** What the network sees, what it reads, and how sure it is. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { explained, isAsked } from '../digit-why.ts';
import { toRgba } from '../photo.ts';
import { integer, isEmpty, milliseconds, network, percent, reading, text } from '../state.ts';
import { putPixels } from './canvas.ts';

export function Answer() {
  const read = isEmpty.value ? undefined : reading.value;
  const label = read && network.value?.labels[read.top];
  return (
    <div class="answer">
      <figure>
        <NetworkInput />
        <Caption />
        <button
          type="button"
          class="why-digit"
          title={text.value.whyExplained}
          aria-pressed={isAsked.value}
          onClick={() => {
            isAsked.value = !isAsked.value;
          }}
        >
          {text.value.why}
        </button>
      </figure>
      <div>
        {/* Only the digit is announced: its probability changes with every move of the pen. */}
        <output aria-live="polite">
          <span class="prefix">{text.value.answer}</span>{' '}
          {label === undefined ? <span class="none">{text.value.noAnswer}</span> : <strong>{label}</strong>}
        </output>
        <p class="sure">{read ? percent(read.scores[read.top] as number) : ''}</p>
        <p class="time">{read ? text.value.runTime(milliseconds(read.milliseconds)) : ''}</p>
      </div>
    </div>
  );
}

/** The heat map that is shown in place of the network's input, if any. */
const answered = (): typeof explained.value => (isAsked.value && !isEmpty.value ? explained.value : undefined);

function Caption() {
  const answer = answered();
  if (!answer) return <figcaption>{text.value.networkInput}</figcaption>;
  return <figcaption>{answer.reason ? text.value.because(answer.label) : text.value.whyFailed}</figcaption>;
}

/** The network's input as the picture that it was made of, or with what speaks for the answer over it. */
function NetworkInput() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const read = reading.value;
    if (!canvas.current || !read || !network.value) return;
    const heat = answered()?.reason?.image;
    if (heat) return putPixels(canvas.current, toRgba(heat));
    putPixels(canvas.current, toRgba(network.value.inputPicture(read.input)));
  });
  return (
    <canvas
      ref={canvas}
      class="input"
      width={28}
      height={28}
      role="img"
      aria-label={`${text.value.networkInput}. ${text.value.networkInputExplained}`}
    />
  );
}

export function Probabilities() {
  const read = isEmpty.value ? undefined : reading.value;
  return (
    <ol class="bars" aria-label={text.value.probabilities}>
      {network.value?.labels.map((label, index) => {
        const score = read?.scores[index] ?? 0;
        return (
          <li key={label} class={index === read?.top ? 'top' : ''}>
            <span class="label">{label}</span>
            <span class="track" aria-hidden="true">
              <span class="fill" style={{ transform: `scaleY(${score})` }} />
            </span>
            <data value={score}>
              {read ? integer(100 * score) : ''}
              <span class="unseen"> %</span>
            </data>
          </li>
        );
      })}
    </ol>
  );
}
