/** Weights of a TensorFlow.js model: groups of tensors one behind the other, cut into files, perhaps quantized. */
import { EngineError } from '../../errors.ts';
import { graphLimits } from '../../graph.ts';
import { excerpt } from '../../json.ts';
import { elementCount, formatShape } from '../../tensor.ts';
import { bytesOf, type Constant, type ElementType, rawNumbers } from '../onnx/tensor.ts';
import { UnsupportedModel } from '../onnx/unsupported.ts';
import type { WeightEntry, WeightGroup } from './document.ts';

/**
 * Hands over a whole file of weights.
 * @param path as the manifest says it, relative to the model's folder
 * @param most bytes that it may have
 * @throws EngineError `invalid-model` where it is not there, is larger, or lies elsewhere
 */
export type ReadShard = (path: string, most: number) => Uint8Array;

const types: Readonly<Record<string, ElementType>> = {
  float32: 'float32',
  float16: 'float16',
  int32: 'int32',
  uint8: 'uint8',
  bool: 'bool',
};

interface Place {
  readonly entry: WeightEntry;
  readonly bytes: Uint8Array;
}

/** Tensors by name, turned into numbers when they are asked for. */
export class TfjsWeights {
  private readonly places = new Map<string, Place>();
  private readonly known = new Map<string, Constant>();

  /** @throws EngineError `invalid-model`, `unsupported-model`, `limit-exceeded` */
  constructor(groups: readonly WeightGroup[], readShard: ReadShard) {
    groups.forEach((group, i) => {
      this.addGroup(group, i, readShard);
    });
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  get names(): Iterable<string> {
    return this.places.keys();
  }

  get(name: string): Constant {
    const known = this.known.get(name) ?? numbersOf(this.places.get(name) as Place);
    this.known.set(name, known);
    return known;
  }

  private addGroup({ paths, weights }: WeightGroup, index: number, readShard: ReadShard): void {
    const sizes = weights.map(byteCount);
    const expected = sizes.reduce((sum, size) => sum + size, 0);
    if (expected > 4 * graphLimits.elements) {
      const most = `at most ${4 * graphLimits.elements} are supported`;
      throw new EngineError('limit-exceeded', `group ${index} of the weights has ${expected} bytes, ${most}`);
    }
    const shards = readAll(paths, expected, readShard);
    const found = shards.reduce((sum, { length }) => sum + length, 0);
    if (found !== expected) {
      const files = paths.length === 1 ? `its file ${excerpt(paths[0])} has` : `its ${paths.length} files have`;
      throw new EngineError('invalid-model', `group ${index} of the weights is ${expected} bytes, ${files} ${found}`);
    }
    const bytes = joined(shards, expected);
    let start = 0;
    weights.forEach((entry, i) => {
      if (this.places.has(entry.name)) {
        throw new EngineError('invalid-model', `two weights are named ${excerpt(entry.name)}`);
      }
      const end = start + (sizes[i] as number);
      this.places.set(entry.name, { entry, bytes: bytes.subarray(start, end) });
      start = end;
    });
  }
}

/** No more is read than the weights call for, whatever the files are. */
function readAll(paths: readonly string[], expected: number, readShard: ReadShard): readonly Uint8Array[] {
  let left = expected;
  return paths.map((path) => {
    checkPath(path);
    const shard = readShard(path, left);
    left = Math.max(0, left - shard.length);
    return shard;
  });
}

/** Weights lie in the model's folder, or below it. */
function checkPath(path: string): void {
  const parts = path.split(/[/\\]/);
  const leaves = parts.includes('..') || parts[0] === '' || /^[a-zA-Z][\w+.-]*:/.test(path) || path.includes('\0');
  if (leaves) {
    throw new EngineError('invalid-model', `the weights ${excerpt(path)} lead out of the model's folder`);
  }
}

function joined(shards: readonly Uint8Array[], length: number): Uint8Array {
  if (shards.length === 1) return shards[0] as Uint8Array;
  const bytes = new Uint8Array(length);
  let next = 0;
  for (const shard of shards) {
    bytes.set(shard, next);
    next += shard.length;
  }
  return bytes;
}

const describeWeight = ({ name, shape }: WeightEntry): string => `weight ${excerpt(name)} ${formatShape(shape)}`;

function typeOf(entry: WeightEntry): ElementType {
  const type = Object.hasOwn(types, entry.dtype) ? types[entry.dtype] : undefined;
  if (type) return type;
  const known = Object.keys(types).join(', ');
  throw new UnsupportedModel(
    'element type',
    `${describeWeight(entry)} holds ${excerpt(entry.dtype)}, supported are ${known}`,
  );
}

/** The type that lies in the file. */
const storedType = (entry: WeightEntry): ElementType => entry.quantization?.dtype ?? typeOf(entry);

function byteCount(entry: WeightEntry): number {
  const count = elementCount(entry.shape);
  if (count > graphLimits.elements) {
    const most = `at most ${graphLimits.elements} elements are supported`;
    throw new EngineError('limit-exceeded', `${describeWeight(entry)} is too large, ${most}`);
  }
  return count * bytesOf(storedType(entry));
}

/** What is quantized is level · scale + min, rounded where it stands for integers. */
function numbersOf({ entry, bytes }: Place): Constant {
  const { shape, quantization } = entry;
  const stored = rawNumbers(storedType(entry), bytes);
  const type = typeOf(entry) === 'float16' ? 'float32' : typeOf(entry);
  if (!quantization || quantization.dtype === 'float16') return { type, shape, data: stored };
  const { scale, min } = quantization;
  if (scale === undefined || min === undefined) {
    throw new EngineError('invalid-model', `${describeWeight(entry)} is quantized without a scale and a min`);
  }
  const isFloat = type === 'float32';
  const data = isFloat ? new Float32Array(stored.length) : new Float64Array(stored.length);
  for (let i = 0; i < data.length; i++) {
    const value = (stored[i] as number) * scale + min;
    data[i] = isFloat ? value : Math.round(value);
  }
  return { type, shape, data };
}
