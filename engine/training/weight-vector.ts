/**
 * All weights of a network as one vector: what optimisers update, threads copy and checkpoints store. Learned tensors
 * come first, in the graph's order, then running statistics; each starts on a cache line, the gaps stay zero.
 */
import { type Graph, inferShapes, weightsOf } from '../graph.ts';
import type { WeightSpec } from '../layers/layer.ts';
import { ALIGNMENT_BYTES } from '../memory.ts';
import { Random, streams } from '../random.ts';
import { elementCount, type Tensor } from '../tensor.ts';

export interface VectorEntry extends WeightSpec {
  readonly tensor: string;
  /** Elements from the vector's start. */
  readonly offset: number;
  readonly length: number;
}

export interface WeightVector {
  readonly entries: readonly VectorEntry[];
  /** Elements, gaps included. */
  readonly length: number;
  /** Elements up to the first running statistic. */
  readonly learnedLength: number;
}

const ALIGNMENT = ALIGNMENT_BYTES / 4;

/** Lays out the weights that a graph calls for. */
export function weightVector(graph: Graph): WeightVector {
  const shapes = inferShapes(graph, 1);
  const specs = new Map(graph.nodes.flatMap((node) => weightsOf(node, shapes)).map((spec) => [spec.tensor, spec]));
  const entries: VectorEntry[] = [];
  let offset = 0;
  const append = (update: 'learned' | 'running') => {
    for (const spec of specs.values()) {
      if ((spec.update ?? 'learned') !== update) continue;
      const length = elementCount(spec.shape);
      entries.push({ ...spec, offset, length });
      offset += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    }
    return offset;
  };
  const learnedLength = append('learned');
  return { entries, learnedLength, length: append('running') };
}

/**
 * Seeded initial weights. He-uniform draws from ±√(6 / fan-in) (He et al. 2015): the square root is exact everywhere,
 * where a normal draw would need a logarithm and a cosine.
 */
export function initialWeights(vector: WeightVector, seed: number): Float32Array {
  const weights = new Float32Array(vector.length);
  vector.entries.forEach(({ offset, length, initializer }, index) => {
    const part = weights.subarray(offset, offset + length);
    if (initializer === 'zeros') return;
    if (initializer === 'ones') part.fill(1);
    else if ('constant' in initializer) part.fill(initializer.constant);
    else {
      const random = new Random(seed, streams.weights, index);
      const bound = Math.sqrt(6 / initializer.heUniform.fanIn);
      for (let i = 0; i < length; i++) part[i] = (2 * random.float() - 1) * bound;
    }
  });
  return weights;
}

/** The vector as the tensors of a model file. */
export const toTensors = (vector: WeightVector, weights: Float32Array): ReadonlyMap<string, Tensor> =>
  new Map(
    vector.entries.map(({ tensor, shape, offset, length }) => [
      tensor,
      { shape, data: weights.slice(offset, offset + length) },
    ]),
  );

/** The tensors of a model file as a vector. */
export function fromTensors(vector: WeightVector, tensors: ReadonlyMap<string, Tensor>): Float32Array {
  const weights = new Float32Array(vector.length);
  for (const { tensor, offset } of vector.entries) weights.set((tensors.get(tensor) as Tensor).data, offset);
  return weights;
}
