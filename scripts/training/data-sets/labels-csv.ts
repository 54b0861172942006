/**
 * `labels.csv`: header `file,label` or `file,label,split`, then a line a picture. Fields may be quoted as RFC 4180 has
 * it; a byte order mark and empty lines are skipped. `file` is a path below the folder; `split` is `train` or `test`.
 */
import { invalidData } from './files.ts';

export interface LabelledFile {
  /** Normalised: `a/b.png`. */
  readonly file: string;
  readonly label: string;
  readonly split: 'train' | 'test' | undefined;
}

/** @throws EngineError `invalid-data` with the line (from 1) at fault */
export function parseLabels(text: string, path: string): LabelledFile[] {
  const [header, ...rows] = parseCsv(text.replace(/^\uFEFF/, ''), path);
  const columns = header?.fields.join() ?? '';
  if (columns !== 'file,label' && columns !== 'file,label,split') {
    throw invalidData(path, `expected the header file,label or file,label,split, got "${columns.slice(0, 100)}"`);
  }
  if (rows.length === 0) throw invalidData(path, 'lists no files');

  const seen = new Set<string>();
  return rows.map(({ fields, line }) => {
    const fault = (sentence: string) => invalidData(path, `line ${line}: ${sentence}`);
    if (fields.length !== header!.fields.length) {
      throw fault(`expected ${header!.fields.length} fields (${columns}), got ${fields.length}`);
    }
    const [name, label, split] = fields as [string, string, string?];
    const file = pathInside(name);
    if (file === undefined) throw fault(`file "${name}" is not a path inside the folder`);
    if (seen.has(file)) throw fault(`file "${name}" is listed twice`);
    seen.add(file);
    if (label === '') throw fault('the label is empty');
    if (split !== undefined && split !== 'train' && split !== 'test') {
      throw fault(`split is "${split}", expected train or test`);
    }
    return { file, label, split };
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
