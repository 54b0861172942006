/** Reading folders and files of a data set: in a fixed order, with errors that begin with the path. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { EngineError } from '../../../engine/errors.ts';
import { namedFileError } from '../../io/file-error.ts';

/** `path: sentence`, the one shape of an error about data. */
export const invalidData = (path: string, sentence: string): EngineError =>
  new EngineError('invalid-data', `${path}: ${sentence}`);

/** Code units, not the language of the machine: the same order everywhere. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Names in a folder without hidden ones, sorted. @throws EngineError `invalid-data` where it cannot be read */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.')).sort(byName);
  } catch (error) {
    throw asDataError(error, folder);
  }
}

/** What a path is, symbolic links followed. @throws EngineError `invalid-data` where there is nothing */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'other'> {
  try {
    const found = await stat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    throw asDataError(error, path);
  }
}

/** @throws EngineError `invalid-data` where the file cannot be read */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw asDataError(error, path);
  }
}

const asDataError = (error: unknown, path: string): unknown => namedFileError(error, path, 'invalid-data');
