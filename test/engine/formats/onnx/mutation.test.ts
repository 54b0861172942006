/** Sound models with a part of them changed: other numbers, inputs, shapes, types. Refused in a sentence, or imported and run. */
import { clone, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from '../../../../engine/errors.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { type ModelProto, ModelProtoSchema } from '../../../../engine/formats/onnx/schema/onnx_pb.js';
import { Random } from '../../../../engine/random.ts';
import { modelProto } from './models.ts';
import { randomModel } from './random-graph.ts';
import { runModel } from './run.ts';

/** Numbers on which arithmetic of shapes stumbles. */
const strange = [
  0n,
  1n,
  -1n,
  2n,
  -2n,
  3n,
  7n,
  -7n,
  64n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 40n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const strangeFloats = [0, -0, 1e-45, 1e38, -1e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

class Mutation {
  private readonly random: Random;
  private readonly proto: ModelProto;

  constructor(proto: ModelProto, seed: number) {
    this.proto = proto;
    this.random = new Random(seed);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random.float() * items.length)] as T;
  }

  /** Changes one part of the model. */
  apply(): void {
    const { node: nodes, initializer, input } = this.proto.graph!;
    const node = this.pick(nodes);
    const tensor = this.pick(initializer);
    const attribute = this.pick(node.attribute);
    const names = ['', ...initializer.map(({ name }) => name), ...nodes.flatMap(({ output }) => output), 'x'];
    this.pick([
      () => this.list(tensor?.int64Data),
      () => this.list(tensor?.dims),
      () => this.list(attribute?.ints),
      () => {
        if (attribute) Object.assign(attribute, { i: this.pick(strange), f: this.pick(strangeFloats) });
      },
      () => {
        if (attribute) attribute.type = this.pick([1, 2, 3, 4, 6, 7]);
      },
      () => node.attribute.splice(0, 1),
      () => node.input.splice(Math.floor(this.random.float() * node.input.length), 1, this.pick(names)),
      () => node.input.push(this.pick(names)),
      () => node.input.pop(),
      () => node.output.push('more'),
      () => {
        node.opType = this.pick(nodes).opType;
      },
      () => {
        if (tensor) tensor.dataType = this.pick([1, 6, 7, 9, 10, 11]);
      },
      () => {
        const type = this.pick(input).type?.value;
        if (type?.case === 'tensorType') type.value.shape!.dim.splice(0, 1);
      },
      () => {
        this.proto.opsetImport[0]!.version = this.pick([1n, 6n, 7n, 9n, 10n, 11n, 12n, 13n, 17n, 18n, 19n, 20n, 21n]);
      },
    ])();
  }

  private list(values: bigint[] | undefined): void {
    if (!values) return;
    const at = Math.floor(this.random.float() * values.length);
    this.pick([
      () => values.splice(at, 1),
      () => values.push(this.pick(strange)),
      () => values.splice(at, 1, this.pick(strange)),
    ])();
  }
}

test('changed models are refused in a sentence that names the place, or run', () => {
  let imported = 0;
  fc.assert(
    fc.property(randomModel, fc.nat(), fc.integer({ min: 1, max: 3 }), (parts, seed, times) => {
      const proto = clone(ModelProtoSchema, modelProto(parts));
      const mutation = new Mutation(proto, seed);
      for (let i = 0; i < times; i++) mutation.apply();
      try {
        const model = importOnnx(toBinary(ModelProtoSchema, proto));
        imported++;
        runModel(model);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        expect(error.message).toMatch(/node "|output "|input "|initializers are named|inputs are named/);
        expect(error.message).not.toMatch(/undefined|NaN\]|\[object/);
      }
    }),
    { numRuns: 1000 },
  );
  // A third of the changes does no harm.
  expect(imported).toBeGreaterThan(200);
});
