/** ONNX files from the disk. */
import { readFile } from 'node:fs/promises';
import { dirname, parse } from 'node:path';
import { type ImportOptions, importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { readModel } from '../../engine/formats/onnx/read-model.ts';
import type { Model } from '../../engine/model-file.ts';
import type { Shape } from '../../engine/tensor.ts';
import { UsageError } from '../cli/verb.ts';
import { folderReader } from './external-data.ts';
import { atPath } from './model.ts';

export interface OnnxRequest extends Pick<ImportOptions, 'inputs' | 'outputs'> {
  /** `NAME=1,3,224,224`, or without `NAME=` where there is one input. */
  readonly shapes: readonly string[];
}

/**
 * Imports a file; tensors beside it are read from its own folder and no other. Without a name of its own, the model gets
 * the file's.
 * @throws EngineError, beginning with the path; UsageError for a shape that names no input
 */
export const readOnnx = (path: string, { inputs, outputs, shapes }: OnnxRequest): Promise<Model> =>
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

function parseShapes(values: readonly string[], names: readonly string[]): Record<string, Shape> {
  const seen = new Set<string>();
  return Object.fromEntries(
    values.map((value) => {
      const cut = value.lastIndexOf('=');
      const name = cut < 0 && names.length === 1 ? names[0] : value.slice(0, Math.max(cut, 0));
      const sides = value.slice(cut + 1);
      const shape =
        sides === '' ? [] : sides.split(',').map((side) => (/^\d{1,10}$/.test(side.trim()) ? Number(side) : -1));
      if (name === undefined || name === '') {
        throw new UsageError(`--input-shape ${value}: expected NAME=1,3,224,224 with a name of ${names.join(', ')}`);
      }
      if (shape.includes(-1)) throw new UsageError(`--input-shape ${value}: expected sides as 1,3,224,224`);
      if (seen.has(name)) throw new UsageError(`--input-shape ${value}: "${name}" is given twice`);
      seen.add(name);
      return [name, shape];
    }),
  );
}
