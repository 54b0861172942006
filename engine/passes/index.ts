/** The passes, in the order in which they run. */

import type { Graph } from '../graph.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { fuseActivation, fuseTrainedActivation } from './fuse-activation.ts';
import { fuseMaxPool } from './fuse-max-pool.ts';
import { fuseResidualAdd } from './fuse-residual-add.ts';
import { mergePadding } from './merge-padding.ts';
import type { Pass, Program } from './program.ts';

export type { Pass, Program };

/** A residual is added before the clamp that follows it is fused, since the epilogue clamps last. */
export const passes: readonly Pass[] = [mergePadding, foldBatchNorm, fuseResidualAdd, fuseActivation];

/** What inference runs: the same function, fewer and larger steps. */
export const optimize = (program: Program): Program => passes.reduce((current, pass) => pass.run(current), program);

/** Those of training, where weights stay as they are and gradients have to find their way back. */
const trainingPasses: readonly Pass[] = [mergePadding, fuseTrainedActivation, fuseMaxPool];

/** What training runs. Nodes that remain keep their ids, weights and values. */
export const optimizeForTraining = (graph: Graph): Graph =>
  trainingPasses.reduce((program: Program, pass) => pass.run(program), { graph, tensors: new Map() }).graph;
