/**
 * The comparison with the peers: `npm run bench -- [flags]`, `--help` lists them. Contestants take turns on one core, each
 * in a process of its own; figures are CPU time, minima over rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { integer, jsonOption, simdOption } from '../../scripts/cli/flags.ts';
import type { SimdChoice } from '../../scripts/kernels.ts';
import type { ContestantName } from './contestants/index.ts';
import { firstPredictions } from './first-prediction.ts';
import { growth } from './growth.ts';
import { installPeers, versionOf } from './install.ts';
import { describeMachine } from './machine.ts';
import { writeMarkdown } from './markdown.ts';
import { match } from './match.ts';
import { type NetworkName, networkNames, networks } from './models/index.ts';
import { PEAK_FLOPS } from './peak/peak.ts';
import { type Prepared, prepareBoth } from './prepare.ts';
import { algorithmTimes } from './profile.ts';
import { forMarkdown, forTerminal } from './report.ts';
import type { NetworkResult, Results } from './results.ts';
import { shippedBytes } from './shipped-bytes.ts';

/** Those on the model of eight bits, whose outputs are others. */
const EIGHT_BITS: readonly ContestantName[] = ['int8', 'workerd-int8', 'ort-int8'];
/** Outputs may differ by this much of the largest: orders of summation differ, and Winograd has rounding of its own. */
const AGREEMENT = 1e-3;
const WRONG_USAGE = 2;
/** A cold start is measured on a small and on a middling network. */
const FIRST: readonly NetworkName[] = ['lenet', 'mobilenet-v2'];

const contestantNames = [
  'borde',
  'imported',
  'int8',
  'tfjs',
  'ort',
  'ort-int8',
  'native',
] as const satisfies readonly ContestantName[];
const partNames = ['networks', 'first', 'bytes', 'profile', 'growth'] as const;
const packages = ['@tensorflow/tfjs-backend-wasm', 'onnxruntime-web', 'onnxruntime-node'];

interface Flags {
  readonly models: readonly NetworkName[];
  readonly peers: readonly ContestantName[];
  readonly parts: readonly (typeof partNames)[number][];
  readonly rounds: number;
  readonly simd: SimdChoice;
  readonly workerd?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `a,b`: names of a list. */
const oneOf =
  <Name extends string>(known: readonly Name[]) =>
  (text: string): Name[] =>
    text.split(',').map((name) => {
      if (!known.includes(name as Name)) throw new InvalidArgumentError(`"${name}" is none of ${known.join(', ')}.`);
      return name as Name;
    });

const program = new Command('npm run bench --')
  .description('borde and its peers, side by side on one core')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE))
  .addOption(
    new Option('--models <names>', networkNames.join(',')).argParser(oneOf(networkNames)).default(networkNames, 'all'),
  )
  .addOption(
    new Option('--peers <names>', contestantNames.join(','))
      .argParser(oneOf(contestantNames))
      .default(contestantNames, 'all'),
  )
  .addOption(new Option('--parts <names>', partNames.join(',')).argParser(oneOf(partNames)).default(partNames, 'all'))
  .addOption(new Option('--rounds <n>', 'samples of each contestant').argParser(integer(1, 10_000)).default(20))
  .addOption(simdOption())
  .option('--workerd', 'our side inside workerd, too')
  .addOption(jsonOption())
  .option('--markdown', 'write the tables into docs/benchmarks.md');

const note = (text: string): void => console.error(`bench: ${text}`);

async function measure(flags: Flags, folder: string): Promise<Results> {
  const prepared = new Map<NetworkName, Prepared>();
  for (const name of flags.models) prepared.set(name, await prepareBoth(networks[name](), join(folder, name)));
  const ready = (name: NetworkName): Prepared => prepared.get(name) as Prepared;
  const does = (part: Flags['parts'][number]) => flags.parts.includes(part);
  const contestants: ContestantName[] = [
    ...flags.peers,
    ...(flags.workerd ? (['workerd', 'workerd-int8'] as const) : []),
    'peak',
  ];
  const results: NetworkResult[] = [];
  for (const network of does('networks') ? flags.models : []) {
    note(`${network}: ${contestants.join(', ')}`);
    const { macs, folder: files } = ready(network);
    const entrants = contestants.map((contestant) => ({ contestant, folder: files }));
    results.push({ network, macs, scores: await match(entrants, flags) });
  }
  if (does('profile')) note('profile');
  const algorithms = does('profile')
    ? flags.models.flatMap((name) => algorithmTimes(name, ready(name), flags.simd))
    : [];
  if (does('first')) note('first predictions');
  const cold = FIRST.filter((name) => flags.models.includes(name)).map((name) => [name, ready(name)] as const);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    versions: packages.flatMap((name) => versionOf(name) ?? []),
    peakGflops: await peakGflops(results, folder, flags),
    networks: results,
    algorithms,
    firstPredictions: does('first') ? await firstPredictions(cold, flags.peers) : [],
    shipped: does('bytes') ? await shippedBytes(flags.peers) : [],
    growth: does('growth') ? await growth(folder, flags.simd, note) : [],
  };
}

/** The best of all rounds; measured by itself where no network was. */
async function peakGflops(results: readonly NetworkResult[], folder: string, flags: Flags): Promise<number> {
  const matches = results.map(({ scores }) => scores);
  const alone = matches.length > 0 ? [] : [await match([{ contestant: 'peak', folder }], flags)];
  const scores = [...matches, ...alone].flat();
  return Math.max(
    ...scores.map((score) => ('minMs' in score && score.contestant === 'peak' ? PEAK_FLOPS / score.minMs / 1e6 : 0)),
  );
}

/** Sentences on contestants that did not run, and on outputs that are not ours. */
const complaints = ({ networks: found }: Results): readonly string[] =>
  found.flatMap(({ network, scores }) =>
    scores.flatMap((score) => {
      if ('failure' in score) return [`${network}: ${score.failure}`];
      if (score.difference <= AGREEMENT || EIGHT_BITS.includes(score.contestant)) return [];
      return [
        `${network}: the output of ${score.contestant} is ${score.difference} off, at most ${AGREEMENT} is allowed`,
      ];
    }),
  );

const flags = program.parse().opts<Flags>();
const folder = mkdtempSync(join(tmpdir(), 'borde-bench-'));
try {
  installPeers(note);
  const results = await measure(flags, folder);
  console.log(flags.json ? JSON.stringify(results) : forTerminal(results));
  if (flags.markdown) writeMarkdown('bench', forMarkdown(results));
  for (const sentence of complaints(results)) {
    note(sentence);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
