import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPage } from '../../scripts/build/page.ts';
import { parseHeaders } from './server.ts';

let folder: string;
let output: string;
let files: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borde-page-'));
  output = join(folder, 'page');
  files = await buildPage({ output });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const text = (name: string): Promise<string> => readFile(join(output, name), 'utf8');

/** Paths of this site that a text names: in quotes, as a bundler and HTML write them. */
const localPaths = (source: string): string[] =>
  [...source.matchAll(/["'`](\/(?:assets|models)\/[\w./-]+)["'`]/g)].map((match) => match[1] as string);

async function hashes(of: string): Promise<Record<string, string>> {
  const names = (await readdir(of, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const entries = names.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [
      path.slice(of.length),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe('the built page', () => {
  test('has what index.html and the bundle name, and names what it has', async () => {
    const naming = ['index.html', ...files.filter((file) => file.endsWith('.js'))];
    const named = new Set((await Promise.all(naming.map(text))).flatMap(localPaths));
    const models = files.filter((file) => file.startsWith('models/')).map((file) => `/${file}`);
    // The bundle makes a model's path out of its name.
    expect([...named].sort()).toEqual(
      files
        .filter((file) => file.startsWith('assets/'))
        .map((file) => `/${file}`)
        .sort(),
    );
    expect(models).toContain('/models/digits.safetensors');
    // Scripts of page and background thread and what they share, style, icon, four builds of the kernels, two photos.
    expect(named.size).toBe(11);
  });

  test('leaves no placeholder and no inline script or style', async () => {
    const html = await text('index.html');
    expect(html).not.toMatch(/%[\w.]+%/);
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  test('refers to no other host', async () => {
    // Names of XML namespaces are not fetched.
    const namespaces = /http:\/\/www\.w3\.org\/(?:1999\/xhtml|2000\/svg|1998\/Math\/MathML|1999\/xlink)/g;
    for (const file of files.filter((name) => /\.(?:html|js|css|svg)$|_headers$/.test(name))) {
      const rest = (await text(file)).replaceAll(namespaces, '');
      expect(rest.match(/https?:\/\/[^\s"'`)]*|["'(]\/\/[\w.-]+/g) ?? [], file).toEqual([]);
    }
  });

  test('carries the kernels and the models as they are', async () => {
    const original = (path: string) => readFile(new URL(`../../${path}`, import.meta.url));
    for (const name of ['inference', 'inference.relaxed', 'training', 'training.relaxed']) {
      const file = files.find((path) => path.startsWith(`assets/${name}-`)) as string;
      expect(await readFile(join(output, file))).toEqual(await original(`build/${name}.wasm`));
    }
    expect(await readFile(join(output, 'models/digits.safetensors'))).toEqual(
      await original('models/digits.safetensors'),
    );
  });

  test('lets hashed files be kept for good, and nothing else', async () => {
    const rules = parseHeaders(await text('_headers'));
    const cacheOf = (path: string) =>
      rules.filter(({ prefix, name }) => path.startsWith(prefix) && name === 'Cache-Control').map(({ value }) => value);
    for (const file of files.filter((name) => name !== '_headers')) {
      const isHashed = /^assets\/.+-[A-Z0-9]{8}\.\w+$/.test(file);
      expect(isHashed).toBe(file.startsWith('assets/'));
      expect(cacheOf(`/${file}`).join().includes('immutable'), file).toBe(isHashed);
    }
  });

  test('is the same, byte for byte, when it is built again', async () => {
    const again = join(folder, 'again');
    await buildPage({ output: again });
    expect(await hashes(again)).toEqual(await hashes(output));
  });

  test('replaces what was there', async () => {
    const used = join(folder, 'used');
    await cp(output, join(used, 'left over'), { recursive: true });
    await buildPage({ output: used });
    expect(Object.keys(await hashes(used)).sort()).toEqual(Object.keys(await hashes(output)).sort());
  });

  test('says which model is missing, and leaves the old page alone', async () => {
    const before = await hashes(output);
    const building = buildPage({ output, models: join(folder, 'nowhere') });
    await expect(building).rejects.toThrow(/digits\.safetensors is not there.*npm run train:digits/);
    expect(await hashes(output)).toEqual(before);
  });
});
