/**
 * The safetensors container (huggingface/safetensors, format section of its README): eight bytes of header length, a
 * JSON header, raw little-endian tensors. Only the container: what the metadata mean is model-file.ts's business.
 */
import * as v from 'valibot';
import { EngineError } from './errors.ts';
import { excerpt, parseWith } from './json.ts';
import { elementCount, formatShape, type Shape, type Tensor } from './tensor.ts';

export const safetensorsLimits = {
  /** Bytes of the JSON header. */
  headerBytes: 16 * 1024 * 1024,
  /** Tensors of one file. */
  tensors: 20_000,
} as const;

const LENGTH_BYTES = 8;

/** Bytes an element takes, for the types that are read here. */
/** Bytes of one element, by the type's name in the file. */
export const elementBytes = { F32: 4, F16: 2, I8: 1 } as const;
export type StorageType = keyof typeof elementBytes;

export interface TensorEntry {
  readonly name: string;
  readonly type: StorageType;
  readonly shape: Shape;
  /** Byte range from the start of the file. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly TensorEntry[];
  /** Bytes from the start of the file to the first tensor. */
  readonly dataStart: number;
  /** Bytes that the whole file must have. */
  readonly fileBytes: number;
}

const entrySchema = v.strictObject({
  dtype: v.string(),
  shape: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32))), v.maxLength(8)),
  data_offsets: v.strictTuple([
    v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ]),
});

const invalid = (sentence: string) => new EngineError('invalid-model', sentence);

/**
 * How many bytes from the start of a file hold the header; `start` needs the first eight.
 * @throws EngineError `invalid-model`, `limit-exceeded`
 */
export function headerEnd(start: Uint8Array): number {
  if (start.length < LENGTH_BYTES) throw invalid(`no safetensors file: ${start.length} bytes, expected at least 8`);
  const length = Number(new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > safetensorsLimits.headerBytes) {
    throw new EngineError(
      'limit-exceeded',
      `no safetensors file, or a header of ${length} bytes; at most ${safetensorsLimits.headerBytes} are read`,
    );
  }
  return LENGTH_BYTES + length;
}

/**
 * Parses the header alone: `start` is the file's beginning, at least to the header's end.
 * @param fileBytes length of the whole file
 * @throws EngineError `invalid-model`, `limit-exceeded`
 */
export function parseHeader(start: Uint8Array, fileBytes: number): SafetensorsHeader {
  const dataStart = headerEnd(start);
  if (start.length < dataStart) {
    throw invalid(
      `truncated: a header of ${dataStart - LENGTH_BYTES} bytes is announced, ${start.length - LENGTH_BYTES} are there`,
    );
  }
  const text = decodeUtf8(start.subarray(LENGTH_BYTES, dataStart));
  const header = parseHeaderJson(text);
  const { __metadata__: metadata = {}, ...entries } = header;
  const names = Object.keys(entries);
  if (names.length > safetensorsLimits.tensors) {
    throw new EngineError('limit-exceeded', `${names.length} tensors, at most ${safetensorsLimits.tensors} are read`);
  }
  const tensors = names.map((name) => parseEntry(name, entries[name], dataStart));
  const end = checkCoverage(tensors, dataStart);
  if (end !== fileBytes) {
    const what = end > fileBytes ? 'truncated' : 'bytes behind the last tensor';
    throw invalid(`${what}: the header describes a file of ${end} bytes, this one has ${fileBytes}`);
  }
  return { metadata: parseMetadata(metadata), tensors, dataStart, fileBytes: end };
}

/** What a tensor is written as: the array's class is its type. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly data: Float32Array | Float16Array | Int8Array;
}

/** A copy of a tensor's bytes. Not file.slice: Node's Buffer, which is a Uint8Array, gives a view there. */
const bytesOf = (file: Uint8Array, { start, end }: TensorEntry): ArrayBuffer =>
  new Uint8Array(file.subarray(start, end)).buffer;

/** Reads one I8 tensor. `file` is the whole file: what comes back is a part of it, since levels are never written to. */
export const readLevels = (file: Uint8Array, { start, end }: TensorEntry): Int8Array =>
  new Int8Array(file.buffer, file.byteOffset + start, end - start);

