/** ONNX models for tests, made through the schema: a line a node, plain numbers for tensors. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { writeIntegers, writeTensor } from '../../../../engine/formats/onnx/tensor.ts';
import type { Shape } from '../../../../engine/tensor.ts';
import { seededInput } from '../../../suites/seeded.ts';

/** Numbers that ONNX is to hold as floats: in an attribute, an integer cannot be told from 1.0 otherwise. */
export class Floats {
  readonly values: readonly number[];
  readonly isList: boolean;

  constructor(values: readonly number[], isList: boolean) {
    this.values = values;
    this.isList = isList;
  }
}

export const float = (value: number): Floats => new Floats([value], false);
export const floats = (...values: readonly number[]): Floats => new Floats(values, true);

/** A number is an INT, a list INTS. */
export type AttributeValue = number | readonly number[] | string | Floats | TensorProto;

/** Sides of a value: a number, or a name for one that is open. */
export type Sides = readonly (number | string)[];

export interface ModelParts {
  readonly inputs?: Readonly<Record<string, Sides>>;
  /** Names; the shapes of outputs need not be said. */
  readonly outputs?: readonly string[];
  readonly nodes?: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  readonly hints?: Readonly<Record<string, Sides>>;
  readonly opset?: number;
}

/** `node('Conv', 'x w b', 'y', { strides: [2, 2] })`; a `-` in the list of inputs is one that is left out. */
export function node(
  type: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto {
  const names = (list: string) => list.split(' ').flatMap((name) => (name === '' ? [] : [name === '-' ? '' : name]));
  return create(NodeProtoSchema, {
    opType: type,
    domain,
    input: names(inputs),
    output: names(outputs),
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  const of = (rest: object) => create(AttributeProtoSchema, { name, ...rest });
  if (typeof value === 'number') return of({ type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') return of({ type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if (value instanceof Floats) {
    return value.isList
      ? of({ type: AttributeType.FLOATS, floats: [...value.values] })
      : of({ type: AttributeType.FLOAT, f: value.values[0] });
  }
  if (Array.isArray(value)) return of({ type: AttributeType.INTS, ints: value.map(BigInt) });
  return of({ type: AttributeType.TENSOR, t: value });
}

/** f32 weights: given, or seeded. */
export const weights = (name: string, shape: Shape, data: Float32Array | number = 7): TensorProto =>
  writeTensor(name, shape, typeof data === 'number' ? seededInput(shape, data) : data);

export const integers = (name: string, ...values: readonly number[]): TensorProto => writeIntegers(name, values);

export const valueInfo = (name: string, sides: Sides | undefined, elemType = DataType.FLOAT): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: {
          elemType,
          shape: sides && {
            dim: sides.map((side) => ({
              value:
                typeof side === 'number'
                  ? { case: 'dimValue' as const, value: BigInt(side) }
                  : { case: 'dimParam' as const, value: side },
            })),
          },
        },
      },
    }),
  });

/** The newest operator set that is read. */
export const OPSET = 21;

export const modelProto = ({ inputs, outputs, nodes, initializers, hints, opset }: ModelParts) =>
  create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset ?? OPSET) }],
    graph: create(GraphProtoSchema, {
      name: 'test',
      node: [...(nodes ?? [])],
      initializer: [...(initializers ?? [])],
      input: Object.entries(inputs ?? {}).map(([name, sides]) => valueInfo(name, sides)),
      output: (outputs ?? ['y']).map((name) => valueInfo(name, undefined)),
      valueInfo: Object.entries(hints ?? {}).map(([name, sides]) => valueInfo(name, sides)),
    }),
  });

/** The bytes of a file. */
export const onnxFile = (parts: ModelParts): Uint8Array => toBinary(ModelProtoSchema, modelProto(parts));
