/** ONNX files from the disk. */
import { readFile } from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { readModel } from '../../engine/formats/onnx/read-model.ts';
import type { Model } from '../../engine/model-file.ts';
import { folderReader } from './external-data.ts';
import { type ImportRequest, parseShapes } from './input-shapes.ts';
import { atPath } from './model.ts';

/**
 * Imports a file; tensors beside it are read from its own folder and no other. Without a name of its own, the model gets
 * the file's.
 * @throws EngineError, beginning with the path; UsageError for a shape that names no input
 */
export const readOnnx = (path: string, { inputs, outputs, shapes }: ImportRequest): Promise<Model> =>
  atPath(path, async () => {
    const file = await readFile(path);
    const readExternal = folderReader(dirname(path));
    const names = inputs ?? (shapes.length > 0 ? readModel(file, readExternal).inputs.map(({ name }) => name) : []);
    const model = importOnnx(file, {
      readExternal,
      shapes: parseShapes(shapes, names),
      ...(inputs && { inputs }),
      ...(outputs && { outputs }),
    });
    return { ...model, card: { ...model.card, name: model.card.name ?? parse(path).name } };
  });
