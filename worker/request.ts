/** What a question about a picture may look like (HTTP.md's simple door), parsed into pictures and answer options. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { EngineError } from '../engine/errors.ts';
import { excerpt, parseWith } from '../engine/json.ts';
import { decodeBase64 } from './base64.ts';
import type { AppEnv } from './bindings.ts';
import { withBody } from './body.ts';
import { JSON_FACTOR, parseJsonBody } from './json.ts';
import { boundaryOf, parseMultipart } from './multipart.ts';
import type { Limits } from './settings.ts';

/** What a question may say beside its picture; as text of a field or of the query it is parsed by the same schema. */
export type ParametersSchema = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** The JSON form of a question. */
export const jsonRequestSchema = <Schema extends ParametersSchema>(parameters: Schema) =>
  v.strictObject({
    inputs: v.pipe(v.string(), v.description('The picture, base64 (RFC 4648 §4), never a URL')),
    parameters: v.optional(parameters),
  });

/** What every question about a picture may be sent as, for its description. */
export const pictureBodies = <Schema extends ParametersSchema>(parameters: Schema) => ({
  'image/png': picture,
  'image/jpeg': picture,
  'multipart/form-data': v.object({
    image: v.pipe(v.array(v.string()), v.description('The files; the field may be repeated')),
    ...parameters.entries,
  }),
  'application/json': jsonRequestSchema(parameters),
});

const picture = { type: 'string', format: 'binary' } as const;

export interface PictureRequest<Parameters> {
  readonly pictures: readonly Uint8Array[];
  /** The request had several `image` parts: the answer is an array. */
  readonly isList: boolean;
  readonly parameters: Parameters;
  /** Bytes of memory that the request holds. */
  readonly held: number;
}

type Form = Pick<PictureRequest<object>, 'pictures' | 'isList' | 'parameters'>;

/**
 * Reads a request and works on it while its bytes count against the isolate's memory.
 * @throws EngineError `invalid-json`, `invalid-input`, `limit-exceeded`; HttpError `bad-request` and what withBody throws
 */
export async function withPictures<Schema extends ParametersSchema, T>(
  c: Context<AppEnv>,
  schema: Schema,
  work: (request: PictureRequest<v.InferOutput<Schema>>) => Promise<T>,
): Promise<T> {
  const { limits } = c.var.settings;
  const part = v.partial(schema); // what is not said in one place may be said in another
  const query = textParameters(part, new URL(c.req.url).searchParams, 'query parameter');
  return withBody(c, async (body, take) => {
    const contentType = c.req.header('content-type') ?? '';
    const boundary = boundaryOf(contentType);
    let held = body.length;
    let form: Form = { pictures: [body], isList: false, parameters: {} };
    if (boundary !== undefined) form = fromMultipart(part, body, boundary, limits);
    else if (isJson(contentType, body)) {
      await take(JSON_FACTOR * body.length);
      held += JSON_FACTOR * body.length;
      form = fromJson(part, body, limits);
    }
    const parameters = complete(schema, merged(query, form.parameters));
    return work({ ...form, parameters, held });
  });
}

/** JSON by its header, or by its first character, with which no picture begins. */
function isJson(contentType: string, body: Uint8Array): boolean {
  if (/^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) return true;
  const first = body.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b;
}

function fromJson(schema: ParametersSchema, body: Uint8Array, limits: Limits): Form {
  const { inputs, parameters = {} } = parseWith(
    jsonRequestSchema(schema),
    parseJsonBody(body, limits),
    'invalid-input',
  );
  const picture = decodeBase64(inputs);
  if (!picture) {
    const sentence = `$.inputs: expected strict base64 (padded, no white space, no URL), got ${excerpt(inputs)}`;
    throw new EngineError('invalid-input', sentence, '$.inputs');
  }
  return { pictures: [picture], isList: false, parameters };
}

function fromMultipart(schema: ParametersSchema, body: Uint8Array, boundary: string, limits: Limits): Form {
  const pictures: Uint8Array[] = [];
  const fields: [string, string][] = [];
  for (const { name, bytes } of parseMultipart(body, boundary, limits.parts)) {
    if (name === 'image') pictures.push(bytes);
    else fields.push([name, fieldText(name, bytes, limits)]);
  }
  const parameters = textParameters(schema, fields, 'field');
  if (pictures.length === 0) throw new EngineError('invalid-input', 'the field "image" is missing');
  return { pictures, isList: pictures.length > 1, parameters };
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
function textParameters(
  schema: ParametersSchema,
  entries: Iterable<readonly [string, string]>,
  what: string,
): Readonly<Record<string, unknown>> {
  const values = new Map<string, string>();
  for (const [name, text] of entries) {
    if (!Object.hasOwn(schema.entries, name)) {
      const known = Object.keys(schema.entries).join(', ');
      throw new EngineError('invalid-input', `unknown ${what} ${excerpt(name)}; known are ${known}`);
    }
    if (values.has(name)) throw new EngineError('invalid-input', `the ${what} "${name}" is given twice`);
    values.set(name, text);
  }
  const parsed = [...values].map(([name, text]) => [name, textValue(schema.entries[name] as v.GenericSchema, text)]);
  const result = v.safeParse(schema, Object.fromEntries(parsed));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = String(issue.path?.[0]?.key);
  const found = excerpt(values.get(name));
  throw new EngineError('invalid-input', `the ${what} "${name}": expected ${issue.expected}, got ${found}`);
}

/** Text stays text where that may be, and is a number where it reads as one. */
const textValue = (schema: v.GenericSchema, text: string): unknown =>
  !v.is(schema, text) && DECIMAL.test(text) ? Number(text) : text;

/** What the body says beside what the query says: a parameter in both would be ambiguous. */
function merged(query: object, body: object): object {
  const both = Object.keys(query).find((name) => Object.hasOwn(body, name));
  if (both !== undefined) throw new EngineError('invalid-input', `"${both}" is given in the query and in the body`);
  return { ...query, ...body };
}

/** All that the question has to say is said. */
function complete<Schema extends ParametersSchema>(schema: Schema, parameters: object): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parameters);
  if (result.success) return result.output;
  const name = String(result.issues[0].path?.[0]?.key);
  throw new EngineError('invalid-input', `the parameter "${name}" is missing`);
}
