/**
 * Compiles the AssemblyScript entries to build/*.wasm, each with its `.d.ts`. A target whose output is newer than every
 * source is left alone, so that `npm start` and `npm test` cost nothing when nothing changed.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = new URL('../../', import.meta.url);
const configuration = new URL('assembly/asconfig.json', root);

const modifiedMs = (url: URL): number => {
  try {
    return statSync(url).mtimeMs;
  } catch {
    return 0;
  }
};

/** Newest change among the sources and this script; a target older than that is compiled again. */
function newestSourceMs(): number {
  const folder = new URL('assembly/', root);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, folder));
  return Math.max(modifiedMs(new URL(import.meta.url)), ...sources.map(modifiedMs));
}

/** Compiles into a temporary name first: a reader never sees half a module. */
async function compile(target: string): Promise<number> {
  const entry = `assembly/${target.replace(/\.relaxed$/, '')}.ts`;
  const temporary = `build/.${target}.${process.pid}`;
  const { error, stderr } = await asc.main(
    [entry, '--config', fileURLToPath(configuration), '--target', target, '--outFile', `${temporary}.wasm`],
    { stdout: process.stdout },
  );
  if (error) {
    throw new Error(`${entry} does not compile as "${target}":\n${stderr.toString()}`);
  }
  for (const extension of ['d.ts', 'js', 'wasm']) {
    renameSync(new URL(`${temporary}.${extension}`, root), new URL(`build/${target}.${extension}`, root));
  }
  // The loader that asc writes is not used: engine/kernels.ts instantiates, the .d.ts gives the names.
  rmSync(new URL(`build/${target}.js`, root));
  return statSync(new URL(`build/${target}.wasm`, root)).size;
}

const targets = Object.keys(JSON.parse(readFileSync(configuration, 'utf8')).targets as Record<string, unknown>);
const newest = newestSourceMs();
process.chdir(fileURLToPath(root));
mkdirSync(new URL('build/', root), { recursive: true });
for (const target of targets) {
  if (modifiedMs(new URL(`build/${target}.wasm`, root)) > newest) continue;
  const bytes = await compile(target);
  console.log(`build/${target}.wasm  ${(bytes / 1024).toFixed(1)} KB`);
}
