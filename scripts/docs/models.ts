/** The table of docs/models.md, from the files in models/: `npm run docs`. A test fails where it is stale. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeGraph } from '../../engine/describe.ts';
import type { ModelHeader } from '../../engine/model-file.ts';
import { formatBytes } from '../cli/table.ts';
import { readModelHeader } from '../io/model.ts';

const PATH = 'docs/models.md';
const root = new URL('../../', import.meta.url);
const inRoot = (path: string): string => fileURLToPath(new URL(path, root));

const columns = ['file', 'answers', 'classes', 'input', 'weights', 'size', 'MACs', 'from', 'licence', 'made by'];

/** The page with its table made anew, by its path. */
export async function modelsDocs(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(inRoot(PATH), 'utf8');
  const files = (await readdir(inRoot('models'))).filter((file) => file.endsWith('.safetensors')).sort();
  const rows = await Promise.all(files.map(row));
  const table = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const fresh = page.replace(
    /(<!-- models -->\n)[^<]*(<!-- end -->)/,
    (_, start: string, end: string) => `${start}\n${table}\n\n${end}`,
  );
  return new Map([[PATH, fresh]]);
}

async function row(file: string): Promise<readonly string[]> {
  const path = inRoot(`models/${file}`);
  const { card, graph, tensors } = await readModelHeader(path);
  const { size } = await stat(path);
  const { macs } = describeGraph(graph);
  const { provenance = {} } = card;
  const { data, licence, command, package: origin } = provenance as typeof provenance & { package?: string };
  return [
    `\`${file}\``,
    card.task?.kind ?? '',
    String(card.labels?.length ?? ''),
    [...(card.preprocess?.size ?? []), card.preprocess?.channels].join(' × '),
    weightType(tensors),
    formatBytes(size),
    `${(macs / 1e6).toFixed(1)} M`,
    origin === undefined ? (data?.name ?? '') : `\`${origin}\`; ${data?.name}`,
    licence ?? 'MIT',
    command === undefined ? '' : `\`${command}\``,
  ];
}

/** The type of most bytes of the weights. */
function weightType(tensors: ModelHeader['tensors']): string {
  const bytes = new Map<string, number>();
  for (const { type, start, end } of tensors) bytes.set(type, (bytes.get(type) ?? 0) + end - start);
  const [most] = [...bytes].sort(([, a], [, b]) => b - a);
  return { F32: 'f32', F16: 'f16', I8: 'int8' }[most?.[0] ?? ''] ?? '';
}

async function main(): Promise<void> {
  const { writeFileAtomic } = await import('../io/atomic-write.ts');
  for (const content of (await modelsDocs()).values()) await writeFileAtomic(inRoot(PATH), content);
}

if (import.meta.main) await main();
