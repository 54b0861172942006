/** Errors on their way out: problem documents (RFC 9457), and under /v2 the Open Inference Protocol's `{"error"}`. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { EngineError, type ErrorCode } from '../engine/errors.ts';
import type { AppEnv } from './bindings.ts';

/** What can go wrong beside the engine's own errors. */
type HttpCode = 'bad-request' | 'not-found' | 'method-not-allowed' | 'unsupported-encoding' | 'busy';

export type ProblemCode = ErrorCode | HttpCode;

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/** The one table from code to status. */
export const problems: Readonly<Record<ProblemCode, ProblemKind>> = {
  'bad-request': { status: 400, title: 'The body cannot be read' },
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'unknown-layer': { status: 404, title: 'The model has no such layer' },
  'method-not-allowed': { status: 405, title: 'This method is not offered here' },
  'limit-exceeded': { status: 413, title: 'Too large' },
  'unsupported-image': { status: 415, title: 'This type of picture is not read' },
  'unsupported-model': { status: 415, title: 'This model uses what is not supported' },
  'unsupported-encoding': { status: 415, title: 'This content encoding is not read' },
  'invalid-input': { status: 422, title: 'A field, parameter or value is wrong' },
  'invalid-image': { status: 422, title: 'The picture is damaged or not one that is decoded' },
  'invalid-graph': { status: 422, title: 'The graph is wrong' },
  'invalid-model': { status: 422, title: 'The model file is wrong' },
  'shape-mismatch': { status: 422, title: 'Shapes do not fit each other' },
  'no-gradient': { status: 422, title: 'A layer has no gradient' },
  'invalid-pipeline': { status: 422, title: 'The pipeline is wrong' },
  'invalid-labels': { status: 422, title: 'The labels are wrong' },
  'invalid-data': { status: 422, title: 'The data cannot be used' },
  busy: { status: 429, title: 'Too much at a time' },
  unavailable: { status: 503, title: 'This cannot be answered now' },
};

/** A fault that HTTP names; what the engine names is an EngineError. */
export class HttpError extends Error {
  readonly code: HttpCode;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail a sentence: what, where, expected, got */
  constructor(code: HttpCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.name = 'HttpError';
    this.code = code;
    this.headers = headers;
  }
}

/** Longest piece of a request that an answer repeats, and longest sentence or path, characters. */
const ECHO_LENGTH = 100;
const TEXT_LENGTH = 400;

/** Cuts what a message repeats of the request where whoever wrote it did not. */
function shorten(text: string): string {
  const words = text.replace(/[^\s"]+/g, (word) =>
    word.length > ECHO_LENGTH ? `${word.slice(0, ECHO_LENGTH)}…` : word,
  );
  return words.length > TEXT_LENGTH ? `${words.slice(0, TEXT_LENGTH)}…` : words;
}

/** The answer to an error. What nobody foresaw is logged, and answered without its words. */
export function problemResponse(c: Context<AppEnv>, error: unknown): Response {
  if (error instanceof EngineError) return render(c, error.code, error.message, error.path);
  if (error instanceof HttpError) return render(c, error.code, error.message, undefined, error.headers);
  console.error(JSON.stringify({ id: c.var.requestId, fault: String((error as Error)?.stack ?? error) }));
  return render(c, 'unavailable', 'the worker could not answer this request');
}

function render(
  c: Context<AppEnv>,
  code: ProblemCode,
  message: string,
  path?: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, title } = problems[code];
  const detail = shorten(message);
  if (isProtocolPath(c.req.path)) return c.json({ error: detail }, protocolStatus(status), { ...headers });
  const document = {
    type: `/docs#${code}`,
    title,
    status,
    detail,
    code,
    ...(path === undefined ? {} : { path: shorten(path) }),
  };
  return c.body(JSON.stringify(document), status, { ...headers, 'content-type': 'application/problem+json' });
}

const isProtocolPath = (path: string): boolean => path === '/v2' || path.startsWith('/v2/');

/** The protocol knows one status for whatever is wrong with a body. */
const protocolStatus = (status: ContentfulStatusCode): ContentfulStatusCode =>
  status === 422 || status === 415 ? 400 : status;
