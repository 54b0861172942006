/** Models of TensorFlow.js from the disk: model.json and the files of weights beside it. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, parse, resolve } from 'node:path';
import { isTfjs } from '../../engine/formats/tfjs/document.ts';
import { importTfjs, tfjsInputs } from '../../engine/formats/tfjs/import-model.ts';
import { parseJson } from '../../engine/json.ts';
import type { Model } from '../../engine/model-file.ts';
import { shardReader } from './external-data.ts';
import { type ImportRequest, parseShapes } from './input-shapes.ts';
import { atPath } from './model.ts';

/** Whether a file is a model of TensorFlow.js: graph files of ours end in .json, too. */
export const isTfjsFile = (path: string): Promise<boolean> =>
  atPath(path, async () => extname(path).toLowerCase() === '.json' && isTfjs(parseJson(await readFile(path, 'utf8'))));

/**
 * Imports a model; weights are read from its own folder and no other. It gets the name of the file, or of the folder
 * where that is `model`.
 * @throws EngineError, beginning with the path; UsageError for a shape that names no input
 */
export const readTfjs = (path: string, { inputs, outputs, shapes }: ImportRequest): Promise<Model> =>
  atPath(path, async () => {
    const json = await readFile(path, 'utf8');
    const names = inputs ?? (shapes.length > 0 ? tfjsInputs(json) : []);
    const model = importTfjs(json, {
      readShard: shardReader(dirname(path)),
      shapes: parseShapes(shapes, names),
      ...(inputs && { inputs }),
      ...(outputs && { outputs }),
    });
    return { ...model, card: { ...model.card, name: nameOf(path) } };
  });

function nameOf(path: string): string {
  const { name } = parse(path);
  return (name === 'model' && basename(dirname(resolve(path)))) || name;
}
