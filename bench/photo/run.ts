/**
 * A photo of 640×480 to boxes, part by part: `npm run bench -- photo [flags]`. Contestants take turns, each in a process of
 * its own with one thread; figures are CPU time, minima over rounds.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { integer, jsonOption } from '../../scripts/cli/flags.ts';
import { table as textTable } from '../../scripts/cli/table.ts';
import { Contestant, takeTurns } from '../contestant.ts';
import { installPeers, versionOf } from '../peers/install.ts';
import { describeMachine } from '../peers/machine.ts';
import { writeMarkdown } from '../peers/markdown.ts';
import { HEIGHT, WIDTH } from './photo.ts';

/** A sample lasts about this long, µs of CPU. */
const SAMPLE_US = 150_000;
const rows = ['decode', 'resize', 'network', 'boxes', 'whole'] as const;
const models = ['coco-detector', 'coco-detector-f16'] as const;

const program = new Command('npm run bench -- photo')
  .description(`a photo of ${WIDTH}×${HEIGHT} to boxes in workerd, in Node and by TensorFlow.js, on one thread`)
  .option('--photo <file>', 'another picture, brought to that size')
  .option('--tfjs <folder>', 'folder of the published model.json; without it TensorFlow.js is left out')
  .option('--rounds <n>', 'samples of each contestant', integer(1, 1000), 10)
  .addOption(jsonOption())
  .option('--markdown', 'write the table into docs/benchmarks.md');
program.parse();
const { photo, tfjs, rounds, json, markdown } = program.opts<{
  photo?: string;
  tfjs?: string;
  rounds: number;
  json?: boolean;
  markdown?: boolean;
}>();

const script = (name: string) => fileURLToPath(new URL(`contestants/${name}.ts`, import.meta.url));
const model = (name: string) => fileURLToPath(new URL(`../../models/${name}.safetensors`, import.meta.url));
const start = (name: string, contestant: string, subject: string): Promise<Contestant | undefined> =>
  Contestant.start(name, process.execPath, [script(contestant), subject, ...(photo ? [photo] : [])], true);

if (tfjs !== undefined) installPeers((text) => console.error(text));
const started = [
  ...(await Promise.all(models.map((name) => start(`${name}, workerd`, 'workerd', name)))),
  ...(await Promise.all(models.map((name) => start(`${name}, Node`, 'borde', model(name))))),
  tfjs === undefined ? undefined : await start('TensorFlow.js, Node', 'tfjs', tfjs),
];
const list = started.filter((contestant) => contestant !== undefined);
const best = await takeTurns(list, rows, { sampleUs: SAMPLE_US, rounds });
for (const contestant of list) contestant.stop();

const lines = list.map(({ name }) => ({
  name,
  ms: Object.fromEntries(
    rows.flatMap((row) => {
      const us = best.get(`${name} ${row}`);
      return us === undefined ? [] : [[row, us / 1000] as const];
    }),
  ) as Readonly<Partial<Record<(typeof rows)[number], number>>>,
}));

if (json) {
  console.log(JSON.stringify(lines));
} else {
  const head = ['ms', ...rows];
  const cells = lines.map(({ name, ms }) => [name, ...rows.map((row) => ms[row]?.toPrecision(3) ?? '–')]);
  const peers = ['@tensorflow/tfjs-backend-wasm'].map(versionOf).filter(Boolean).join(', ');
  const caption = `${WIDTH}×${HEIGHT} JPEG, one thread, CPU time, minimum of ${rounds} interleaved rounds; ${describeMachine()}; ${peers}`;
  if (markdown) {
    const line = (values: readonly string[]) => `| ${values.join(' | ')} |`;
    const today = new Date().toISOString().slice(0, 10);
    const lead = `Measured on ${today}. ${caption}. Command: \`npm run bench -- photo --tfjs FOLDER --markdown\`.`;
    writeMarkdown('photo', [lead, '', line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n'));
  } else {
    console.log(`${caption}\n\n${textTable(head, cells)}`);
  }
}
