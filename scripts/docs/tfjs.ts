/** The tables of docs/tfjs.md, from the registries: `npm run docs`. A test fails where they are stale. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { layers } from '../../engine/formats/tfjs/layers/index.ts';
import { operators } from '../../engine/formats/tfjs/operators/index.ts';

const PATH = 'docs/tfjs.md';
const file = fileURLToPath(new URL(`../../${PATH}`, import.meta.url));

const tables: Readonly<Record<string, object>> = { operators, layers };

/** A row a first letter. */
function tableOf(registry: object): string {
  const rows = new Map<string, string[]>();
  for (const name of Object.keys(registry).sort()) {
    const letter = name.replace('_', '').charAt(0);
    rows.set(letter, [...(rows.get(letter) ?? []), `\`${name}\``]);
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return ['| | |', '|---|---|', ...sorted.map(([letter, names]) => `| ${letter} | ${names.join(', ')} |`)].join('\n');
}

/** The page with its tables made anew, by its path. */
export async function tfjsDocs(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(file, 'utf8');
  const fresh = Object.entries(tables).reduce(
    (text, [name, registry]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^<]*(<!-- end -->)`),
        (_, start: string, end: string) => `${start}\n${tableOf(registry)}\n\n${end}`,
      ),
    page,
  );
  return new Map([[PATH, fresh]]);
}

async function main(): Promise<void> {
  const { writeFileAtomic } = await import('../io/atomic-write.ts');
  for (const content of (await tfjsDocs()).values()) await writeFileAtomic(file, content);
}

if (import.meta.main) await main();
