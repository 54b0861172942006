/** Tensors that are known at import: ONNX's TensorProto as numbers, and back. */

import { create } from '@bufbuild/protobuf';
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import { type EightBit, elementCount, formatShape, type Shape } from '../../tensor.ts';
import { onnxLimits } from './limits.ts';
import {
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
} from './schema/onnx_pb.js';
import { UnsupportedModel } from './unsupported.ts';

/** The element types that are read, with how they lie in raw data (little-endian; ONNX TensorProto.DataType). */
const elementTypes = {
  [TensorProto_DataType.FLOAT]: {
    name: 'float32',
    bytes: 4,
    read: (view: DataView, at: number) => view.getFloat32(at, true),
  },
  [TensorProto_DataType.DOUBLE]: {
    name: 'float64',
    bytes: 8,
    read: (view: DataView, at: number) => view.getFloat64(at, true),
  },
  [TensorProto_DataType.FLOAT16]: {
    name: 'float16',
    bytes: 2,
    read: (view: DataView, at: number) => halfToFloat(view.getUint16(at, true)),
  },
  [TensorProto_DataType.BFLOAT16]: {
    name: 'bfloat16',
    bytes: 2,
    read: (view: DataView, at: number) => bfloat16ToFloat(view.getUint16(at, true)),
  },
  [TensorProto_DataType.INT8]: { name: 'int8', bytes: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  [TensorProto_DataType.UINT8]: { name: 'uint8', bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  [TensorProto_DataType.INT16]: {
    name: 'int16',
    bytes: 2,
    read: (view: DataView, at: number) => view.getInt16(at, true),
  },
  [TensorProto_DataType.UINT16]: {
    name: 'uint16',
    bytes: 2,
    read: (view: DataView, at: number) => view.getUint16(at, true),
  },
  [TensorProto_DataType.INT32]: {
    name: 'int32',
    bytes: 4,
    read: (view: DataView, at: number) => view.getInt32(at, true),
  },
  [TensorProto_DataType.UINT32]: {
    name: 'uint32',
    bytes: 4,
    read: (view: DataView, at: number) => view.getUint32(at, true),
  },
  [TensorProto_DataType.INT64]: {
    name: 'int64',
    bytes: 8,
    read: (view: DataView, at: number) => Number(view.getBigInt64(at, true)),
  },
  [TensorProto_DataType.UINT64]: {
    name: 'uint64',
    bytes: 8,
    read: (view: DataView, at: number) => Number(view.getBigUint64(at, true)),
  },
  [TensorProto_DataType.BOOL]: { name: 'bool', bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const;

type TypeNumber = keyof typeof elementTypes;
export type ElementType = (typeof elementTypes)[TypeNumber]['name'];

/** A tensor known at import, row-major. 64-bit integers are numbers: exact up to 2⁵³, and as large as they were beyond. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
  /** Of f32 numbers that eight bits hold exactly. */
  readonly levels?: Levels | undefined;
}

/** Element i is levels[i] · scales[⌊i / inner⌋ mod scales.length]: so a Reshape leaves it as it is. */
export interface Levels extends EightBit {
  readonly inner: number;
}

const floats: ReadonlySet<ElementType> = new Set(['float32', 'float64', 'float16', 'bfloat16']);
export const isFloat = (type: ElementType): boolean => floats.has(type);

/** Makes a constant of computed numbers, rounded as its type rounds. */
export function constantOf(type: ElementType, shape: Shape, values: ArrayLike<number>): Constant {
  const isSingle = type === 'float32' || type === 'float16' || type === 'bfloat16';
  return { type, shape, data: isSingle ? Float32Array.from(values) : Float64Array.from(values) };
}

const otherTypes: Readonly<Record<number, string>> = {
  [TensorProto_DataType.UNDEFINED]: 'unknown type',
  [TensorProto_DataType.STRING]: 'string',
  [TensorProto_DataType.COMPLEX64]: 'complex64',
  [TensorProto_DataType.COMPLEX128]: 'complex128',
  // Newer than the schema that is here.
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
};

/** Name of an element type in sentences, also of one that is not read. */
export const typeName = (dataType: number): string =>
  elementTypes[dataType as TypeNumber]?.name ?? otherTypes[dataType] ?? `type ${dataType}`;

/** The element type of a number in a file; undefined for strings, complex numbers and whatever is newer. */
export const elementType = (dataType: number): ElementType | undefined => elementTypes[dataType as TypeNumber]?.name;

/** What a Cast's `to` means. @throws EngineError `unsupported-model` */
export function requireElementType(dataType: number): ElementType {
  const type = elementType(dataType);
  if (!type) throw new UnsupportedModel('element type', `elements of type ${typeName(dataType)} are not supported`);
  return type;
}

/** Hands over bytes of a tensor that lie beside the model: `location` is relative to the model's folder. */
export type ReadExternal = (location: string, offset: number, length: number) => Uint8Array;

/**
 * Reads a tensor.
 * @throws EngineError `invalid-model` where its data does not fill its shape; `unsupported-model` for other element types
 */
export function readTensor(proto: TensorProto, readExternal: ReadExternal): Constant {
  const shape = proto.dims.map(Number);
  if (shape.length > onnxLimits.axes) {
    const most = `at most ${onnxLimits.axes} are supported`;
    throw new UnsupportedModel('rank', `tensor ${excerpt(proto.name)} has ${shape.length} axes, ${most}`);
  }
  const where = `tensor ${excerpt(proto.name)} ${formatShape(shape)}`;
  if (shape.some((side) => side < 0)) throw new EngineError('invalid-model', `${where}: a side is negative`);
  const element = elementTypes[proto.dataType as TypeNumber];
  if (!element) {
    throw new UnsupportedModel(
      'element type',
      `${where}: elements of type ${typeName(proto.dataType)} are not supported`,
    );
  }
  const count = elementCount(shape);
  const isExternal = proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
  const raw = isExternal ? external(proto, where, count * element.bytes, readExternal) : proto.rawData;
  if (isExternal || raw.length > 0) {
    if (raw.length !== count * element.bytes) {
      throw new EngineError('invalid-model', `${where}: expected ${count * element.bytes} bytes, got ${raw.length}`);
    }
    return { type: element.name, shape, data: readRaw(raw, element, count) };
  }
  const values = listed(proto);
  if (values.length !== count) {
    throw new EngineError('invalid-model', `${where}: expected ${count} elements, got ${values.length}`);
  }
  checkRange(element.name, values, where);
  return constantOf(element.name, shape, values);
}

/** The least and the most that integers of a type are. */
export const integerRanges = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
} as const;

/** Small integers lie in a list of larger ones. */
function checkRange(type: ElementType, values: ArrayLike<number>, where: string): void {
  if (!(type in integerRanges)) return;
  const [least, most] = integerRanges[type as keyof typeof integerRanges];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least || value > most) {
      throw new EngineError('invalid-model', `${where}: element ${i} is ${value}, expected ${least} to ${most}`);
    }
  }
}

