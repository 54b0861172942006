/** A layer's calls by the algorithms that a test names; what it does not name is done by the cheapest. */
import { type Algorithm, type BackwardContext, type Context, cheapest, type Layer } from '../../engine/layers/layer.ts';
import type { KernelCall } from '../../engine/region.ts';

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Inference. */
export function forwardCalls(layer: Layer, context: Context<unknown>, name?: string): readonly KernelCall[] {
  if (layer.forward) return list(layer.forward(context));
  return list(named(layer.algorithms?.(context) ?? [], name).calls());
}

/** What training has, where it has others than inference. */
export const trainingAlgorithms = (layer: Layer, context: Context<unknown>): readonly Algorithm[] | undefined =>
  (layer.trainingAlgorithms ?? layer.algorithms)?.(context);

/** Training's forward. */
export function trainingCalls(layer: Layer, context: Context<unknown>, name?: string): readonly KernelCall[] {
  if (layer.forwardTraining) return list(layer.forwardTraining(context));
  if (layer.forward) return list(layer.forward(context));
  return list(named(trainingAlgorithms(layer, context) ?? [], name).calls());
}

/** @param names of algorithms by the gradients that they compute */
export function gradientCalls(
  layer: Layer,
  context: BackwardContext<unknown>,
  names: Readonly<Record<string, string>>,
): readonly KernelCall[] {
  if (layer.backward) return list(layer.backward(context));
  const gradients = layer.gradients?.(context) ?? [];
  if (gradients.length === 0) throw new Error('this layer has no gradient');
  return gradients.flatMap(({ of, algorithms }) => list(named(algorithms, names[of]).calls()));
}

function named(algorithms: readonly Algorithm[], name?: string): Algorithm {
  if (name === undefined) return cheapest(algorithms);
  const chosen = algorithms.find((algorithm) => algorithm.name === name);
  if (!chosen) throw new Error(`no algorithm ${name}`);
  return chosen;
}
