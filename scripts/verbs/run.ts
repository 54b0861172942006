/** `borde run`: raw little-endian f32 tensors in, raw tensors out, for scripts and for comparing numbers. */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { EngineError } from '../../engine/errors.ts';
import type { Model } from '../../engine/model-file.ts';
import { Session } from '../../engine/session.ts';
import { byteCount, formatShape, type Shape, type Tensor } from '../../engine/tensor.ts';
import { several, simdOption } from '../cli/flags.ts';
import { UsageError, type Verb } from '../cli/verb.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath, readModel } from '../io/model.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';

interface Options {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly simd: SimdChoice;
}

export const runVerb: Verb = {
  name: 'run',
  summary: 'run a model on raw f32 tensors',
  examples: ['borde run models/digits.safetensors --input image=digit.bin --output logits=logits.bin'],

  flags: (command) => {
    command
      .argument('<model>', 'model file')
      .requiredOption(
        '--input <name=file>',
        "little-endian f32 in the input's layout; NAME= may be left out where there is one",
        several,
      )
      .requiredOption(
        '--output <name=file>',
        'where to write an output; NAME= may be left out where there is one',
        several,
      )
      .addOption(simdOption());
  },

  run: async ([path], { input, output, simd }: Options, io) => {
    const model = await readModel(path as string);
    const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name);
    const sources = pairs('--input', input, names(model.graph.inputs));
    const targets = pairs('--output', output, names(model.graph.outputs));
    const inputs: Record<string, Float32Array> = {};
    for (const [name, file] of sources) {
      const { shape } = model.graph.inputs.find((input) => input.name === name) as (typeof model.graph.inputs)[number];
      inputs[name] = await readFloats(file, shape);
    }
    const outputs = await atPath(path as string, () => execute(model, inputs, simd));
    for (const [name, file] of targets) {
      const { shape, data } = outputs[name] as Tensor;
      await writeFileAtomic(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      io.out(`${file}: ${name} ${formatShape(shape)}`);
    }
    return 0;
  },
};

const execute = (model: Model, inputs: Record<string, Float32Array>, simd: SimdChoice): Record<string, Tensor> =>
  new Session(model, loadKernels('inference', simd)).run(inputs);

/** `NAME=FILE` or, where there is one name, `FILE`; a file whose own name looks like the former goes as `./a=b.bin`. */
function pairs(flag: string, values: readonly string[], names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const value of values) {
    const match = names.find((name) => value.startsWith(`${name}=`));
    const isNamed = /^[^/\\=]*=/.test(value);
    const name = match ?? (names.length === 1 && !isNamed ? names[0] : undefined);
    if (name === undefined)
      throw new UsageError(`${flag} ${value}: expected NAME=FILE with a name of ${names.join(', ')}`);
    if (found.has(name)) throw new UsageError(`${flag} ${value}: "${name}" is given twice`);
    const file = match === undefined ? value : value.slice(match.length + 1);
    if (file === '') throw new UsageError(`${flag} ${value}: the file is missing`);
    found.set(name, file);
  }
  return found;
}

/** Samples of `shape` from a file, as many as it holds. */
async function readFloats(path: string, shape: Shape): Promise<Float32Array> {
  const bytes = await atPath(path, () => readFile(path));
  if (bytes.length % 4 !== 0)
    throw new EngineError('invalid-input', `${path}: expected a multiple of 4 bytes, got ${bytes.length}`);
  const isFree = shape[0] === -1;
  const sampleBytes = byteCount(isFree ? shape.slice(1) : shape);
  if (bytes.length === 0 || (isFree ? bytes.length % sampleBytes !== 0 : bytes.length !== sampleBytes)) {
    const expected = isFree ? `a multiple of ${sampleBytes}` : `${sampleBytes}`;
    const what = `${expected} bytes for ${formatShape(shape)}`;
    throw new EngineError('invalid-input', `${path}: expected ${what}, got ${bytes.length}`);
  }
  if (endianness() === 'BE') bytes.swap32();
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
