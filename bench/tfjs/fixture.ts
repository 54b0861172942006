/** Tiny models of TensorFlow.js, put together by hand, as they lie on the disk: model.json, a file of weights. */
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape } from '../../engine/tensor.ts';

export interface Fixture {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly outputs: readonly string[];
  readonly document: object;
  readonly weights: Uint8Array;
}

type Json = Readonly<Record<string, unknown>>;

/** Attributes as a GraphDef has them in JSON. */
export const attr = {
  i: (value: number): Json => ({ i: String(value) }),
  f: (value: number): Json => ({ f: value }),
  b: (value: boolean): Json => ({ b: value }),
  s: (value: string): Json => ({ s: btoa(value) }),
  is: (values: readonly number[]): Json => ({ list: { i: values.map(String) } }),
  ss: (values: readonly string[]): Json => ({ list: { s: values.map((value) => btoa(value)) } }),
  type: (value: string): Json => ({ type: value }),
};

/** Weights one behind the other, and what the manifest says of them. */
export class Weights {
  readonly entries: Json[] = [];
  private readonly parts: Uint8Array[] = [];
  private readonly random: Random;

  constructor(name: string) {
    this.random = new Random([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7));
  }

  /** Uniform in [lo, hi). */
  seeded(name: string, shape: Shape, lo = -1, hi = 1): void {
    const data = Float32Array.from({ length: elementCount(shape) }, () => lo + (hi - lo) * this.random.float());
    this.add({ name, shape, dtype: 'float32' }, new Uint8Array(data.buffer));
  }

  floats(name: string, shape: Shape, values: readonly number[]): void {
    this.add({ name, shape, dtype: 'float32' }, new Uint8Array(Float32Array.from(values).buffer));
  }

  integers(name: string, shape: Shape, values: readonly number[]): void {
    this.add({ name, shape, dtype: 'int32' }, new Uint8Array(Int32Array.from(values).buffer));
  }

  /** Seeded levels. */
  quantized(name: string, shape: Shape, type: 'uint8' | 'uint16' | 'float16', scale: number, min: number): void {
    const count = elementCount(shape);
    const next = (most: number) => Math.floor(this.random.float() * most);
    const make = {
      uint8: () => Uint8Array.from({ length: count }, () => next(256)),
      uint16: () => Uint16Array.from({ length: count }, () => next(65_536)),
      // Halves from −1 to 1: sign, exponents up to 14, any mantissa.
      float16: () => Uint16Array.from({ length: count }, () => next(2) * 0x80_00 + next(15) * 0x4_00 + next(0x4_00)),
    };
    const quantization = type === 'float16' ? { dtype: type } : { dtype: type, scale, min };
    this.add({ name, shape, dtype: 'float32', quantization }, new Uint8Array(make[type]().buffer));
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  get manifest(): readonly Json[] {
    return [{ paths: ['weights.bin'], weights: this.entries }];
  }

  private add(entry: Json, bytes: Uint8Array): void {
    this.entries.push(entry);
    this.parts.push(bytes);
  }
}

/** A graph model under construction: every method returns the name of its node. */
export class GraphModel {
  readonly weights: Weights;
  private readonly nodes: Json[] = [];
  private readonly inputs = new Map<string, Shape>();
  private readonly outputs: string[] = [];

  constructor(name: string) {
    this.weights = new Weights(name);
  }

  input(name: string, shape: Shape): string {
    const dim = shape.map((size, axis) => ({ size: axis === 0 ? '-1' : String(size) }));
    this.inputs.set(name, shape);
    return this.node('Placeholder', [], { dtype: attr.type('DT_FLOAT'), shape: { shape: { dim } } }, name);
  }

  /** Seeded numbers. */
  seeded(shape: Shape, lo = -1, hi = 1): string {
    const name = this.constant('DT_FLOAT');
    this.weights.seeded(name, shape, lo, hi);
    return name;
  }

  floats(shape: Shape, values: readonly number[]): string {
    const name = this.constant('DT_FLOAT');
    this.weights.floats(name, shape, values);
    return name;
  }

  integers(shape: Shape, values: readonly number[]): string {
    const name = this.constant('DT_INT32');
    this.weights.integers(name, shape, values);
    return name;
  }

  quantized(shape: Shape, type: 'uint8' | 'uint16' | 'float16', scale: number, min: number): string {
    const name = this.constant('DT_FLOAT');
    this.weights.quantized(name, shape, type, scale, min);
    return name;
  }

  node(op: string, input: readonly string[], attributes: Json = {}, name = `${op}_${this.nodes.length}`): string {
    this.nodes.push({ name, op, ...(input.length > 0 && { input }), attr: attributes });
    return name;
  }

  /** A node whose value is one of the model's outputs. */
  out(op: string, input: readonly string[], attributes: Json = {}): string {
    const name = this.node(op, input, attributes);
    this.outputs.push(name);
    return name;
  }

  fixture(name: string): Fixture {
    const document = {
      format: 'graph-model',
      modelTopology: { node: this.nodes, versions: { producer: 440 } },
      weightsManifest: this.weights.manifest,
    };
    return { name, inputs: this.inputs, outputs: this.outputs, document, weights: this.weights.bytes };
  }

  private constant(dtype: string): string {
    return this.node('Const', [], { dtype: attr.type(dtype) });
  }
}

export function graph(name: string, build: (model: GraphModel) => void): Fixture {
  const model = new GraphModel(name);
  build(model);
  return model.fixture(name);
}
