/** A model's answer for people: bars for classes, tables for boxes and masks, the beginning of an embedding. */
import { decodePng } from '../../engine/image/png.ts';
import type { Box } from '../../engine/tasks/boxes.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import { percent, table } from '../cli/table.ts';

interface Entry {
  readonly label: string;
  readonly score: number;
  readonly box?: Box;
  readonly mask?: string;
}

const BAR_WIDTH = 30;
/** Numbers of an embedding that are shown. */
const SHOWN = 8;

/** @param threshold the score that an entry had to reach */
export function describe(answer: Answer, threshold: number): string {
  if ('embedding' in answer) return describeEmbedding(answer.embedding);
  const entries: readonly Entry[] = Array.isArray(answer) ? answer : [answer];
  if (entries.length === 0) return threshold > 0 ? `no score reaches ${threshold}` : 'nothing found';
  if (entries.every(({ box }) => box)) return describeBoxes(entries as readonly Required<Entry>[]);
  if (entries.every(({ mask }) => mask)) return describeMasks(entries as readonly Required<Entry>[]);
  const width = Math.max(...entries.map(({ label }) => label.length));
  return entries
    .map(({ label, score }) => `${label.padEnd(width)}  ${percent(score).padStart(8)}  ${bar(score)}`.trimEnd())
    .join('\n');
}

/** A score that a graph gives itself may lie outside 0–1. */
const bar = (score: number): string => '█'.repeat(Math.round(Math.min(Math.max(score, 0), 1) * BAR_WIDTH));

/** Cells of one column, flush right under its title. */
function flushRight(title: string, cells: readonly string[]): string[] {
  const width = Math.max(title.length, ...cells.map((cell) => cell.length));
  return [title, ...cells].map((cell) => cell.padStart(width));
}

/** A line an entry: label, score and further columns. */
function columns(entries: readonly Entry[], more: Readonly<Record<string, readonly string[]>>): string {
  const numbers = { score: entries.map(({ score }) => percent(score)), ...more };
  const flushed = Object.entries(numbers).map(([title, cells]) => flushRight(title, cells));
  const line = (first: string, i: number) => [first, ...flushed.map((cells) => cells[i] as string)];
  return table(
    line('label', 0),
    entries.map(({ label }, i) => line(label, i + 1)),
  );
}

function describeBoxes(entries: readonly Required<Entry>[]): string {
  const side = (name: keyof Box) => entries.map(({ box }) => box[name].toFixed(1));
  return columns(entries, { left: side('xmin'), top: side('ymin'), right: side('xmax'), bottom: side('ymax') });
}

function describeMasks(entries: readonly Required<Entry>[]): string {
  const shares = entries.map(({ mask }) => {
    const { data } = decodePng(Buffer.from(mask, 'base64'));
    return percent(data.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / data.length);
  });
  return columns(entries, { covers: shares });
}

function describeEmbedding(numbers: readonly number[]): string {
  const norm = Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
  const shown = numbers.slice(0, SHOWN).map((x) => Number(x.toPrecision(6)));
  const rest = numbers.length > SHOWN ? ' … (--json has all)' : '';
  return `${numbers.length} numbers, norm ${Number(norm.toPrecision(6))}: ${shown.join(' ')}${rest}`;
}
