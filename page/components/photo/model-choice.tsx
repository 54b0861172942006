/** Which network looks, and what is known of it. */
import { integer, text } from '../../state.ts';
import { choose, chosen, models } from '../../vision/state.ts';
import { megabytes } from './names.ts';

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
    </div>
  );
}
