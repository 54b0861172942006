/** Inputs and weights for tests: seeded, of unit size, so that a failure can be repeated. */
import { type Graph, inferShapes, weightsOf } from '../../engine/graph.ts';
import type { Program } from '../../engine/passes/program.ts';
import { Random } from '../../engine/random.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';

/** Uniform in [lo, hi). */
export function seededData(length: number, seed: number, lo = -1, hi = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => lo + (hi - lo) * random.float());
}

export const seededInput = (shape: Shape, seed = 1): Float32Array => seededData(elementCount(shape), seed);

/** Weights for every node; variances and scales are positive. */
export function seededTensors(graph: Graph, seed = 2): Map<string, Tensor> {
  const shapes = inferShapes(graph, 1);
  const specs = graph.nodes.flatMap((node) => weightsOf(node, shapes));
  return new Map(
    specs.map(({ tensor, role, shape }, i) => {
      const isPositive = role === 'variance' || role === 'scale';
      return [
        tensor,
        { shape, data: seededData(elementCount(shape), seed + i, isPositive ? 0.5 : -1, isPositive ? 1.5 : 1) },
      ];
    }),
  );
}

export const seededProgram = (graph: Graph, seed = 2): Program => ({ graph, tensors: seededTensors(graph, seed) });
