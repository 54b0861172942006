/** The list of what was found: pointing at an entry marks it in the photo, choosing it keeps it marked. */
import { failure, integer, text, wholePercent } from '../../state.ts';
import { LEAST_SCORE } from '../../vision/findings.ts';
import {
  isLooking,
  isReady,
  marked,
  photo,
  pinned,
  pointed,
  seen,
  things,
  threshold,
  trouble,
} from '../../vision/state.ts';
import { Failed } from '../failed.tsx';
import { Loading } from './loading.tsx';
import { labelName } from './names.ts';
import { Swatch } from './swatch.tsx';
import { Why } from './why.tsx';

export function Findings() {
  const found = seen.value?.findings;
  const isDetector = found?.kind === 'detect';
  return (
    <section class="findings" aria-labelledby="found" aria-busy={isLooking.value}>
      <h2 id="found">{text.value.photo.found}</h2>
      <p class="unseen" role="status">
        {found && things.value.length > 0 ? things.value.map(({ label }) => labelName(label)).join(', ') : ''}
      </p>
      <What />
      {isDetector ? <Threshold /> : null}
      {found && !found.embedding ? <Why /> : null}
    </section>
  );
}

function What() {
  const { photo: said } = text.value;
  if (trouble.value?.kind === 'lookFailed') {
    return (
      <div class="failure" role="alert">
        <p>{said.lookFailed}</p>
        <p class="muted" lang="en">
          {trouble.value.detail}
        </p>
      </div>
    );
  }
  if (failure.value) return <Failed />;
  if (!isReady.value) return <Loading />;
  if (!photo.value) return <p class="muted">{said.noPhoto}</p>;
  if (!seen.value) return <p role="status">{said.looking}</p>;
  const { kind, embedding } = seen.value.findings;
  if (embedding) return <Embedding values={embedding} />;
  if (things.value.length === 0) {
    const share = wholePercent(threshold.value);
    return <p role="status">{kind === 'detect' ? said.nothingAbove(share) : said.nothing}</p>;
  }
  return (
    <ol class="things">
      {things.value.map((thing, index) => (
        <li key={index}>
          <button
            type="button"
            class={marked.value === thing ? 'marked' : ''}
            aria-pressed={pinned.value === thing}
            onPointerEnter={() => {
              pointed.value = thing;
            }}
            onPointerLeave={() => {
              pointed.value = undefined;
            }}
            onFocus={() => {
              pointed.value = thing;
            }}
            onBlur={() => {
              pointed.value = undefined;
            }}
            onClick={() => {
              pinned.value = pinned.value === thing ? undefined : thing;
            }}
          >
            <Swatch label={thing.label} />
            <span class="label">{labelName(thing.label)}</span>
            <data value={thing.score}>{wholePercent(thing.score)}</data>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** The slider's end: above it, hardly anything is ever found. */
const MOST_SCORE = 0.9;

function Threshold() {
  return (
    <label class="threshold">
      <span>{text.value.photo.threshold}</span>
      <input
        type="range"
        min={LEAST_SCORE}
        max={MOST_SCORE}
        step={0.05}
        value={threshold.value}
        aria-valuetext={wholePercent(threshold.value)}
        onInput={({ currentTarget }) => {
          threshold.value = currentTarget.valueAsNumber;
        }}
      />
      <output>{wholePercent(threshold.value)}</output>
    </label>
  );
}

/** Numbers of an embedding that are shown. */
const NUMBERS_SHOWN = 12;

function Embedding({ values }: { readonly values: readonly number[] }) {
  const first = values.slice(0, NUMBERS_SHOWN).map((value) => value.toFixed(2).replace('-', '−'));
  return (
    <>
      <p>{text.value.photo.numbers(integer(values.length))}</p>
      <p class="muted numbers">
        {first.join('  ')}
        {values.length > NUMBERS_SHOWN ? ' …' : ''}
      </p>
    </>
  );
}
