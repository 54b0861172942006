/** What a question about a picture may look like (HTTP.md's simple door), parsed into pictures and answer options. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { EngineError } from '../engine/errors.ts';
import { excerpt, parseWith } from '../engine/json.ts';
import type { AnswerOptions } from '../engine/tasks/index.ts';
import { decodeBase64 } from './base64.ts';
import type { AppEnv } from './bindings.ts';
import { withBody } from './body.ts';
import { parseJsonBody } from './json.ts';
import { boundaryOf, parseMultipart } from './multipart.ts';
import type { Limits } from './settings.ts';

/** `top_k` and `threshold` as JSON has them; as text of a field or of the query they are parsed by the same schema. */
export const parametersSchema = v.strictObject({
  top_k: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.description('At most so many entries'))),
  threshold: v.optional(
    v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description('Entries of a lower score are left out')),
  ),
});

export const jsonRequestSchema = v.strictObject({
  inputs: v.pipe(v.string(), v.description('The picture, base64 (RFC 4648 §4), never a URL')),
  parameters: v.optional(parametersSchema),
});

type Parameters = v.InferOutput<typeof parametersSchema>;

export interface PictureRequest {
  readonly pictures: readonly Uint8Array[];
  /** The request had several `image` parts: the answer is an array. */
  readonly isList: boolean;
  readonly options: Partial<AnswerOptions>;
}

/**
 * Reads a request and works on it while its bytes count against the isolate's budget.
 * @throws EngineError `invalid-json`, `invalid-input`, `limit-exceeded`; HttpError `bad-request` and what withBody throws
 */
export async function withPictures<T>(c: Context<AppEnv>, work: (request: PictureRequest) => T): Promise<T> {
  const { limits } = c.var.settings;
  const query = textParameters(new URL(c.req.url).searchParams, 'query parameter');
  return withBody(c, (body) => {
    const contentType = c.req.header('content-type') ?? '';
    const boundary = boundaryOf(contentType);
    if (boundary !== undefined) return work(fromMultipart(body, boundary, query, limits));
    if (isJson(contentType, body)) return work(fromJson(body, query, limits));
    return work({ pictures: [body], isList: false, options: optionsOf(query, {}) });
  });
}

/** JSON by its header, or by its first character, with which no picture begins. */
function isJson(contentType: string, body: Uint8Array): boolean {
  if (/^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) return true;
  const first = body.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b;
}

function fromJson(body: Uint8Array, query: Parameters, limits: Limits): PictureRequest {
  const { inputs, parameters = {} } = parseWith(jsonRequestSchema, parseJsonBody(body, limits), 'invalid-input');
  const picture = decodeBase64(inputs);
  if (!picture) {
    const sentence = `$.inputs: expected strict base64 (padded, no white space, no URL), got ${excerpt(inputs)}`;
    throw new EngineError('invalid-input', sentence, '$.inputs');
  }
  return { pictures: [picture], isList: false, options: optionsOf(query, parameters) };
}

function fromMultipart(body: Uint8Array, boundary: string, query: Parameters, limits: Limits): PictureRequest {
  const pictures: Uint8Array[] = [];
  const fields: [string, string][] = [];
  for (const { name, bytes } of parseMultipart(body, boundary, limits.parts)) {
    if (name === 'image') pictures.push(bytes);
    else fields.push([name, fieldText(name, bytes, limits)]);
  }
  const parameters = textParameters(fields, 'field');
  if (pictures.length === 0) throw new EngineError('invalid-input', 'the field "image" is missing');
  return { pictures, isList: pictures.length > 1, options: optionsOf(query, parameters) };
}

function fieldText(name: string, bytes: Uint8Array, { fieldBytes }: Limits): string {
  if (bytes.length > fieldBytes) {
    throw new EngineError(
      'limit-exceeded',
      `the field ${excerpt(name)} has ${bytes.length} bytes, at most ${fieldBytes}`,
    );
  }
  return new TextDecoder().decode(bytes);
}

const DECIMAL = /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Parameters that come as text, each once. @throws EngineError `invalid-input` */
function textParameters(entries: Iterable<readonly [string, string]>, what: string): Parameters {
  const values = new Map<string, string>();
  for (const [name, text] of entries) {
    if (!Object.hasOwn(parametersSchema.entries, name)) {
      const known = Object.keys(parametersSchema.entries).join(', ');
      throw new EngineError('invalid-input', `unknown ${what} ${excerpt(name)}; known are ${known}`);
    }
    if (values.has(name)) throw new EngineError('invalid-input', `the ${what} "${name}" is given twice`);
    values.set(name, text);
  }
  const numbers = [...values].map(([name, text]) => [name, DECIMAL.test(text) ? Number(text) : text]);
  const result = v.safeParse(parametersSchema, Object.fromEntries(numbers));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = String(issue.path?.[0]?.key);
  const found = excerpt(values.get(name));
  throw new EngineError('invalid-input', `the ${what} "${name}": expected ${issue.expected}, got ${found}`);
}

/** What the body says beside what the query says: a parameter in both would be ambiguous. */
function optionsOf(query: Parameters, body: Parameters): Partial<AnswerOptions> {
  const both = Object.keys(query).find((name) => Object.hasOwn(body, name));
  if (both !== undefined) throw new EngineError('invalid-input', `"${both}" is given in the query and in the body`);
  const { top_k, threshold } = { ...query, ...body };
  return {
    ...(top_k === undefined ? {} : { topK: top_k }),
    ...(threshold === undefined ? {} : { threshold }),
  };
}
