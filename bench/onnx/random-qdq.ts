/**
 * `node bench/onnx/random-qdq.ts [COUNT] [SEED]`: small random models with pairs of QuantizeLinear and DequantizeLinear
 * anywhere, values that several nodes read, and outputs in the middle; imported, exported again and imported once more, they
 * give the bits of onnxruntime, and so does the export in onnxruntime. Scales are powers of two, so that nothing else rounds.
 * Exits 1 where a number differs or a model is refused.
 */
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../engine/formats/onnx/import-model.ts';
import { parseModel, serializeModel } from '../../engine/model-file.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { elementCount, type Shape, sameShape, type Tensor } from '../../engine/tensor.ts';
import { loadKernels } from '../../scripts/kernels.ts';
import { ModelBuilder } from './model-builder.ts';
import { runOnnxruntime } from './runtime.ts';

const OPSET = 13;
const NODES = 10;
/** Concatenation may double a value so often. */
const MOST_ELEMENTS = 1024;

interface Value {
  readonly name: string;
  /** [1,C,H,W] or [R,C]. */
  readonly shape: Shape;
}

/** Grows a model node by node; each reads the value before it, or any. */
class RandomModel {
  readonly builder: ModelBuilder;
  private readonly random: Random;
  private readonly values: Value[];
  private readonly steps: readonly (readonly [scale: string, zeroPoint: string])[];

  constructor(seed: number) {
    this.random = new Random(seed);
    this.builder = new ModelBuilder(OPSET, seed);
    this.values = [{ name: this.builder.input([1, 4, 4, 4]), shape: [1, 4, 4, 4] }];
    this.steps = Array.from({ length: 3 }, () => this.newSteps());
    for (let i = 0; i < NODES; i++) this.grow();
    const made = this.values.slice(1);
    made.forEach((value, i) => {
      if (i === made.length - 1 || this.random.below(4) === 0) this.builder.output(`y${i}`, value.name);
    });
  }