/** Reads one F32 or F16 tensor. `file` is the whole file. @throws EngineError `invalid-model` for a NaN or an infinity */
export function readTensor(file: Uint8Array, entry: TensorEntry): Tensor {
  const count = elementCount(entry.shape);
  const bytes = bytesOf(file, entry);
  const data = entry.type === 'F16' ? Float32Array.from(new Float16Array(bytes)) : new Float32Array(bytes);
  // 0·x is 0 for all that is finite, and NaN else: one sum over millions of weights instead of a question each.
  let zero = 0;
  for (let i = 0; i < count; i++) zero += 0 * (data[i] as number);
  if (zero !== 0) {
    const i = data.findIndex((value) => !Number.isFinite(value));
    throw invalid(`tensor ${excerpt(entry.name)}: element ${i} is ${data[i]}, weights must be finite`);
  }
  return { shape: entry.shape, data };
}

const typeOf = ({ data }: StoredTensor): StorageType => {
  if (data instanceof Int8Array) return 'I8';
  return data instanceof Float32Array ? 'F32' : 'F16';
};

/** Writes a file: tensors sorted by name, the header padded to eight bytes. The same content gives the same bytes. */
export function writeSafetensors(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, StoredTensor>,
): Uint8Array {
  const names = [...tensors.keys()].sort();
  const stored = names.map((name): [string, StoredTensor] => [name, tensors.get(name) as StoredTensor]);
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, tensor] of stored) {
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype: typeOf(tensor), shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = LENGTH_BYTES + Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(dataStart + offset).fill(0x20, LENGTH_BYTES, dataStart);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  file.set(json, LENGTH_BYTES);
  let cursor = dataStart;
  for (const [, { data }] of stored) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), cursor);
    cursor += data.byteLength;
  }
  return file;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw invalid('no safetensors file: its header is not UTF-8');
  }
}

function parseHeaderJson(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw invalid(`no safetensors file: its header is not JSON (${(error as Error).message.slice(0, 100)})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw invalid('no safetensors file: its header is not a JSON object');
  }
  // JSON.parse silently keeps the last of two equal keys.
  const seen = new Set<string>();
  for (const key of topLevelKeys(text)) {
    if (seen.has(key)) throw invalid(`the tensor ${excerpt(key)} is there twice`);
    seen.add(key);
  }
  return header as Record<string, unknown>;
}

/** The keys of the outermost object of a valid JSON text, in order, repeated ones included. */
function* topLevelKeys(json: string): Generator<string> {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;
  let depth = 0;
  let previous = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token[0] === '"' && depth === 1 && (previous === '{' || previous === ',')) yield JSON.parse(token);
    previous = token;
  }
}

/** Checked by hand: valibot's records silently drop keys such as `prototype`. */
function parseMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalid(`__metadata__: expected an object, got ${excerpt(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw invalid(`__metadata__: ${excerpt(key)} must be a text, got ${excerpt(value)}`);
  }
  return metadata as Readonly<Record<string, string>>;
}

function parseEntry(name: string, value: unknown, dataStart: number): TensorEntry {
  if (name === '__proto__' || name === '') throw invalid(`a tensor may not be named ${excerpt(name)}`);
  const entry = parseWith(entrySchema, value, 'invalid-model', [name]);
  if (!Object.hasOwn(elementBytes, entry.dtype)) {
    const known = Object.keys(elementBytes).join(', ');
    throw invalid(`tensor ${excerpt(name)}: datatype ${excerpt(entry.dtype)} is not read, only ${known}`);
  }
  const type = entry.dtype as StorageType;
  const [start, end] = entry.data_offsets;
  const bytes = elementBytes[type] * elementCount(entry.shape);
  if (!Number.isSafeInteger(bytes) || end - start !== bytes) {
    throw invalid(
      `tensor ${excerpt(name)}: ${type} ${formatShape(entry.shape)} takes ${bytes} bytes, its offsets [${start},${end}] span ${end - start}`,
    );
  }
  return { name, type, shape: entry.shape, start: dataStart + start, end: dataStart + end };
}

/** Tensors must fill the data without overlap and without holes (the format's own rule); returns the data's end. */
function checkCoverage(tensors: readonly TensorEntry[], dataStart: number): number {
  let cursor = dataStart;
  for (const { name, start, end } of [...tensors].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== cursor) {
      const fault = start < cursor ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw invalid(`tensor ${excerpt(name)} ${fault}: it starts at byte ${start}, expected ${cursor}`);
    }
    cursor = end;
  }
  return cursor;
}
