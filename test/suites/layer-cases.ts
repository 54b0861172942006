/** From a layer's samples to tensors: seeded, so that a failure can be repeated, and away from ties and kinks. */
import type { LayerKind } from '../../engine/layers/index.ts';
import type { Sample } from '../../engine/layers/layer.ts';
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';
import { type Domain, domainOf } from './domains.ts';
import { parseAttributes } from './parse-attributes.ts';
import { type LayerCase, layerOfKind } from './run-layer.ts';

/** Shapes and raw attributes of a sample. */
export function splitSample(sample: Sample): { readonly shapes: readonly Shape[]; readonly raw: object } {
  const { input, inputs, wholeBatch: _, ...raw } = sample;
  return { shapes: inputs ?? (input ? [input] : []), raw };
}

/** All different, evenly over a domain in random order: so that a maximum has no rival and a rectifier no corner nearby. */
export function spreadTensor(shape: Shape, random: Random, domain: Domain): Tensor {
  const count = elementCount(shape);
  const length = domain.reduce((sum, [lo, hi]) => sum + hi - lo, 0);
  const order = random.shuffle(count);
  return { shape, data: Float32Array.from(order, (place) => placeIn(domain, ((place + 0.5) / count) * length)) };
}

/** The point that has so much of the domain to its left. */
function placeIn(domain: Domain, distance: number): number {
  let rest = distance;
  for (const [lo, hi] of domain) {
    if (rest < hi - lo) return lo + rest;
    rest -= hi - lo;
  }
  return (domain.at(-1) as Domain[number])[1];
}

/** Spread tensors of these shapes; inputs of one domain share it, so that no element of one is near one of another. */
function spreadTensors(
  shapes: readonly Shape[],
  random: Random,
  domainOfInput: (input: number) => Domain,
): readonly Tensor[] {
  const domains = shapes.map((_, i) => domainOfInput(i));
  if (new Set(domains.map((domain) => JSON.stringify(domain))).size > 1) {
    return shapes.map((shape, i) => spreadTensor(shape, random, domains[i] as Domain));
  }
  const counts = shapes.map(elementCount);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const { data } = spreadTensor([total], random, domains[0] ?? []);
  let from = 0;
  return shapes.map((shape, i) => {
    const start = from;
    from += counts[i] as number;
    return { shape, data: data.slice(start, from) };
  });
}

/** Uniform in [lo, hi). */
export function uniformTensor(shape: Shape, random: Random, lo: number, hi: number): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => lo + (hi - lo) * random.float());
  return { shape, data };
}

/** A layer with inputs of these shapes and weights for them. */
export function layerCase(kind: LayerKind, shapes: readonly Shape[], raw: object, seed: number): LayerCase {
  const layer = layerOfKind(kind);
  const attributes = parseAttributes(layer, raw);
  const random = new Random(seed);
  const x = spreadTensors(shapes, random, (input) => domainOf(kind, layer, attributes, input));
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
