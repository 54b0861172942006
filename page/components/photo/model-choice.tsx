/** Which network looks, what is known of it, and how far its file has come. */
import { decimalPlace, integer, text } from '../../state.ts';
import { modelUrl } from '../../vision/models.ts';
import { choose, chosen, models, progress, readyModels, trouble } from '../../vision/state.ts';

const megabytes = (bytes: number): string => decimalPlace(bytes / 1e6);

export function ModelChoice() {
  const entry = models.value.find(({ name }) => name === chosen.value);
  const facts = entry && [
    ...(entry.bytes === undefined ? [] : [text.value.photo.megabytes(megabytes(entry.bytes))]),
    ...(entry.precision === undefined ? [] : [entry.precision]),
    ...(entry.size ? [text.value.photo.eachSide(integer(entry.size[0]), integer(entry.size[1]))] : []),
  ];
  return (
    <div class="model-choice">
      <label>
        {text.value.photo.network}
        <select
          disabled={models.value.length === 0}
          value={chosen.value}
          onChange={({ currentTarget }) => void choose(currentTarget.value)}
        >
          {models.value.map(({ name, task }) => (
            <option key={name} value={name}>
              {task ? `${text.value.photo.tasks[task]} (${name})` : name}
            </option>
          ))}
        </select>
      </label>
      {facts && facts.length > 0 ? <p class="muted">{facts.join(' · ')}</p> : null}
      <Loading bytes={entry?.bytes} />
    </div>
  );
}

/** @param bytes of the weights, where the server does not say how long the file is */
function Loading({ bytes }: { readonly bytes: number | undefined }) {
  const name = chosen.value;
  if (name === undefined || readyModels.value.has(name)) return null;
  if (trouble.value?.kind === 'modelFailed') {
    return (
      <div class="failure" role="alert">
        <p>{text.value.photo.modelFailed}</p>
        <p class="muted" lang="en">
          {trouble.value.detail}
        </p>
        <button type="button" onClick={() => void choose(name)}>
          {text.value.photo.retry}
        </button>
      </div>
    );
  }
  const current = progress.value?.model === name ? progress.value : undefined;
  const total = current?.total ?? bytes;
  const received = current?.received ?? 0;
  const isThere = total !== undefined && received >= total;
  const said = isThere
    ? text.value.photo.starting
    : text.value.photo.loading(megabytes(received), total === undefined ? undefined : megabytes(total));
  return (
    <div class="loading">
      <progress value={isThere ? undefined : received} max={total} aria-label={modelUrl(name)} />
      <p class="muted" role="status">
        {said}
      </p>
    </div>
  );
}
