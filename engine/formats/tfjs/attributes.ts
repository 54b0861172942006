/** Attributes of a TensorFlow node in JSON: `{ "strides": { "list": { "i": ["1", "2"] } } }`. */
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import type { Side } from '../onnx/source.ts';
import type { ElementType } from '../onnx/tensor.ts';

/** Element types by name and by number (tensorflow/core/framework/types.proto). */
const types: Readonly<Record<string, ElementType>> = {
  DT_FLOAT: 'float32',
  1: 'float32',
  DT_DOUBLE: 'float64',
  2: 'float64',
  DT_INT32: 'int32',
  3: 'int32',
  DT_UINT8: 'uint8',
  4: 'uint8',
  DT_INT16: 'int16',
  5: 'int16',
  DT_INT8: 'int8',
  6: 'int8',
  DT_INT64: 'int64',
  9: 'int64',
  DT_BOOL: 'bool',
  10: 'bool',
  DT_HALF: 'float16',
  19: 'float16',
};

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class TensorFlowAttributes {
  private readonly entries: Json;

  constructor(entries: Json) {
    this.entries = entries;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.entries, name);
  }

  /** @throws EngineError `invalid-model` where it is no text, as all below of their types */
  text(name: string, otherwise: string): string {
    const found = this.find(name, 's');
    return found === undefined ? otherwise : decoded(name, found);
  }

  texts(name: string): readonly string[] {
    return this.list(name, 's').map((item) => decoded(name, item));
  }

  integer(name: string, otherwise: number): number {
    const found = this.find(name, 'i');
    return found === undefined ? otherwise : whole(name, found);
  }

  integers(name: string): readonly number[] | undefined {
    return this.has(name) ? this.list(name, 'i').map((item) => whole(name, item)) : undefined;
  }

  float(name: string, otherwise: number): number {
    const found = this.find(name, 'f') ?? this.find(name, 'i');
    if (found === undefined) return otherwise;
    const value = Number(found);
    if (!Number.isFinite(value)) throw wrong(name, 'a number', found);
    return value;
  }

  flag(name: string): boolean {
    const found = this.find(name, 'b') ?? false;
    if (typeof found !== 'boolean') throw wrong(name, 'true or false', found);
    return found;
  }

  /** Undefined where the type is not one that is read. */
  type(name: string): ElementType | undefined {
    const found = String(this.find(name, 'type') ?? '');
    return Object.hasOwn(types, found) ? types[found] : undefined;
  }

  /** For sentences. */
  typeName(name: string): string {
    return this.type(name) ?? excerpt(this.find(name, 'type') ?? 'unknown');
  }

  /** Undefined where the rank is open. */
  shape(name: string): readonly Side[] | undefined {
    return sidesOf(this.find(name, 'shape'));
  }

  private find(name: string, kind: string): unknown {
    const entry = this.has(name) ? this.entries[name] : undefined;
    if (entry === undefined || entry === null) return undefined;
    if (!isObject(entry)) throw wrong(name, 'an object', entry);
    return Object.hasOwn(entry, kind) ? (entry[kind] ?? undefined) : undefined;
  }

  private list(name: string, kind: string): readonly unknown[] {
    const list = this.find(name, 'list') ?? {};
    const items = isObject(list) && Object.hasOwn(list, kind) ? (list[kind] ?? []) : [];
    if (!Array.isArray(items)) throw wrong(name, 'a list', items);
    return items;
  }
}

/** `{ "dim": [{ "size": "-1" }, { "size": "224" }] }`; a side below 0 is open. */
export function sidesOf(shape: unknown): readonly Side[] | undefined {
  if (!isObject(shape) || shape.unknownRank === true) return undefined;
  const dims = shape.dim ?? [];
  if (!Array.isArray(dims)) return undefined;
  return dims.map((dim): Side => {
    const size = Number(isObject(dim) ? (dim.size ?? -1) : -1);
    return Number.isInteger(size) && size >= 0 ? size : undefined;
  });
}

const wrong = (name: string, expected: string, got: unknown) =>
  new EngineError('invalid-model', `attribute ${excerpt(name)}: expected ${expected}, got ${excerpt(got)}`);

/** 64-bit integers are written as texts. */
function whole(name: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (!Number.isSafeInteger(number)) throw wrong(name, 'an integer', value);
  return number as number;
}

/** Texts are written in base64, by some writers as a list of codes. */
function decoded(name: string, value: unknown): string {
  try {
    if (Array.isArray(value)) return String.fromCharCode(...value.map((code) => whole(name, code)));
    return atob(String(value));
  } catch {
    throw wrong(name, 'a text in base64', value);
  }
}
