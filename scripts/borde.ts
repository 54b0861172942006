/** The command line: verbs from a registry, one way to say what went wrong. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EngineError } from '../engine/errors.ts';
import { type Io, UsageError, type Verb } from './cli/verb.ts';
import { isFileError } from './io/file-error.ts';
import { benchVerb } from './verbs/bench.ts';
import { convolveVerb } from './verbs/convolve.ts';
import { evaluateVerb } from './verbs/evaluate.ts';
import { inspectVerb } from './verbs/inspect.ts';
import { predictVerb } from './verbs/predict.ts';
import { runVerb } from './verbs/run.ts';
import { trainVerb } from './verbs/train.ts';

/** In the order of `--help`. */
const verbs: readonly Verb[] = [trainVerb, evaluateVerb, predictVerb, runVerb, inspectVerb, benchVerb, convolveVerb];

/** Verbs that are announced (docs) and not there yet: a clear refusal instead of a guess at a misspelling. */
const later = [
  'transfer',
  'compare',
  'import',
  'export',
  'quantize',
  'augment',
  'decode',
  'publish',
  'jobs',
  'sign',
] as const;

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as string;

/** Runs a command line; resolves to its exit code. */
export function createCli(io: Io): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    const [verb] = args;
    if ((later as readonly string[]).includes(verb ?? '')) {
      io.note(`borde: "${verb}" comes with a later version`);
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
        code = await entry.run(command.args, command.opts(), io);
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
      // A suggestion comes on a line of its own: an error is one line.
      writeErr: (text) =>
        io.note(
          text
            .trimEnd()
            .replace(/^error: /, 'borde: ')
            .replaceAll('\n', ' '),
        ),
    });
}

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
  const isKnown = error instanceof EngineError || isFileError(error);
  const message = error instanceof Error ? error.message : String(error);
  io.note(isKnown ? `borde: ${message}` : `borde: a mistake of borde itself: ${message} (BORDE_DEBUG=1 shows where)`);
  if (process.env.BORDE_DEBUG && error instanceof Error) io.note(error.stack ?? '');
  return FAILED;
}

/** The command line of this process. */
export async function main(): Promise<void> {
  // A reader that went away (`| head`) wants no more: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(DONE);
    throw error;
  });
  const io: Io = {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    isTerminal: process.stderr.isTTY === true,
    now: () => performance.now(),
    onInterrupt(handler) {
      process.once('SIGINT', handler);
      process.once('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
      };
    },
  };
  process.exitCode = await createCli(io)(process.argv.slice(2));
}

if (import.meta.main) await main();
