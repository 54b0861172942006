/** The same question to the worker, and both answers side by side. */
import { useSignal } from '@preact/signals';
import type { Image } from '../../engine/image/image.ts';
import { isEmpty, milliseconds, network, percent, picture, reading, text } from '../state.ts';
import { agrees, askWorker, predictUrl, type WorkerAnswer } from '../worker-answer.ts';

/** What came back for which picture: a later stroke makes it old. */
type Asked = { readonly picture: Image } & (
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly answer: WorkerAnswer }
  | { readonly state: 'failed'; readonly reason: string }
);

export function AskWorker({ model }: { readonly model: string }) {
  const asked = useSignal<Asked | undefined>(undefined);
  const ask = async () => {
    const asking = picture.value;
    asked.value = { picture: asking, state: 'asking' };
    const labels = network.value?.labels.length ?? 1;
    const outcome = await askWorker(predictUrl(model), asking, labels).then(
      (answer) => ({ picture: asking, state: 'answered', answer }) as const,
      (error) => ({ picture: asking, state: 'failed', reason: (error as Error).message }) as const,
    );
    if (asked.value?.picture === asking) asked.value = outcome;
  };
  const current = asked.value?.picture === picture.value ? asked.value : undefined;
  return (
    <section class="worker">
      <button type="button" disabled={!network.value || isEmpty.value || current?.state === 'asking'} onClick={ask}>
        {current?.state === 'asking' ? text.value.asking : text.value.askWorker}
      </button>
      <div role="status">
        {current?.state === 'answered' ? <Comparison answer={current.answer} /> : null}
        {current?.state === 'failed' ? <p class="notice">{text.value.workerFailed(current.reason)}</p> : null}
        {current === undefined ? <p class="muted">{text.value.workerExplained}</p> : null}
      </div>
    </section>
  );
}

function Comparison({ answer }: { readonly answer: WorkerAnswer }) {
  const read = reading.value;
  const labels = network.value?.labels;
  if (!read || !labels) return null;
  const here = labels[read.top] as string;
  const isSame = agrees(answer, here, (label) => read.scores[labels.indexOf(label)]);
  const times = [text.value.roundTrip(milliseconds(answer.roundTripMs))];
  if (answer.runMs !== undefined) times.push(text.value.ofWhichRun(milliseconds(answer.runMs)));
  return (
    <>
      <dl>
        <dt>{text.value.here}</dt>
        <dd>
          <strong>{here}</strong> {percent(read.scores[read.top] as number)}
          <span class="muted"> {text.value.runTime(milliseconds(read.milliseconds))}</span>
        </dd>
        <dt>{text.value.worker}</dt>
        <dd>
          <strong>{answer.label}</strong> {percent(answer.scores.get(answer.label) as number)}
          <span class="muted"> {times.join(', ')}</span>
        </dd>
      </dl>
      <p class={isSame ? 'same' : 'notice'}>{isSame ? text.value.agrees : text.value.differs}</p>
    </>
  );
}
