/** Runs the command line in this process, with a screen that remembers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createCli } from '../../scripts/borde.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @param onLine sees each line of standard output as it comes, and can interrupt */
export async function borde(
  args: readonly string[],
  onLine?: (line: string, interrupt: () => void) => void,
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  let interrupt = () => {};
  const cli = createCli({
    out(text) {
      out.push(text);
      onLine?.(text, interrupt);
    },
    note: (text) => void err.push(text),
    isTerminal: false,
    now: () => performance.now(),
    onInterrupt(handler) {
      interrupt = handler;
      return () => {};
    },
  });
  const code = await cli(args);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'borde-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
