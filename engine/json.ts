/** JSON documents at the rim: schema issues become one EngineError with a path from the document's root. */
import * as v from 'valibot';
import { EngineError, type ErrorCode } from './errors.ts';

/** Characters of what was sent that a message repeats. */
const ECHO_LIMIT = 100;

/** `$.nodes[1].attributes.stride`. */
export function jsonPath(keys: readonly unknown[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = String(key).slice(0, ECHO_LIMIT);
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
  }, '$');
}

/**
 * Any JSON object, its keys untouched: valibot's own records silently drop `prototype` and `constructor`, which a
 * stricter schema behind them should get to refuse, and take a list for an object.
 */
export const anyObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
);

/** What was sent, short enough to echo. */
export function excerpt(value: unknown, limit = 60): string {
  let text: string;
  try {
    text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = String(value);
  }
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** The deepest of an issue's alternatives: a union's own message says less than the branch that came closest. */
function mostSpecific(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const nested = issue.issues ?? [];
  const deepest = nested.map(mostSpecific).reduce<v.BaseIssue<unknown> | undefined>((best, candidate) => {
    return (candidate.path?.length ?? 0) > (best?.path?.length ?? 0) ? candidate : best;
  }, undefined);
  return deepest ?? issue;
}

/**
 * Parses a value against a schema.
 * @param base keys from the document's root to `value`
 * @throws EngineError `code` with the JSON path, what was expected and what was found
 */
export function parseWith<A>(
  schema: v.GenericSchema<unknown, A>,
  value: unknown,
  code: ErrorCode,
  base: readonly unknown[] = [],
): A {
  const fault = arrayForObject(schema, value);
  if (fault) {
    const path = jsonPath([...base, ...fault]);
    throw new EngineError(code, `${path}: expected an object, got an array`, path);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = mostSpecific(result.issues[0]);
  const keys = [...base, ...(issue.path?.map((item) => item.key) ?? [])];
  const path = jsonPath(keys);
  throw new EngineError(code, `${path}: ${sentence(issue)}`, path);
}

/** Valibot takes an array for an object without required keys; this finds the first place where that would happen. */
function arrayForObject(schema: object, value: unknown): readonly (string | number)[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if ('wrapped' in schema) return arrayForObject(schema.wrapped as object, value);
  if ('entries' in schema) {
    if (Array.isArray(value)) return [];
    return firstFault(Object.entries(schema.entries as object), ([key, entry]) =>
      below(key, arrayForObject(entry, (value as Record<string, unknown>)[key])),
    );
  }
  if (!('item' in schema) || !Array.isArray(value)) return undefined;
  return firstFault([...value.entries()], ([i, item]) => below(i, arrayForObject(schema.item as object, item)));
}

type Keys = readonly (string | number)[] | undefined;

const below = (key: string | number, keys: Keys): Keys => keys && [key, ...keys];

function firstFault<T>(items: readonly T[], find: (item: T) => Keys): Keys {
  for (const item of items) {
    const keys = find(item);
    if (keys) return keys;
  }
  return undefined;
}

function sentence(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'unknown key';
  if (issue.input === undefined && issue.kind === 'schema') return `missing, expected ${issue.expected}`;
  if (issue.type === 'check' || issue.type === 'custom' || issue.expected === null) return issue.message;
  return `expected ${issue.expected}, got ${excerpt(issue.input)}`;
}

/**
 * @throws EngineError `invalid-json` with what the parser says, without its position jargon
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineError('invalid-json', `not JSON: ${(error as Error).message}`);
  }
}
