/**
 * Losses: what a network's outputs should say, and how far off they are. A kind of loss is an entry in the registry below
 * (the arithmetic is in assembly/backward); a training makes the sum of a list of them small.
 */
import { EngineError } from '../errors.ts';
import type { Graph, GraphOutput } from '../graph.ts';
import { call, type KernelCall, type Operand } from '../region.ts';
import { formatShape } from '../tensor.ts';

/** Softmax and cross-entropy of an output of logits [N, classes] and the probabilities wanted. */
export interface CrossEntropy {
  readonly kind: 'crossEntropy';
  /** The graph output's name. */
  readonly output: string;
}

/** weight · Σ |output − wanted|, a parabola where the difference is below beta; of an output [N, values]. */
export interface SmoothL1 {
  readonly kind: 'smoothL1';
  readonly output: string;
  readonly weight: number;
  /** Above 0. */
  readonly beta: number;
}

export type Loss = CrossEntropy | SmoothL1;

/** Where a loss works; outputs, targets and gradient [N, values], losses [N]. */
interface LossOperands {
  readonly output: Operand;
  readonly targets: Operand;
  readonly gradient: Operand;
  readonly losses: Operand;
  /** On the gradient: one over the samples of the batch. */
  readonly scale: number;
}

type Definition<L extends Loss> = (loss: L, operands: LossOperands, samples: number, values: number) => KernelCall;

const losses: { readonly [L in Loss as L['kind']]: Definition<L> } = {
  crossEntropy: (_, { output, targets, gradient, losses, scale }, samples, classes) =>
    call('softmaxCrossEntropy', output, targets, gradient, losses, samples, classes, scale),
  smoothL1: ({ weight, beta }, { output, targets, gradient, losses, scale }, samples, values) =>
    call('smoothL1', output, targets, gradient, losses, samples, values, beta, weight, scale),
};

/** @throws EngineError `invalid-input` where the graph has no such output */
export function outputOfLoss(graph: Graph, { kind, output }: Loss): GraphOutput {
  const found = graph.outputs.find(({ name }) => name === output);
  if (found) return found;
  const known = graph.outputs.map(({ name }) => name).join(', ');
  throw new EngineError('invalid-input', `a loss ${kind} is for the output "${output}", the graph has ${known}`);
}

/**
 * Loss per sample and gradient of an output.
 * @throws EngineError `shape-mismatch` where the output is not [N, values]
 */
export function lossCall(loss: Loss, operands: LossOperands): KernelCall {
  const { shape } = operands.output;
  const [samples, values] = shape;
  if (shape.length !== 2 || samples === undefined || values === undefined) {
    const wanted = loss.kind === 'crossEntropy' ? 'logits [N,classes]' : 'an output [N,values]';
    throw new EngineError(
      'shape-mismatch',
      `training needs ${wanted}, the output "${loss.output}" is ${formatShape(shape)}`,
    );
  }
  return (losses[loss.kind] as Definition<Loss>)(loss, operands, samples, values);
}

/**
 * Writes one-hot targets [samples, classes], smoothed: the right class gets 1 − ε + ε/classes, every other ε/classes
 * (Szegedy et al. 2016).
 * @param smoothing ε in 0…1
 */
export function classTargets(
  classes: ArrayLike<number>,
  classCount: number,
  smoothing: number,
  targets: Float32Array,
): void {
  targets.fill(smoothing / classCount);
  for (let i = 0; i < classes.length; i++) {
    targets[i * classCount + (classes[i] as number)] = 1 - smoothing + smoothing / classCount;
  }
}
