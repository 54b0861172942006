/** `npm run golden -- DIR…`: checks folders of golden cases, prints each that fails and `N passed, N failed`. */
import { EngineError } from '../../engine/errors.ts';
import { loadCodecs } from '../codecs.ts';
import { loadImageKernels } from '../kernels.ts';
import { GoldenChecker } from './check.ts';
import { readManifest } from './manifest.ts';

const folders = process.argv.slice(2);
if (folders.length === 0 || folders.includes('--help')) {
  console.log(`npm run golden -- DIR…

Checks every case of a folder in the format aug-golden/1 (manifest.json beside in/ and out/): pictures against their
primary oracle, boxes, keypoints and masks. Exit 0 where all pass.

  npm run golden -- test/fixtures/golden`);
  process.exit(folders.length === 0 ? 2 : 0);
}

const codecs = await loadCodecs();
const kernels = loadImageKernels();
let passed = 0;
let failed = 0;

async function attempt(id: string, check: () => Promise<string | undefined>): Promise<void> {
  let fault: string | undefined;
  try {
    fault = await check();
  } catch (error) {
    // What a case needs may be missing or broken in its folder: that case fails, the others are checked.
    fault = error instanceof EngineError || error instanceof Error ? error.message : String(error);
  }
  if (fault === undefined) passed++;
  else {
    failed++;
    console.log(`FAIL ${id}: ${fault}`);
  }
}

for (const folder of folders) {
  try {
    const { entries, annotations } = await readManifest(folder);
    const checker = new GoldenChecker(folder, codecs, kernels);
    for (const entry of entries) await attempt(entry.id, async () => (await checker.entry(entry)).fault);
    for (const annotation of annotations) await attempt(annotation.id, () => checker.annotation(annotation));
  } catch (error) {
    failed++;
    console.log(`FAIL ${folder}: ${(error as Error).message}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
