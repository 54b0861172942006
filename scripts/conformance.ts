/** `npm run conformance -- DIR`: ONNX's backend tests, run by this engine. Every failing case is named, every skip has a reason. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCase } from './conformance/case.ts';
import { loadKernels } from './kernels.ts';

const usage = `usage: npm run conformance -- DIR… [--skipped]

Runs every folder below DIR that holds model.onnx and test_data_set_*/{input,output}_*.pb.
  --skipped   name the skipped cases, too

example: npm run conformance -- /usr/share/libonnx-testdata/data`;

/** Folders with a model, at any depth. */
function* casesBelow(folder: string): Generator<string> {
  if (existsSync(join(folder, 'model.onnx'))) yield folder;
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) if (entry.isDirectory()) yield* casesBelow(join(folder, entry.name));
}

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { skipped: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help || positionals.length === 0) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const missing = positionals.find((folder) => !existsSync(folder) || !statSync(folder).isDirectory());
  if (missing !== undefined) {
    console.error(`conformance: ${missing}: no such folder`);
    return 1;
  }
  const kernels = loadKernels('inference');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const reasons = new Map<string, number>();
  for (const folder of positionals.flatMap((root) => [...casesBelow(root)])) {
    const outcome = runCase(folder, kernels);
    counts[outcome.kind]++;
    if (outcome.kind === 'failed') console.log(`FAILED  ${basename(folder)}: ${outcome.why}`);
    if (outcome.kind !== 'skipped') continue;
    if (values.skipped) console.log(`skipped ${basename(folder)}: ${outcome.why}`);
    const reason = outcome.why.split(':')[0] as string;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of reasons) console.log(`${count} skipped for ${reason}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