  private newSteps(): readonly [string, string] {
    const scale = this.builder.scalar(this.pick([1 / 8, 1 / 4, 1 / 2]));
    const isSigned = this.random.below(2) === 0;
    const zeroPoint = isSigned ? Int8Array.of(this.random.below(100) - 50) : Uint8Array.of(this.random.below(200));
    return [scale, this.builder.levels([], zeroPoint)];
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)] as T;
  }

  private grow(): void {
    const value = this.random.below(3) === 0 ? this.pick(this.values) : (this.values.at(-1) as Value);
    const forms = [this.pair, this.pair, this.pair, this.pair, this.moved, this.relu, this.sum, this.transposed];
    const ofImages = [this.pool, this.convolution, this.joined, this.sliced, this.padded];
    const made = this.pick([...forms, this.reshaped, ...(value.shape.length === 4 ? ofImages : [])]).call(this, value);
    if (elementCount(made.shape) <= MOST_ELEMENTS) this.values.push(made);
  }

  private pair({ name, shape }: Value): Value {
    const steps = this.pick(this.steps);
    const levels = this.builder.node('QuantizeLinear', [name, ...steps]);
    return { name: this.builder.node('DequantizeLinear', [levels, ...steps]), shape };
  }

  /** A pair with an operator on integers between. */
  private moved({ name, shape }: Value): Value {
    const steps = this.pick(this.steps);
    const levels = this.builder.node('QuantizeLinear', [name, ...steps]);
    const between =
      shape.length === 4 ? this.pool({ name: levels, shape }).name : this.builder.node('Identity', [levels]);
    return { name: this.builder.node('DequantizeLinear', [between, ...steps]), shape };
  }

  private relu({ name, shape }: Value): Value {
    return { name: this.builder.node('Relu', [name]), shape };
  }

  private sum({ name, shape }: Value): Value {
    const other = this.pick(this.values.filter((value) => sameShape(value.shape, shape)));
    return { name: this.builder.node('Add', [name, other.name]), shape };
  }

  private transposed({ name, shape }: Value): Value {
    const orders = [
      [0, 2, 3, 1],
      [0, 1, 3, 2],
      [0, 3, 1, 2],
    ];
    const perm = shape.length === 4 ? this.pick(orders) : [1, 0];
    const moved = perm.map((axis) => shape[axis] as number);
    return { name: this.builder.node('Transpose', [name], { perm }), shape: moved };
  }

  private reshaped({ name, shape }: Value): Value {
    const count = elementCount(shape);
    const wanted = shape.length === 4 ? [4, count / 4] : [1, 4, 4, count / 16];
    return { name: this.builder.node('Reshape', [name, wanted]), shape: wanted };
  }

  /** Half of its channels, where there are two fours of them. */
  private sliced({ name, shape }: Value): Value {
    const [n, c, h, w] = shape as [number, number, number, number];
    if (c % 8 !== 0) return this.padded({ name, shape });
    const first = this.pick([0, 1, c / 2]);
    return { name: this.builder.node('Slice', [name, [first], [first + c / 2], [1]]), shape: [n, c / 2, h, w] };
  }

  /** As many channels of zeros behind its own. */
  private padded({ name, shape }: Value): Value {
    const [n, c, h, w] = shape as [number, number, number, number];
    return { name: this.builder.node('Pad', [name, [0, 0, 0, 0, 0, c, 0, 0]]), shape: [n, 2 * c, h, w] };
  }

  private pool({ name, shape }: Value): Value {
    return { name: this.builder.node('MaxPool', [name], { kernel_shape: [2, 2], pads: [1, 0, 0, 1] }), shape };
  }

  private convolution({ name, shape }: Value): Value {
    const filters = [4, shape[1] as number, 1, 1];
    const levels = this.builder.levels(filters, Int8Array.from(this.builder.whole(filters, [-8, 8])));
    const weights = this.builder.node('DequantizeLinear', [levels, this.builder.scalar(1 / 16)]);
    return { name: this.builder.node('Conv', [name, weights]), shape: [1, 4, ...shape.slice(2)] };
  }

  private joined({ name, shape }: Value): Value {
    const other = this.pick(this.values.filter((value) => sameShape(value.shape, shape)));
    const [n, c, h, w] = shape as [number, number, number, number];
    return { name: this.builder.node('Concat', [name, other.name], { axis: 1 }), shape: [n, 2 * c, h, w] };
  }
}

const kernels = loadKernels('inference');

/** @returns what is wrong with it */
async function compare(seed: number): Promise<readonly string[]> {
  const { builder } = new RandomModel(seed);
  const inputs = Object.fromEntries(builder.inputs);
  const file = builder.toBinary(`random ${seed}`);
  const expected = await runOnnxruntime(file, inputs);
  const model = importOnnx(file);
  const exported = exportOnnx(parseModel(serializeModel(model)));
  const data = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.data]));
  const results: Readonly<Record<string, Readonly<Record<string, Tensor>>>> = {
    imported: new Session(model, kernels).run(data),
    'imported again': new Session(importOnnx(exported), kernels).run(data),
    'exported, in onnxruntime': await runOnnxruntime(exported, inputs),
  };
  return Object.entries(results).flatMap(([way, outputs]) =>
    builder.outputNames.flatMap((name) => {
      const [actual, wanted] = [outputs[name]?.data ?? [], expected[name]?.data ?? []];
      const wrong = wanted.findIndex((value, i) => value !== actual[i]);
      return wrong < 0 ? [] : [`${way}: ${name}[${wrong}]: expected ${wanted[wrong]}, got ${actual[wrong]}`];
    }),
  );
}

const [count = '500', first = '1'] = process.argv.slice(2);
let failed = 0;
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const wrong = await compare(seed).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  for (const sentence of wrong) console.log(`seed ${seed}: ${sentence}`);
  if (wrong.length > 0) failed++;
}
console.log(`${Number(count) - failed} of ${count} models agree to the bit`);
process.exitCode = failed > 0 ? 1 : 0;
