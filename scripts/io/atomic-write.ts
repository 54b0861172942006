/**
 * Writing a file so that a reader finds the old one or the new one, never a part: everything that the command line
 * leaves behind (models, checkpoints, reports) goes through here.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namedFileError } from './file-error.ts';

/**
 * Writes `data` (text as UTF-8) under a temporary name in the same folder, flushes it to the disk and renames it.
 * Missing parent folders are made; a symbolic link keeps pointing where it did; what is no regular file
 * (`/dev/stdout`, a pipe) is written to directly. On failure the temporary is removed and the old file is untouched.
 * @throws EngineError `unavailable`, beginning with the path, when the file system refuses
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const target = await existing(path);
    if (target !== undefined && !target.replaceable) return await writeFile(path, data);
    await replace(target?.path ?? path, data);
  } catch (error) {
    throw namedFileError(error, path, 'unavailable');
  }
}

async function existing(path: string): Promise<{ path: string; replaceable: boolean } | undefined> {
  try {
    const real = await realpath(path);
    return { path: real, replaceable: (await stat(real)).isFile() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx');
    await file.writeFile(data);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file?.close().catch(() => {}); // the first error is the one to report
    if (file !== undefined) await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the rename itself survive a power cut, on systems that let a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows and some network file systems cannot: the file is whole either way
  }
}
