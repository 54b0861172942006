/** ONNX's graph under construction: nodes, initializers, and names that are there only once. */
import { create } from '@bufbuild/protobuf';
import type { OnnxAttribute } from '../../layers/onnx.ts';
import type { Shape } from '../../tensor.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from './schema/onnx_pb.js';
import { writeIntegers, writeTensor } from './tensor.ts';

export class OnnxGraph {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly taken: Set<string>;
  private readonly known = new Map<string, string>();
  /** Values that have been given the name of an output. */
  private readonly published = new Map<string, string>();
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
    const output = this.claim(this.base);
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

  /** An initializer that nodes share: asked again with this key, the same. */
  shared(key: string, wanted: string, make: () => { readonly shape: Shape; readonly data: Float32Array }): string {
    const name = this.known.get(key);
    if (name !== undefined) return name;
    const made = this.claim(wanted);
    const { shape, data } = make();
    this.initializers.push(writeTensor(made, shape, data));
    this.known.set(key, made);
    return made;
  }

  floats(shape: Shape, data: Float32Array): string {
    const name = this.claim(`${this.base}/constant`);
    this.initializers.push(writeTensor(name, shape, data));
    return name;
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

function attribute(name: string, value: OnnxAttribute): AttributeProto {
  const Type = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Type.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: Type.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Type.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: Type.INTS, ints: value.map(BigInt) });
}
