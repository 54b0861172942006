/** The command line: verbs from a registry, one way to say what went wrong. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EngineError } from '../engine/errors.ts';
import { type Io, UsageError, type Verb } from './cli/verb.ts';
import { fileErrorReason, isFileError } from './io/file-error.ts';
import { activationsVerb } from './verbs/activations.ts';
import { augmentVerb } from './verbs/augment.ts';
import { benchVerb } from './verbs/bench.ts';
import { convolveVerb } from './verbs/convolve.ts';
import { evaluateVerb } from './verbs/evaluate.ts';
import { explainVerb } from './verbs/explain.ts';
import { exportVerb } from './verbs/export.ts';
import { importVerb } from './verbs/import.ts';
import { inspectVerb } from './verbs/inspect.ts';
import { predictVerb } from './verbs/predict.ts';
import { quantizeVerb } from './verbs/quantize.ts';
import { runVerb } from './verbs/run.ts';
import { trainVerb } from './verbs/train.ts';

/** In the order of `--help`. */
const verbs: readonly Verb[] = [
  trainVerb,
  evaluateVerb,
  predictVerb,
  explainVerb,
  activationsVerb,
  runVerb,
  importVerb,
  exportVerb,
  quantizeVerb,
  inspectVerb,
  benchVerb,
  convolveVerb,
  augmentVerb,
];

/** Verbs that are announced (docs) and not there yet: a clear refusal instead of a guess at a misspelling. */
const later: readonly string[] = ['transfer', 'compare', 'decode', 'publish', 'jobs', 'sign'];

/** Flags, likewise. */
const laterFlags: Readonly<Record<string, readonly string[]>> = {
  train: ['--fast'],
  evaluate: ['--fast'],
  predict: ['--fast'],
  run: ['--fast'],
  bench: ['--fast'],
};

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as string;

/** Runs a command line; resolves to its exit code. */
export function createCli(io: Io): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    const [verb = ''] = args[0] === 'help' ? args.slice(1) : args;
    const announced = later.includes(verb) ? verb : laterFlags[verb]?.find((flag) => isGiven(args, flag));
    if (announced !== undefined) {
      io.note(`borde: ${announced} comes with a later version`);
      return WRONG_USAGE;
    }
    let code = DONE;
    const program = new Command('borde')
      .description('Convolutional networks: train, look inside, serve.')
      .version(version())
      .showSuggestionAfterError();
    prepare(program, io);
    for (const entry of verbs) {
      const command = program.command(entry.name).description(entry.summary);
      entry.flags(command);
      prepare(command, io);
      command.addHelpText('after', `\nExamples:\n${entry.examples.map((line) => `  npx ${line}`).join('\n')}`);
      command.addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.');
      command.action(async () => {
        const options = command.opts();
        code = await entry.run(command.args, options, options.json ? { ...io, isTerminal: false } : io);
      });
    }
    try {
      await program.parseAsync(args as string[], { from: 'user' });
      return code;
    } catch (error) {
      return explain(error, io);
    }
  };
}

function prepare(command: Command, io: Io): void {
  command
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
      // A suggestion comes on a line of its own: an error is one line.
      outputError: (text, write) =>
        write(
          text
            .replace(/^error: /, 'borde: ')
            .trimEnd()
            .replaceAll('\n', ' '),
        ),
    });
}

/** `--flag` or `--flag=value`, before a `--` that ends the flags. */
const isGiven = (args: readonly string[], flag: string): boolean => {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).some((arg) => arg === flag || arg.startsWith(`${flag}=`));
};

/** One line for what can happen; a stack only for a mistake of ours, and on request. */
function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // --help and --version end here as well, with exit code 0; without a verb, help is shown and the usage was wrong.
    return error.exitCode === 0 ? DONE : WRONG_USAGE;
  }
  if (error instanceof UsageError) {
    io.note(`borde: ${error.message}`);
    return WRONG_USAGE;
  }
  io.note(`borde: ${sentenceOf(error)}`);
  if (process.env.BORDE_DEBUG && error instanceof Error) io.note(error.stack ?? '');
  return FAILED;
}

function sentenceOf(error: unknown): string {
  if (error instanceof EngineError) return error.message;
  if (isFileError(error)) {
    const hint = error.path?.endsWith('.wasm') ? ': run "npm run build"' : '';
    return `${error.path ?? error.syscall}: ${fileErrorReason(error)}${hint}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `a mistake of borde itself: ${message} (BORDE_DEBUG=1 shows where)`;
}

/** Between a first Ctrl-C and its echo: a terminal and whatever started us (npx, an older Node) both send it on. */
const ECHO_MS = 500;

/** The command line of this process. */
export async function main(): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away (`| head`) wants no more: that is no failure.
    if (error.code === 'EPIPE') process.exit(DONE);
    process.stderr.write(`borde: standard output: ${fileErrorReason(error)}\n`);
    process.exit(FAILED);
  });
  process.stderr.on('error', () => {}); // nobody reads it, and there is no other place to say so
  const io: Io = {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    isTerminal: process.stderr.isTTY === true,
    now: () => performance.now(),
    onInterrupt(handler) {
      let first: number | undefined;
      let isReleased = false;
      const listener = () => {
        const isEcho = first !== undefined && performance.now() - first < ECHO_MS;
        if (isEcho) return;
        if (first !== undefined || isReleased) process.exit(FAILED); // the second time it is meant
        first = performance.now();
        handler();
      };
      // They stay after the release: an echo must not kill what is just saying goodbye.
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        isReleased = true;
      };
    },
  };
  process.exitCode = await createCli(io)(process.argv.slice(2));
}

if (import.meta.main) await main();