function readRaw(raw: Uint8Array, element: (typeof elementTypes)[TypeNumber], count: number): Constant['data'] {
  if (element.name === 'float32') return floatsOf(raw);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const isHalf = element.name === 'float16' || element.name === 'bfloat16';
  const data = isHalf ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = element.read(view, i * element.bytes);
  return data;
}

/** Little-endian bytes as numbers of a type; they are a whole number of them. */
export function rawNumbers(type: ElementType, raw: Uint8Array): Constant['data'] {
  const element = elementNamed(type);
  return readRaw(raw, element, raw.length / element.bytes);
}

/** Bytes of one element. */
export const bytesOf = (type: ElementType): number => elementNamed(type).bytes;

const elementNamed = (type: ElementType) =>
  Object.values(elementTypes).find(({ name }) => name === type) as (typeof elementTypes)[TypeNumber];

/** Little-endian floats as an array of its own, on any host. */
function floatsOf(raw: Uint8Array): Float32Array {
  // Not raw.slice: Node's Buffer gives a view there.
  const copy = new Uint8Array(raw);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 0) {
    for (let i = 0; i < copy.length; i += 4) copy.subarray(i, i + 4).reverse();
  }
  return new Float32Array(copy.buffer);
}

/** The typed lists that small tensors use; half floats lie in int32_data as their bits. */
function listed(proto: TensorProto): ArrayLike<number> {
  switch (proto.dataType) {
    case TensorProto_DataType.FLOAT:
      return proto.floatData;
    case TensorProto_DataType.DOUBLE:
      return proto.doubleData;
    case TensorProto_DataType.INT64:
      return proto.int64Data.map(Number);
    case TensorProto_DataType.UINT64:
    case TensorProto_DataType.UINT32:
      return proto.uint64Data.map(Number);
    case TensorProto_DataType.FLOAT16:
      return proto.int32Data.map(halfToFloat);
    case TensorProto_DataType.BFLOAT16:
      return proto.int32Data.map(bfloat16ToFloat);
    default:
      return proto.int32Data;
  }
}

const halfBits = new Uint16Array(1);
const half = new Float16Array(halfBits.buffer);
const halfToFloat = (bits: number): number => {
  halfBits[0] = bits;
  return half[0] as number;
};
const bfloat16ToFloat = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;

/** @param bytes that the shape calls for: nothing else is read, whatever the file says of its length */
function external(proto: TensorProto, where: string, bytes: number, readExternal: ReadExternal): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? bytes);
  if (!location || !Number.isSafeInteger(offset) || offset < 0) {
    const what = location ? `offset ${excerpt(entries.get('offset'))}` : 'location';
    throw new EngineError('invalid-model', `${where}: its external data has no ${what} that makes sense`);
  }
  if (length !== bytes) {
    throw new EngineError('invalid-model', `${where}: expected ${bytes} bytes, its external data has ${length}`);
  }
  return readExternal(location, offset, length);
}

export type TensorData = Float32Array | Int32Array | Int8Array | Uint8Array;

/** Writes a tensor of the array's type, little-endian. */
export function writeTensor(name: string, shape: Shape, data: TensorData): TensorProto {
  const rawData = new Uint8Array(data.byteLength);
  const view = new DataView(rawData.buffer);
  const dims = shape.map(BigInt);
  const Type = TensorProto_DataType;
  if (data instanceof Float32Array) {
    data.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    return create(TensorProtoSchema, { name, dims, dataType: Type.FLOAT, rawData });
  }
  if (data instanceof Int32Array) {
    data.forEach((value, i) => {
      view.setInt32(4 * i, value, true);
    });
    return create(TensorProtoSchema, { name, dims, dataType: Type.INT32, rawData });
  }
  rawData.set(data);
  return create(TensorProtoSchema, {
    name,
    dims,
    dataType: data instanceof Int8Array ? Type.INT8 : Type.UINT8,
    rawData,
  });
}

/** Writes a list of integers: a shape, axes, paddings. */
export const writeIntegers = (name: string, values: readonly number[]): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map(BigInt),
  });
