/**
 * Augmentation beside its peers: `npm run bench -- augment [flags]`. Contestants take turns, each in a process of its own
 * with one thread; figures are CPU time of one 224×224×3 picture, minima over rounds.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { integer, jsonOption } from '../../scripts/cli/flags.ts';
import { table as textTable } from '../../scripts/cli/table.ts';
import { Contestant, takeTurns } from '../contestant.ts';
import { installPeers, versionOf } from '../peers/install.ts';
import { describeMachine } from '../peers/machine.ts';
import { writeMarkdown } from '../peers/markdown.ts';
import { HEIGHT, type Row, rows, WIDTH } from './rows.ts';

const PYTHON = '/usr/bin/python3';
/** A sample lasts about this long, µs of CPU. */
const SAMPLE_US = 60_000;
const peerNames = ['sharp', 'jimp', 'photon'] as const;

const script = (name: string) => fileURLToPath(new URL(`contestants/${name}`, import.meta.url));

async function contestants(): Promise<Contestant[]> {
  const node = (name: string) => Contestant.start(name, process.execPath, [script(`${name}.ts`)], name === 'borde');
  const started = [await node('borde'), await Contestant.start('OpenCV', PYTHON, [script('opencv.py')], false)];
  for (const name of peerNames) started.push(await node(name));
  return started.filter((contestant) => contestant !== undefined);
}

interface Line {
  readonly row: string;
  readonly us: Readonly<Record<string, number>>;
  readonly share: number | undefined;
  readonly target: number;
  readonly bestPeer: { readonly name: string; readonly times: number } | undefined;
}

function lineOf(
  { name, target, base = name }: Row,
  list: readonly Contestant[],
  best: ReadonlyMap<string, number>,
): Line {
  const at = (contestant: string, row = name) => best.get(`${contestant} ${row}`);
  const ours = at('borde') as number;
  const mark = at('OpenCV', base);
  const us = Object.fromEntries(
    [
      ...list.map(({ name: contestant }) => [contestant, at(contestant)]),
      ['whole', at('borde', `${name} whole`)],
    ].filter(([, time]) => time !== undefined),
  ) as Record<string, number>;
  const peers = peerNames.flatMap((peer) =>
    at(peer) === undefined ? [] : [{ name: peer, times: (at(peer) as number) / ours }],
  );
  const bestPeer = peers.sort((a, b) => a.times - b.times)[0];
  return { row: name, us, share: mark && mark / ours, target, bestPeer };
}

const program = new Command('npm run bench -- augment')
  .description('augmentation of a 224×224×3 picture, beside its peers, on one thread')
  .option('--rounds <n>', 'samples of each contestant', integer(1, 1000), 10)
  .option('--rows <names>', rows.map(({ name }) => name).join(','), (text: string) => text.split(','))
  .addOption(jsonOption())
  .option('--markdown', 'write the table into docs/benchmarks.md');
program.parse();
const {
  rounds,
  rows: names,
  json,
  markdown,
} = program.opts<{ rounds: number; rows?: string[]; json?: boolean; markdown?: boolean }>();
const unknown = names?.find((name) => !rows.some((row) => row.name === name));
if (unknown !== undefined) {
  console.error(`there is no row "${unknown}": ${rows.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

installPeers((text) => console.error(text));
if (spawnSync(PYTHON, ['-c', 'import cv2']).status !== 0) {
  console.error('OpenCV is not measured: this system has no python3-opencv');
}
// Rows that others are measured by come along.
const bases = rows.filter(({ name }) => rows.some((row) => row.base === name && (names?.includes(row.name) ?? true)));
const wanted = rows.filter((row) => (names?.includes(row.name) ?? true) || bases.includes(row));
const list = await contestants();
const timed = wanted.flatMap(({ name }) => [name, `${name} whole`]);
const best = await takeTurns(list, timed, { sampleUs: SAMPLE_US, rounds });
for (const contestant of list) contestant.stop();
const lines = wanted.map((row) => lineOf(row, list, best));

if (json) {
  console.log(JSON.stringify(lines));
} else {
  const columns = ['borde', 'whole', 'OpenCV', ...peerNames];
  const head = ['µs a picture', ...columns, 'of OpenCV', 'target', 'best JavaScript peer'];
  const cells = lines.map(({ row, us, share, target, bestPeer }) => [
    row,
    ...columns.map((name) => us[name]?.toFixed(us[name] < 100 ? 1 : 0) ?? '–'),
    share === undefined ? '–' : `${share.toFixed(2)}${share >= target ? '' : ' ✗'}`,
    String(target),
    bestPeer ? `${bestPeer.name} ${bestPeer.times.toFixed(1)}×` : '–',
  ]);
  const peers = ['sharp', 'jimp', '@silvia-odwyer/photon-node'].map(versionOf).filter(Boolean).join(', ');
  const caption = `${WIDTH}×${HEIGHT}×3, one thread, CPU time, minimum of ${rounds} interleaved rounds; ${describeMachine()}; ${peers}`;
  if (markdown) {
    const line = (values: readonly string[]) => `| ${values.join(' | ')} |`;
    const today = new Date().toISOString().slice(0, 10);
    const command = 'Command: `npm run bench -- augment --markdown`.';
    const lead = `Measured on ${today}. ${caption}. ${command}`;
    writeMarkdown('augment', [lead, '', line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n'));
  } else {
    console.log(`${caption}\n\n${textTable(head, cells)}`);
  }
}
