import { EngineError } from '../errors.ts';
import { excerpt, jsonPath } from '../json.ts';

/** Keys from the document's root to a value. */
export type Path = readonly (string | number)[];

/** What is wrong in a pipeline, and where: `$.pipeline.children[1].rotat: unknown key`. */
export function pipelineError(path: Path, message: string): EngineError {
  const text = jsonPath(path);
  return new EngineError('invalid-pipeline', `${text}: ${message}`, text);
}

/** @throws EngineError `invalid-pipeline` for anything but an object */
export function asObject(value: unknown, path: Path): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw pipelineError(path, `expected an object, got ${excerpt(value)}`);
  }
  return value as Record<string, unknown>;
}

/** @throws EngineError `invalid-pipeline` for a key that is not known, which ends the path */
export function refuseUnknown(object: object, known: readonly string[], path: Path): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw pipelineError([...path, unknown], 'unknown key');
}
