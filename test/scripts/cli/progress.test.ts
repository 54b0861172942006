import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startProgress } from '../../../scripts/cli/progress.ts';
import type { Io } from '../../../scripts/cli/verb.ts';

/** A screen with a clock that the test moves. */
function screen(isTerminal: boolean) {
  const clock = { ms: 0 };
  const io: Io = { out: () => {}, note: () => {}, isTerminal, now: () => clock.ms, onInterrupt: () => () => {} };
  return { clock, io };
}

function written(): string {
  return vi
    .mocked(process.stderr.write)
    .mock.calls.map(([text]) => String(text))
    .join('');
}

afterEach(() => void vi.restoreAllMocks());

describe('a progress bar', () => {
  test('comes after a second, and leaves the terminal’s modes alone', () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    onTestFinished(() => {
      if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY);
      else Reflect.deleteProperty(process.stderr, 'isTTY');
    });
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    const { clock, io } = screen(true);
    const bar = startProgress(io, 'training');
    clock.ms = 999;
    bar.update(1, 10);
    expect(written()).toBe('');
    clock.ms = 1000;
    bar.update(2, 10);
    bar.stop();
    expect(written()).toMatch(/training █+░+ 20 %/);
    // Hidden cursor and no line wrap would outlive a Ctrl-C.
    expect(written()).not.toContain('\x1b[?25l');
    expect(written()).not.toContain('\x1b[?7l');
  });

  test('never comes where nobody watches', () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { clock, io } = screen(false);
    const bar = startProgress(io, 'training');
    clock.ms = 5000;
    bar.update(2, 10);
    bar.stop();
    expect(written()).toBe('');
  });
});
