import { EngineError } from '../errors.ts';
import { jsonPath } from '../json.ts';

/** Keys from the document's root to a value. */
export type Path = readonly (string | number)[];

/** What is wrong in a pipeline, and where: `$.pipeline.children[1].rotat: unknown key`. */
export function pipelineError(path: Path, message: string): EngineError {
  const text = jsonPath(path);
  return new EngineError('invalid-pipeline', `${text}: ${message}`, text);
}
