/** Tables of the results: the same rows for a terminal and for docs/benchmarks.md. */
import { table as alignedTable } from '../../scripts/cli/table.ts';
import { type Results, scoreOf } from './results.ts';
import { judge } from './targets.ts';

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Three digits that count. */
const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const megabytes = (bytes: number | undefined): string => (bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(1));
const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);

const titles: Readonly<Record<string, string>> = {
  borde: 'borde',
  imported: 'borde, imported from ONNX',
  int8: 'borde int8',
  workerd: 'borde in workerd',
  'workerd-int8': 'borde int8 in workerd',
  tfjs: 'tfjs-wasm',
  ort: 'onnxruntime-web',
  'ort-int8': 'onnxruntime-web int8',
  native: 'onnxruntime-node (native)',
};
const titleOf = (contestant: string): string => titles[contestant] ?? contestant;

function networks(results: Results): Table {
  const rows = results.networks.flatMap(({ network, macs, scores }) =>
    scores.flatMap((score) => {
      if (score.contestant === 'peak') return [];
      if ('failure' in score) return [[network, titleOf(score.contestant), 'failed', '', '', '', '', '', '']];
      const gflops = (2 * macs) / score.minMs / 1e6;
      const ours = scoreOf(results, network, 'borde')?.minMs;
      return [
        [
          network,
          titleOf(score.contestant),
          digits(score.minMs),
          digits(score.medianMs),
          gflops.toFixed(1),
          percent(gflops / results.peakGflops),
          ours === undefined ? '' : (score.minMs / ours).toFixed(2),
          score.contestant === 'borde' ? '' : score.difference.toExponential(0),
          megabytes(score.memoryBytes),
        ],
      ];
    }),
  );
  const header = ['model', 'contestant', 'ms', 'median', 'GFLOP/s', 'of peak', '÷ borde', 'difference', 'wasm MB'];
  return {
    title: `Batch 1, one thread, CPU ms; in-register peak ${results.peakGflops.toFixed(1)} GFLOP/s`,
    header,
    rows,
  };
}

const firstPredictions = ({ firstPredictions: found }: Results): Table => ({
  title: 'First prediction in a fresh process, ms (median of 7)',
  header: ['model', 'contestant', 'from process start', 'from import', 'CPU'],
  rows: found.map(({ network, contestant, startMs, importMs, cpuMs }) => [
    network,
    titleOf(contestant),
    ...[startMs, importMs, cpuMs].map((ms) => ms.toFixed(0)),
  ]),
});

const shipped = ({ shipped: found }: Results): Table => ({
  title: 'Bytes shipped to a browser, KB (minified)',
  header: ['contestant', 'part', 'raw', 'gzip'],
  rows: found.map(({ contestant, part, bytes, gzipBytes }) => [
    titleOf(contestant),
    part,
    kilobytes(bytes),
    kilobytes(gzipBytes),
  ]),
});

const algorithms = ({ algorithms: found, peakGflops }: Results): Table => ({
  title: 'Where the time goes: each kernel call alone, in a loop (ms)',
  header: ['model', 'algorithm', 'ms', 'MMAC', 'GFLOP/s', 'of peak'],
  rows: found.map(({ network, algorithm, ms, macs }) => {
    const gflops = (2 * macs) / ms / 1e6;
    const rate = macs > 0 ? [gflops.toFixed(1), percent(gflops / peakGflops)] : ['', ''];
    return [network, algorithm, ms.toFixed(3), (macs / 1e6).toFixed(1), ...rate];
  }),
});

const growth = ({ growth: found }: Results): Table => ({
  title: 'How cost grows: MobileNetV2 along one axis',
  header: ['axis', 'value', 'MMAC', 'ms', 'µs per MMAC', 'wasm MB'],
  rows: found.map(({ axis, value, macs, ms, memoryBytes }) => [
    axis,
    String(value),
    (macs / 1e6).toFixed(0),
    digits(ms),
    ((1e9 * ms) / macs).toFixed(1),
    megabytes(memoryBytes),
  ]),
});

const targets = (results: Results): Table => ({
  title: 'Targets',
  header: ['target', 'measured', ''],
  rows: judge(results).map(({ target, measured, met }) => [target, measured, met ? 'met' : 'missed']),
});

/** The tables that have something to say. */
export const tables = (results: Results): readonly Table[] =>
  [networks, firstPredictions, shipped, algorithms, growth, targets]
    .map((make) => make(results))
    .filter(({ rows }) => rows.length > 0);

const isNumber = (cell: string): boolean => /^\d/.test(cell);

/** Columns of numbers, set flush right. */
function alignNumbers({ header, rows }: Table): readonly (readonly string[])[] {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  );
  return rows.map((row) =>
    row.map((cell, column) => (isNumber(cell) ? cell.padStart(widths[column] as number) : cell)),
  );
}

export const forTerminal = (results: Results): string =>
  [
    results.machine,
    ...tables(results).map((table) => `${table.title}\n${alignedTable(table.header, alignNumbers(table))}`),
  ].join('\n\n');

const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The block of docs/benchmarks.md. */
export function forMarkdown(results: Results): string {
  const { date, machine, command, versions } = results;
  const head = `Measured on ${date}: ${machine}; ${versions.join(', ')}. Command: \`${command}\`.`;
  const blocks = tables(results).map(({ title, header, rows }) => {
    const lines = [header, header.map(() => '---'), ...rows].map(markdownRow);
    return `### ${title}\n\n${lines.join('\n')}`;
  });
  return [head, ...blocks].join('\n\n');
}
