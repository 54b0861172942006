/** Models and graphs from the disk, errors with the path in front. */
import { open, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import {
  headerEnd,
  type Model,
  type ModelHeader,
  parseDocument,
  parseModel,
  parseModelHeader,
} from '../../engine/model-file.ts';
import { namedFileError } from './file-error.ts';

/** Runs a reader and puts the path in front of what it complains about. */
export async function atPath<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EngineError) throw new EngineError(error.code, `${path}: ${error.message}`, error.path);
    throw namedFileError(error, path, 'invalid-input');
  }
}

/** What is often given where a model file is expected. */
const others: Readonly<Record<string, string>> = {
  '.json': 'a graph file has no weights, expected a model file (safetensors)',
  '.onnx': 'an ONNX file, expected a model file: borde import FILE.onnx --out FILE.safetensors makes one',
};

function refuseOthers(path: string): void {
  const sentence = others[extname(path).toLowerCase()];
  if (sentence !== undefined) throw new EngineError('invalid-input', sentence);
}

/** @throws EngineError, beginning with the path */
export const readModel = (path: string): Promise<Model> =>
  atPath(path, async () => {
    const bytes = await readFile(path);
    refuseOthers(path);
    return parseModel(bytes);
  });

/** Reads a graph file. @throws EngineError, beginning with the path */
export const readGraphFile = (path: string): Promise<Pick<Model, 'card' | 'graph'>> =>
  atPath(path, async () => parseDocument(await readFile(path, 'utf8')));

/** Reads what a model file says about itself, and not its weights: a file of any size. */
export const readModelHeader = (path: string): Promise<ModelHeader> =>
  atPath(path, async () => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      refuseOthers(path);
      const length = new Uint8Array(Math.min(8, size));
      await file.read(length, 0, length.length, 0);
      const start = new Uint8Array(Math.min(headerEnd(length), size));
      await file.read(start, 0, start.length, 0);
      return parseModelHeader(start, size);
    } finally {
      await file.close();
    }
  });
