/** How long every step took here and, once asked, at the worker; and whether both found the same. */
import type { Times, WorkerLook } from '../../background/calls.ts';
import { milliseconds, text } from '../../state.ts';
import { agrees } from '../../vision/agreement.ts';
import { shown } from '../../vision/findings.ts';
import { asked, askWorker, seen, things, threshold, timesHere } from '../../vision/state.ts';

const steps = ['decode', 'preprocess', 'run', 'postprocess'] as const;

const sum = (times: Times): number => steps.reduce((total, step) => total + (times[step] ?? 0), 0);

export function Comparison() {
  const said = text.value.photo;
  const worker = asked.value?.state === 'answered' ? asked.value.look : undefined;
  return (
    <section class="comparison" aria-labelledby="time">
      <h2 id="time">{said.time}</h2>
      {seen.value ? <TimeTable worker={worker} /> : null}
      <div class="worker">
        <button
          type="button"
          disabled={!seen.value || asked.value?.state === 'asking'}
          onClick={() => void askWorker()}
        >
          {asked.value?.state === 'asking' ? text.value.asking : text.value.askWorker}
        </button>
        <div role="status">
          {worker ? <Verdict worker={worker} /> : null}
          {asked.value?.state === 'failed' ? <p class="notice">{text.value.workerFailed(asked.value.reason)}</p> : null}
          {asked.value === undefined ? <p class="muted">{said.askExplained}</p> : null}
        </div>
      </div>
    </section>
  );
}

function TimeTable({ worker }: { readonly worker: WorkerLook | undefined }) {
  const said = text.value.photo;
  const here = timesHere.value;
  const cell = (value: number | undefined) => (value === undefined ? '–' : `${milliseconds(value)} ${said.ms}`);
  return (
    <table class="times">
      <thead>
        <tr>
          <td />
          <th scope="col">{said.here}</th>
          {worker ? <th scope="col">{said.worker}</th> : null}
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={step} data-step={step}>
            <th scope="row">{said.steps[step]}</th>
            <td>{cell(here[step])}</td>
            {worker ? <td>{cell(worker.times[step])}</td> : null}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{said.sum}</th>
          <td>{cell(sum(here))}</td>
          {worker ? <td>{cell(sum(worker.times))}</td> : null}
        </tr>
        {worker ? (
          <tr class="round-trip">
            <th scope="row">{said.roundTrip}</th>
            <td />
            <td>{cell(worker.roundTripMs)}</td>
          </tr>
        ) : null}
      </tfoot>
    </table>
  );
}

function Verdict({ worker }: { readonly worker: WorkerLook }) {
  const said = text.value.photo;
  const here = seen.value?.findings;
  if (!here) return null;
  const isSame = agrees(here, worker.findings, threshold.value);
  const theirs = shown(worker.findings, threshold.value);
  return (
    <>
      <p class={isSame ? 'same' : 'notice'}>
        {isSame ? said.agrees : said.differs(String(things.value.length), String(theirs.length))}
      </p>
      <p class="muted">{said.sent(fileSize(worker.bytes))}</p>
    </>
  );
}

/** 38 kB, 2.4 MB. */
const fileSize = (bytes: number): string =>
  bytes < 1e6 ? `${milliseconds(bytes / 1e3)} kB` : `${milliseconds(bytes / 1e6)} MB`;
