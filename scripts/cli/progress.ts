/** A progress bar on standard error, for work that is longer than a second; none where nobody watches. */
import { SingleBar } from 'cli-progress';
import type { Io } from './verb.ts';

export interface Progress {
  update(done: number, total: number, text?: string): void;
  stop(): void;
}

const SHOWN_AFTER_MS = 1000;

export function startProgress(io: Io, label: string): Progress {
  if (!io.isTerminal) return { update: () => {}, stop: () => {} };
  const start = io.now();
  let bar: SingleBar | undefined;
  return {
    update(done, total, text = '') {
      if (!bar && io.now() - start < SHOWN_AFTER_MS) return;
      if (!bar) {
        bar = new SingleBar({
          format: `${label} {bar} {percentage} % {text} ETA {eta_formatted}`,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 28,
          clearOnComplete: true,
          // Ctrl-C may end us in the middle of it: the terminal is left as it was.
          hideCursor: false,
          linewrap: true,
          etaBuffer: 100,
          stream: process.stderr,
        });
        bar.start(total, done, { text });
      }
      bar.update(done, { text });
    },
    stop: () => bar?.stop(),
  };
}
