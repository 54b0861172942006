/**
 * `labels.csv`: header `file,label`, then `,split` and `,xmin,ymin,xmax,ymax` as wanted, then a line a picture. Fields may be
 * quoted as RFC 4180 has it; a byte order mark and empty lines are skipped. `file` is a path below the folder; `split` is
 * `train` or `test`; the four sides of the box are pixels of the upright picture, measured at edges.
 */
import type { ExampleBox } from './data-set.ts';
import { invalidData } from './files.ts';

const BOX = 'xmin,ymin,xmax,ymax';
const HEADERS = ['file,label', 'file,label,split', `file,label,${BOX}`, `file,label,split,${BOX}`];

export interface LabelledFile {
  /** Normalised: `a/b.png`. */
  readonly file: string;
  readonly label: string;
  readonly split: 'train' | 'test' | undefined;
  readonly box?: ExampleBox;
}

/** @throws EngineError `invalid-data` with the line (from 1) at fault */
export function parseLabels(text: string, path: string): LabelledFile[] {
  const [header, ...rows] = parseCsv(text.replace(/^\uFEFF/, ''), path);
  const columns = header?.fields.join() ?? '';
  if (!HEADERS.includes(columns)) {
    throw invalidData(path, `expected the header file,label[,split][,${BOX}], got "${columns.slice(0, 100)}"`);
  }
  const hasSplit = columns.startsWith('file,label,split');
  const hasBox = columns.endsWith(BOX);
  if (rows.length === 0) throw invalidData(path, 'lists no files');

  const seen = new Set<string>();
  return rows.map(({ fields, line }) => {
    const fault = (sentence: string) => invalidData(path, `line ${line}: ${sentence}`);
    if (fields.length !== header!.fields.length) {
      throw fault(`expected ${header!.fields.length} fields (${columns}), got ${fields.length}`);
    }
    const [name, label] = fields as [string, string];
    const split = hasSplit ? fields[2] : undefined;
    const file = pathInside(name);
    if (file === undefined) throw fault(`file "${name}" is not a path inside the folder`);
    if (seen.has(file)) throw fault(`file "${name}" is listed twice`);
    seen.add(file);
    if (label === '') throw fault('the label is empty');
    if (split !== undefined && split !== 'train' && split !== 'test') {
      throw fault(`split is "${split}", expected train or test`);
    }
    if (!hasBox) return { file, label, split };
    const sides = fields.slice(-4);
    const box = sides.map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
    const [xmin, ymin, xmax, ymax] = box as [number, number, number, number];
    if (!box.every(Number.isFinite) || xmin < 0 || ymin < 0 || xmax <= xmin || ymax <= ymin) {
      throw fault(`expected a box 0 ≤ xmin < xmax, 0 ≤ ymin < ymax, got ${sides.join(', ')}`);
    }
    return { file, label, split, box: [xmin, ymin, xmax, ymax] as const };
  });
}

/** A relative path without `.` and empty steps; undefined where it is absolute, climbs with `..`, or names no file. */
function pathInside(name: string): string | undefined {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.includes('\\') || name.includes('\0')) return undefined;
  const steps = name.split('/').filter((step) => step !== '' && step !== '.');
  return steps.length === 0 || steps.includes('..') ? undefined : steps.join('/');
}

interface Row {
  readonly fields: string[];
  readonly line: number;
}

/** RFC 4180, but `\n` ends a line as well as `\r\n` does. */
function parseCsv(text: string, path: string): Row[] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y; // quoted or plain, then what ends it
  const rows: Row[] = [];
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text);
    if (match === null) throw invalidData(path, `line ${line}: a quotation mark is out of place`);
    const [whole, quoted, plain, end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') rows.push({ fields, line: start });
    fields = [];
    start = line;
    if (end === '') break;
  }
  return rows;
}
