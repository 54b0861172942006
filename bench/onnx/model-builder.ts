/** Writes small ONNX models, node by node, with seeded numbers: what fixtures are made of. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../engine/formats/onnx/schema/onnx_pb.js';
import { writeIntegers, writeTensor } from '../../engine/formats/onnx/tensor.ts';
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';

/** A number that an attribute holds as FLOAT; plain numbers are INT. */
export class Float {
  readonly value: number | readonly number[];
  constructor(value: number | readonly number[]) {
    this.value = value;
  }
}
export const float = (value: number | readonly number[]): Float => new Float(value);

export type AttributeValue = number | readonly number[] | string | Float | TensorProto;
/** What may stand for an input: the name of a value, a list of integers, or nothing. */
export type Argument = string | readonly number[] | undefined;
type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Numbers are multiples of 1/16 below 2 in size. Then sums of products are exact in f32 in whatever order they are taken,
 * and two engines have to agree to the last bit; where they round at all, it is in what is not linear.
 */
const STEP = 1 / 16;
const LEVELS = 32;

/** IR versions that go with operator sets: what 21 allows came with IR version 10. */
const irVersion = (opset: number): bigint => (opset >= 21 ? 10n : opset >= 9 ? 8n : 3n);

export class ModelBuilder {
  readonly opset: number;
  readonly inputs = new Map<string, Tensor>();
  private readonly random: Random;
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorProto[] = [];
  private readonly outputs: string[] = [];
  /** What a node called its output → what the graph calls it. */
  private readonly published = new Map<string, string>();

  constructor(opset: number, seed: number) {
    this.opset = opset;
    this.random = new Random(seed);
  }

  /** Seeded numbers; `[lo, hi]` bounds them. */
  numbers(shape: Shape, [lo, hi]: readonly [number, number] = [-2, 2]): Float32Array {
    const span = Math.min(hi - lo, 2 * LEVELS * STEP);
    const levels = Math.round(span / STEP);
    return Float32Array.from({ length: elementCount(shape) }, () => lo + STEP * this.random.below(levels + 1));
  }

  /** The graph's input x; fixtures have one. */
  input(shape: Shape, range?: readonly [number, number]): string {
    return this.inputOf(shape, this.numbers(shape, range));
  }

  inputOf(shape: Shape, data: Float32Array): string {
    const name = this.inputs.size === 0 ? 'x' : `x${this.inputs.size}`;
    this.inputs.set(name, { shape, data });
    return name;
  }

  /** An initializer with seeded numbers. */
  weight(shape: Shape, range: readonly [number, number] = [-1, 1]): string {
    return this.floats(shape, this.numbers(shape, range));
  }

  floats(shape: Shape, values: ArrayLike<number>): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push(writeTensor(name, shape, Float32Array.from(values)));
    return name;
  }

  /** An initializer of the array's type. */
  levels(shape: Shape, values: Int8Array | Uint8Array | Int32Array): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push(writeTensor(name, shape, values));
    return name;
  }

  /** Seeded integers, both ends included. */
  whole(shape: Shape, [lo, hi]: readonly [number, number]): readonly number[] {
    return Array.from({ length: elementCount(shape) }, () => lo + this.random.below(hi - lo + 1));
  }

  scalar(value: number): string {
    return this.floats([], [value]);
  }

  /** An int64 initializer; a list where no shape is given. */
  integers(values: readonly number[], shape: Shape = [values.length]): string {
    const name = `w${this.initializers.length}`;
    const tensor = writeIntegers(name, values);
    tensor.dims = shape.map(BigInt);
    this.initializers.push(tensor);
    return name;
  }

  /** Appends a node with one output and returns its name. */
  node(type: string, inputs: readonly Argument[], attributes: Attributes = {}): string {
    return this.nodeOf(type, inputs, attributes, 1)[0] as string;
  }

  /** Appends a node with several outputs. */
  nodeOf(type: string, inputs: readonly Argument[], attributes: Attributes, count: number): readonly string[] {
    const id = `${type.toLowerCase()}_${this.nodes.length}`;
    const output = Array.from({ length: count }, (_, i) => (count === 1 ? id : `${id}_${i}`));
    const input = inputs.map((value) => {
      if (value === undefined) return '';
      return typeof value === 'string' ? value : this.integers(value);
    });
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.nodes.push(create(NodeProtoSchema, { name: id, opType: type, input, output, attribute }));
    return output;
  }

  /** Makes what a node computes an output of the graph, under a name that says what it is. */
  output(name: string, value: string): void {
    const wanted = name.replaceAll(/[^\w.]+/g, '_');
    const isFree = !this.outputs.includes(wanted) && this.nodes.some(({ output }) => output.includes(value));
    if (!isFree || this.published.has(value)) throw new Error(`"${value}" cannot become the output "${wanted}"`);
    this.published.set(value, wanted);
    this.outputs.push(wanted);
  }

  get outputNames(): readonly string[] {
    return this.outputs;
  }

  /** @param shapes of outputs, where they are known */
  toBinary(name: string, shapes: Readonly<Record<string, Shape>> = {}): Uint8Array {
    const final = (value: string) => this.published.get(value) ?? value;
    const model = create(ModelProtoSchema, {
      irVersion: irVersion(this.opset),
      producerName: 'borde bench/onnx/make-fixtures.ts',
      opsetImport: [{ domain: '', version: BigInt(this.opset) }],
      graph: {
        name,
        node: this.nodes.map((node) => ({ ...node, input: node.input.map(final), output: node.output.map(final) })),
        initializer: this.initializers,
        input: [
          ...[...this.inputs].map(([input, { shape }]) => valueInfo(input, shape)),
          // Before IR version 4 every initializer is an input, too.
          ...(irVersion(this.opset) < 4n ? this.initializers.map(initializerInfo) : []),
        ],
        output: this.outputs.map((output) => valueInfo(output, shapes[output])),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  const of = (type: AttributeType, entry: object) => create(AttributeProtoSchema, { name, type, ...entry });
  if (typeof value === 'number') return of(AttributeType.INT, { i: BigInt(value) });
  if (typeof value === 'string') return of(AttributeType.STRING, { s: new TextEncoder().encode(value) });
  if (value instanceof Float) {
    return typeof value.value === 'number'
      ? of(AttributeType.FLOAT, { f: value.value })
      : of(AttributeType.FLOATS, { floats: [...value.value] });
  }
  if (Array.isArray(value)) return of(AttributeType.INTS, { ints: value.map(BigInt) });
  return of(AttributeType.TENSOR, { t: value as TensorProto });
}

const valueInfo = (name: string, shape?: Shape, elemType = DataType.FLOAT): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType,
          ...(shape && {
            shape: { dim: shape.map((side) => ({ value: { case: 'dimValue' as const, value: BigInt(side) } })) },
          }),
        },
      },
    },
  });

const initializerInfo = ({ name, dims, dataType }: TensorProto): ValueInfoProto =>
  valueInfo(name, dims.map(Number), dataType);

/** A tensor as an attribute holds one. */
export const tensorValue = (shape: Shape, values: readonly number[]): TensorProto =>
  writeTensor('', shape, Float32Array.from(values));

export const integersValue = (shape: Shape, values: readonly number[]): TensorProto =>
  create(TensorProtoSchema, {
    dims: shape.map(BigInt),
    dataType: DataType.INT64,
    int64Data: values.map(BigInt),
  });
