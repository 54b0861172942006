/** From a layer's samples to tensors: seeded, so that a failure can be repeated, and away from ties and kinks. */
import type { LayerKind } from '../../engine/layers/index.ts';
import type { Sample } from '../../engine/layers/layer.ts';
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';
import { parseAttributes } from './parse-attributes.ts';
import { type LayerCase, layerOfKind } from './run-layer.ts';

/** Shapes and raw attributes of a sample. */
export function splitSample(sample: Sample): { readonly shapes: readonly Shape[]; readonly raw: object } {
  const { input, inputs, wholeBatch: _, ...raw } = sample;
  return { shapes: inputs ?? (input ? [input] : []), raw };
}

/**
 * All different, none nearer to another or to 0 than range / count, evenly over ±range in random order: so that a
 * maximum has no rival and a rectifier no corner nearby.
 */
export function spreadTensor(shape: Shape, random: Random, range: number): Tensor {
  const count = elementCount(shape);
  const even = count + (count % 2); // an odd number of steps would put one on 0
  const order = random.shuffle(even).subarray(0, count);
  return { shape, data: Float32Array.from(order, (place) => ((place + 0.5) / even) * 2 * range - range) };
}

/** Uniform in [lo, hi). */
export function uniformTensor(shape: Shape, random: Random, lo: number, hi: number): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => lo + (hi - lo) * random.float());
  return { shape, data };
}

/**
 * What makes of the inputs of ±2 such that a layer is defined for, and with slopes that can be measured (slope.ts):
 * divisors of 1…3 and either sign, bases of 1…2.
 */
const domains: Partial<Record<LayerKind, readonly ((value: number) => number)[]>> = {
  div: [(a) => a, (b) => b + Math.sign(b)],
  pow: [(a) => 1.5 + a / 4, (b) => b],
};

/** Spread tensors of these shapes; no element of one is near one of another. */
function spreadTensors(shapes: readonly Shape[], random: Random, range: number): readonly Tensor[] {
  const counts = shapes.map(elementCount);
  const { data } = spreadTensor([counts.reduce((total, count) => total + count, 0)], random, range);
  let from = 0;
  return shapes.map((shape, i) => {
    const start = from;
    from += counts[i] as number;
    return { shape, data: data.slice(start, from) };
  });
}

/** A layer with inputs of these shapes and weights for them; `range` reaches beyond where a clamp begins. */
export function layerCase(kind: LayerKind, shapes: readonly Shape[], raw: object, seed: number): LayerCase {
  const layer = layerOfKind(kind);
  const attributes = parseAttributes(layer, raw);
  const random = new Random(seed);
  const hi = layer.clamp?.(attributes)[1] ?? Number.POSITIVE_INFINITY;
  const range = Number.isFinite(hi) ? 1.5 * hi : 2;
  const x = spreadTensors(shapes, random, range).map(({ shape, data }, i) => {
    const domain = domains[kind]?.[i];
    return { shape, data: domain ? data.map(domain) : data };
  });
  const specs = Object.entries(layer.weights?.(shapes, attributes) ?? {});
  const w = specs.map(([role, { shape, initializer }]): [string, Tensor] => {
    const isPositive = initializer === 'ones'; // a scale or a variance
    return [role, isPositive ? uniformTensor(shape, random, 0.5, 1.5) : uniformTensor(shape, random, -1, 1)];
  });
  return { kind, attributes, x, w: Object.fromEntries(w) };
}

/** The case with sample `n` of its batch alone. */
export function oneOfBatch(c: LayerCase, n: number): LayerCase {
  const x = c.x.map(({ shape, data }) => {
    const length = data.length / (shape[0] as number);
    return { shape: [1, ...shape.slice(1)], data: data.slice(n * length, (n + 1) * length) };
  });
  return { ...c, x };
}
