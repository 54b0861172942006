/** Tables for people: columns aligned, numbers to the right. */

export type Cell = string | number;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });
const text = (cell: Cell): string => (typeof cell === 'number' ? grouped.format(cell) : cell);

/** Lines of a table with a header; a column of numbers is set flush right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumeric = header.map(
    (_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || row[i] === ''),
  );
  const cells = [header, ...rows.map((row) => row.map(text))];
  const widths = header.map((_, i) => Math.max(...cells.map((row) => (row[i] as string).length)));
  const pad = (cell: string, i: number) =>
    isNumeric[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number);
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

const units = ['bytes', 'KB', 'MB', 'GB'] as const;

/** `1.4 MB`, in steps of 1,024. */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${step === 0 ? bytes : (bytes / 1024 ** step).toFixed(1)} ${units[step]}`;
}

/** `99.06 %`. */
export const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;
