/** The passes, in the order in which they run. */

import type { Graph } from '../graph.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { freeze } from './freeze.ts';
import { fuseActivation, fuseTrainedActivation } from './fuse-activation.ts';
import { fuseMaxPool } from './fuse-max-pool.ts';
import { fuseResidualAdd } from './fuse-residual-add.ts';
import { mergePadding } from './merge-padding.ts';
import type { Pass, Program } from './program.ts';

export type { Pass, Program };

/** A residual is added before the clamp that follows it is fused, since the epilogue clamps last. */
export const passes: readonly Pass[] = [mergePadding, foldBatchNorm, fuseResidualAdd, fuseActivation];

const runAll = (all: readonly Pass[], program: Program): Program =>
  all.reduce((current, pass) => pass.run(current), program);

/** What inference runs: the same function, fewer and larger steps. */
export const optimize = (program: Program): Program => runAll(passes, program);

/** The same of a graph whose weights are not at hand: batch norms stay. */
export const optimizeGraph = (graph: Graph): Graph =>
  runAll(
    passes.filter((pass) => pass !== foldBatchNorm),
    { graph, tensors: new Map() },
  ).graph;

/** What quantisation starts from: all that changes weights is done, and what is left counts as written. */
export function optimizeWeights(program: Program): Program {
  const { graph, tensors } = runAll([mergePadding, foldBatchNorm], program);
  return { graph: { ...graph, nodes: graph.nodes.map(({ computes: _, ...node }) => node) }, tensors };
}

/** Those of training, where weights stay as they are and gradients have to find their way back. */
const trainingPasses: readonly Pass[] = [mergePadding, fuseTrainedActivation, fuseMaxPool];

/** What training runs. Nodes that remain keep their ids, weights and values. */
export const optimizeForTraining = (graph: Graph): Graph => runAll(trainingPasses, { graph, tensors: new Map() }).graph;

/** A frozen network that is to be differentiated: the function of inference, in what training has gradients of. */
export const optimizeForGradient = (program: Program): Program =>
  runAll([foldBatchNorm, freeze, ...trainingPasses], program);
