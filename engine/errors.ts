/**
 * The one kind of error that the engine throws. A message is a sentence that says what is wrong, where, what was
 * expected and what was found; it never names a file's path (the caller, who knows it, puts it in front).
 */

/** What can go wrong, in kebab-case: the `code` of a problem document over HTTP. */
export const errorCodes = [
  'invalid-json', // not JSON at all
  'invalid-graph', // a graph document that breaks its schema, dangles or cycles
  'invalid-model', // a model file: magic, header, offsets, missing or non-finite weights
  'unsupported-model', // a sound model of another format that uses what the engine does not have
  'shape-mismatch', // well-formed parts that do not fit each other
  'invalid-pipeline', // an aug/1 document that breaks its format, or does not fit the pictures
  'invalid-labels', // boxes, keypoints or fields that break their format
  'no-gradient', // backward asked of a layer that has none
  'invalid-input', // a value given to a run: wrong name, length, type, not finite
  'unknown-layer', // a node asked for by an id that the graph does not have
  'unsupported-image', // bytes of a type that is not read here
  'invalid-image', // the right type, but truncated, corrupt, animated or otherwise not one picture
  'limit-exceeded', // any limit: bytes, pixels, nodes, memory
  'invalid-data', // a data set that cannot be trained on
  'unavailable', // what this host cannot do (an instruction set, a missing build)
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class EngineError extends Error {
  readonly code: ErrorCode;
  /** Where in a JSON document, as `$.nodes[1].attributes.stride`; absent where the fault lies in no document. */
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, path?: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
    this.path = path;
  }
}
