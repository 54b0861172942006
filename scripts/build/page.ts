/**
 * Builds the web page into build/page, which the worker serves as static assets: bundle, style sheet and wasm under names
 * with their hash, models under their own, index.html with those names, and the `_headers` of Workers static assets.
 * The same sources give the same bytes.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeFileAtomic } from '../io/atomic-write.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface PageOptions {
  /** Folder to build; what was there goes. */
  readonly output?: string;
  /** Folder whose `.safetensors` files are served under /models/. */
  readonly models?: string;
}

/** The model that the page shows when it opens. */
const SHOWN_MODEL = 'digits.safetensors';

/** Scripts, styles, pictures and data from here alone; wasm may be compiled, nothing may be evaluated. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A hashed name never means other bytes; a model keeps its name and is asked after. */
const headers = `/*
  Content-Security-Policy: ${contentSecurityPolicy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/assets/*
  Cache-Control: public, max-age=31536000, immutable
/models/*
  Cache-Control: no-cache
`;

/** A file of the output: its path there and its bytes. */
type Files = Map<string, Uint8Array | string>;

/**
 * Builds the page.
 * @returns paths of the files written, below `output`
 * @throws Error that says which file is missing and what makes it
 */
export async function buildPage(options: PageOptions = {}): Promise<readonly string[]> {
  const output = resolve(options.output ?? join(root, 'build/page'));
  const files: Files = new Map();
  const names = await bundle(files);
  files.set('index.html', await fillIn(names));
  files.set('_headers', headers);
  await addModels(files, resolve(options.models ?? join(root, 'models')));
  await replaceFolder(output, files);
  return [...files.keys()].sort();
}

/** Bundles the page; gives the public name of each file that index.html asks for: `main.js` → `/assets/main-HASH.js`. */
async function bundle(files: Files): Promise<ReadonlyMap<string, string>> {
  await requireKernels();
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['page/main.tsx', 'page/background.ts', 'page/icon.svg'],
    outdir: 'page-output', // nothing is written: names are relative to it
    entryNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true, // page and background thread share the engine
    chunkNames: 'assets/[name]-[hash]',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.wasm': 'file', '.jpg': 'file', '.svg': 'copy' },
    legalComments: 'none',
    logLevel: 'error',
  });
  for (const { path, contents } of outputFiles) {
    files.set(relative(join(root, 'page-output'), path).replaceAll('\\', '/'), contents);
  }
  const names = new Map<string, string>();
  for (const [path, { entryPoint, cssBundle }] of Object.entries(metafile.outputs)) {
    const url = path.replace('page-output', '');
    if (entryPoint === 'page/main.tsx') names.set('main.js', url);
    if (entryPoint === 'page/background.ts') names.set('background.js', url);
    if (entryPoint === 'page/icon.svg') names.set('icon.svg', url);
    if (cssBundle !== undefined) names.set('main.css', cssBundle.replace('page-output', ''));
  }
  return names;
}

/** Builds that the page's two ends fetch: what answers, and what explains. */
const KERNELS = ['inference.wasm', 'inference.relaxed.wasm', 'training.wasm', 'training.relaxed.wasm'];

async function requireKernels(): Promise<void> {
  const present = await readdir(join(root, 'build')).catch((): string[] => []);
  for (const name of KERNELS) {
    if (!present.includes(name)) throw new Error(`build/${name} is not there: compile it with "npm run build"`);
  }
}

/** index.html with every `%name%` replaced. */
async function fillIn(names: ReadonlyMap<string, string>): Promise<string> {
  const template = await readFile(join(root, 'page/index.html'), 'utf8');
  return template.replace(/%([\w.]+)%/g, (_, name: string) => {
    const url = names.get(name);
    if (url === undefined) throw new Error(`page/index.html asks for %${name}%, the bundle has no such file`);
    return url;
  });
}

async function addModels(files: Files, folder: string): Promise<void> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.safetensors'));
  if (!names.includes(SHOWN_MODEL)) {
    throw new Error(
      `${join(relative(root, folder) || folder, SHOWN_MODEL)} is not there, and the page shows it: ` +
        'check it out again, or train it with "npm run train:digits"',
    );
  }
  for (const name of names) files.set(`models/${name}`, await readFile(join(folder, name)));
}

/** Writes a folder beside the old one, then puts it in its place. */
async function replaceFolder(output: string, files: Files): Promise<void> {
  const temporary = `${output}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  for (const [name, data] of files) await writeFileAtomic(join(temporary, name), data);
  await rm(output, { recursive: true, force: true });
  await rename(temporary, output);
}

if (import.meta.main) {
  try {
    const files = await buildPage();
    console.log(`build/page  ${files.length} files: ${files.map((file) => basename(file)).join(', ')}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
