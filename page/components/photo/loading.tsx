/** How far the file of the chosen network has come, or why it did not. */
import { text } from '../../state.ts';
import { modelUrl } from '../../vision/models.ts';
import { choose, chosen, models, progress, trouble } from '../../vision/state.ts';
import { megabytes } from './names.ts';

export function Loading() {
  const name = chosen.value;
  if (name === undefined) return null;
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
  // Where the server does not say how long the file is, its weights are nearly all of it.
  const total = current?.total ?? models.value.find((entry) => entry.name === name)?.bytes;
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
