/** ONNX's graph under construction: nodes, initializers, and names that are there only once. */
import { create } from '@bufbuild/protobuf';
import type { OnnxAttribute } from '../../layers/onnx.ts';
import type { Quantization } from '../../quantization/quantization.ts';
import type { Shape } from '../../tensor.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from './schema/onnx_pb.js';
import { type TensorData, writeIntegers, writeTensor } from './tensor.ts';

export class OnnxGraph {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly taken: Set<string>;
  private readonly known = new Map<string, string>();
  /** Values that have been given the name of an output. */
  private readonly published = new Map<string, string>();
  /** What values have been rounded to. */
  private readonly rounded = new Map<string, string>();
  private base = '';

  /** @param reserved names of inputs and outputs */
  constructor(reserved: readonly string[]) {
    this.taken = new Set(reserved);
  }

  /** Names begin with this from now on. */
  startNode(id: string): void {
    this.base = id;
  }

  /** Appends a node; returns the name of its output. */
  node(type: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>>): string {
    return this.nodeNamed(this.base, type, inputs, attributes);
  }

  private nodeNamed(
    wanted: string,
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
  ): string {
    const output = this.claim(wanted);
    this.nodes.push(
      create(NodeProtoSchema, {
        name: output,
        opType: type,
        input: trimmed(inputs.map((input) => this.final(input))),
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      }),
    );
    return output;
  }

  /** What nodes share, made once: asked again with this key, the same. */
  shared(key: string, make: () => string): string {
    const name = this.known.get(key) ?? make();
    this.known.set(key, name);
    return name;
  }

  initializer(wanted: string, shape: Shape, data: TensorData): string {
    const name = this.claim(wanted);
    this.initializers.push(writeTensor(name, shape, data));
    return name;
  }

  /** A value of f32 rounded to levels: QuantizeLinear, DequantizeLinear. One that comes from the same pair stays. */
  quantized(value: string, { scale, zeroPoint }: Quantization): string {
    const key = `${scale}, ${zeroPoint}`;
    if (this.rounded.get(value) === key) return value;
    const steps = [
      this.shared(`scale ${scale}`, () => this.initializer(`${this.base}/scale`, [], Float32Array.of(scale))),
      this.shared(`zero point ${zeroPoint}`, () =>
        this.initializer(`${this.base}/zeroPoint`, [], Uint8Array.of(zeroPoint)),
      ),
    ];
    const levels = this.node('QuantizeLinear', [value, ...steps], {});
    const made = this.node('DequantizeLinear', [levels, ...steps], {});
    this.rounded.set(made, key);
    return made;
  }

  /**
   * Integers that stand for f32 numbers: an initializer and its DequantizeLinear. Zero points are 0.
   * @param axis the one that scales run over; without, there is one scale
   */
  dequantized(
    wanted: string,
    shape: Shape,
    data: Int8Array | Int32Array,
    scales: Float32Array,
    axis: number | undefined,
  ): string {
    const sides = axis === undefined ? [] : [scales.length];
    const zeros = data instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const inputs = [
      this.initializer(`${wanted}/levels`, shape, data),
      this.initializer(`${wanted}/scale`, sides, scales),
      this.initializer(`${wanted}/zeroPoint`, sides, zeros),
    ];
    return this.nodeNamed(wanted, 'DequantizeLinear', inputs, axis === undefined ? {} : { axis });
  }

  floats(shape: Shape, data: Float32Array): string {
    return this.initializer(`${this.base}/constant`, shape, data);
  }

  integers(values: readonly number[]): string {
    const key = `integers ${values.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = this.claim(`${this.base}/integers`);
    this.initializers.push(writeIntegers(name, values));
    this.known.set(key, name);
    return name;
  }

  /** Gives a value the name of an output: its node is renamed, or followed by an Identity where that cannot be. */
  publish(name: string, output: string): void {
    const producer = this.nodes.find((node) => node.output[0] === name);
    if (!producer) {
      const input = [this.final(name)];
      this.nodes.push(create(NodeProtoSchema, { name: output, opType: 'Identity', input, output: [output] }));
      return;
    }
    for (const node of this.nodes) {
      node.input = node.input.map((input) => (input === name ? output : input));
      node.output = node.output.map((other) => (other === name ? output : other));
    }
    this.published.set(name, output);
  }

  /** What a value is called by now. */
  private final(name: string): string {
    return this.published.get(name) ?? name;
  }

  private claim(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}/${i}`;
    this.taken.add(name);
    return name;
  }
}

/** Inputs that are left out at the end are not written. */
function trimmed(inputs: readonly string[]): string[] {
  const last = inputs.findLastIndex((input) => input !== '');
  return inputs.slice(0, last + 1);
}

/** An attribute as a file has it. */
export function attribute(name: string, value: OnnxAttribute): AttributeProto {
  const Type = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Type.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: Type.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Type.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: Type.INTS, ints: value.map(BigInt) });
}
