/** What a model keeps in files beside it: ONNX tensors, weights of TensorFlow.js. */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import type { ReadExternal } from '../../engine/formats/onnx/tensor.ts';
import type { ReadShard } from '../../engine/formats/tfjs/weights.ts';
import { fileErrorReason, isFileError } from './file-error.ts';

/**
 * Reads parts of files in the model's folder, and of no others: neither `..`, nor an absolute path, nor a link leads out.
 * @throws EngineError `invalid-model`
 */
export const folderReader =
  (folder: string): ReadExternal =>
  (location, offset, length) =>
    inFolder(folder, location, 'external data', (path, wrong) => readPart(path, offset, length, wrong));

/** The same of whole files. */
export const shardReader =
  (folder: string): ReadShard =>
  (location, most) =>
    inFolder(folder, location, 'weights', (path, wrong) => {
      const { size } = statSync(path);
      if (size > most) throw wrong(`expected at most ${most} bytes, the file has ${size}`);
      return readPart(path, 0, size, wrong);
    });

type Wrong = (what: string) => EngineError;

function inFolder<T>(folder: string, location: string, what: string, read: (path: string, wrong: Wrong) => T): T {
  const wrong: Wrong = (sentence) =>
    new EngineError('invalid-model', `${what} ${JSON.stringify(location)}: ${sentence}`);
  if (isAbsolute(location) || location.includes('\0') || /^[a-zA-Z]:/.test(location))
    throw wrong("leads out of the model's folder");
  try {
    const root = realpathSync(folder);
    const path = realpathSync(join(root, location.replaceAll('\\', '/')));
    const inside = relative(root, path);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw wrong("leads out of the model's folder");
    }
    return read(path, wrong);
  } catch (error) {
    if (isFileError(error)) throw wrong(fileErrorReason(error));
    throw error;
  }
}

function readPart(path: string, offset: number, bytes: number, wrong: (what: string) => EngineError): Uint8Array {
  // Looked at before it is opened: opening a pipe would wait for somebody who writes.
  const status = statSync(path);
  if (!status.isFile()) throw wrong('is no regular file');
  if (offset + bytes > status.size) {
    throw wrong(`expected bytes ${offset} to ${offset + bytes}, the file has ${status.size}`);
  }
  const file = openSync(path, 'r');
  try {
    const data = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const count = readSync(file, data, done, bytes - done, offset + done);
      if (count === 0) throw wrong('is cut off');
      done += count;
    }
    return data;
  } finally {
    closeSync(file);
  }
}
