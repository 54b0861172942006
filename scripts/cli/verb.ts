/** The verb contract: what a command of the command line says about itself and does. */
import type { Command } from 'commander';

/** Where a verb writes and what it may assume of the screen; tests bring their own. */
export interface Io {
  /** What the verb is asked for: a table, or JSON alone. */
  out(text: string): void;
  /** Everything else: progress, warnings, errors. */
  note(text: string): void;
  /** stderr is a screen: a progress bar makes sense. */
  readonly isTerminal: boolean;
  /** Steady milliseconds. */
  now(): number;
  /** Calls `handler` on Ctrl-C until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Shown below the flags. */
  readonly examples: readonly string[];
  /** Declares arguments and flags. */
  flags(command: Command): void;
  /** @returns exit code; errors are thrown */
  // biome-ignore lint/suspicious/noExplicitAny: the types of flags are what `flags` declares
  run(args: readonly string[], options: any, io: Io): Promise<number>;
}

/** Wrong usage, found after the flags were parsed: exit 2. */
export class UsageError extends Error {}
