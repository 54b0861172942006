/**
 * One thread's part of training: the plan of a pass over a shard, and its arena behind weights and gradient. A batch is cut into shards of 16 at any number of threads (MODEL §4), so shard trainers never see a batch.
 */
import type { Graph } from '../graph.ts';
import type { Kernels } from '../kernels.ts';
import type { Table } from '../layers/layer.ts';
import { alignUp } from '../memory.ts';
import { optimizeForTraining } from '../passes/index.ts';
import { bind, type Executable, execute, makePlan, type Plan, resolveCall, writeTable } from '../plan.ts';
import type { Region } from '../region.ts';
import { elementCount } from '../tensor.ts';
import { gradientName } from './backward.ts';
import { type LoweredTraining, lowerTraining } from './backward-plan.ts';
import type { Loss } from './loss.ts';
import type { VectorMemory } from './vector-memory.ts';

/** Samples that are computed together: fixed, since the order of sums depends on it. */
export const SHARD_SAMPLES = 16;

/** The vectors that a trainer works on. */
export const WEIGHTS = 'weights';
export const GRADIENT = 'gradient';

export interface Shard {
  /** Network input [samples, …]. */
  readonly input: Float32Array;
  /** What each loss wants [samples, …], in their order. */
  readonly targets: readonly Float32Array[];
  readonly samples: number;
  /** Samples of the whole batch. */
  readonly batch: number;
  /** Keys the random numbers of dropout: the run's seed, the step and the shard's number in its batch. */
  readonly seed: number;
  readonly step: number;
  readonly index: number;
}

/** What a pass over a shard of some size runs. */
export interface PreparedPass {
  readonly lowered: LoweredTraining;
  readonly plan: Plan;
  readonly pass: Executable;
  readonly packs: Executable;
  readonly tables: readonly { readonly address: number; readonly data: Table }[];
}

export class ShardTrainer {
  private readonly graph: Graph;
  private readonly memory: VectorMemory;
  private readonly prepared = new Map<string, PreparedPass>();
  private packed: Executable | undefined;
  private readonly losses: readonly Loss[];

  /** @param rewrite what is made of the graph before it runs; nodes keep their weights */
  constructor(graph: Graph, memory: VectorMemory, losses: readonly Loss[], rewrite = optimizeForTraining) {
    this.graph = rewrite(graph);
    this.memory = memory;
    this.losses = losses;
    for (const name of [WEIGHTS, GRADIENT]) memory.address(name);
  }

  /** Takes new weights: after every update of an optimiser in another memory. */
  setWeights(weights: Float32Array): void {
    this.memory.floats(WEIGHTS).set(weights);
    this.weightsChanged();
  }

  /** After every update of the weights in place. */
  weightsChanged(): void {
    this.packed = undefined;
  }

  /**
   * Forward, loss and backward. Afterwards `gradient()` is this shard's share of the batch's mean gradient.
   * @param losses receives the sum of the losses of each sample
   */
  run(shard: Shard, losses: Float32Array): void {
    const { lowered, plan, pass } = this.load(shard);
    execute(pass);
    losses.set(this.floats(plan.address(lowered.losses.region), shard.samples));
  }

  /** Puts all that a pass reads in place: packed weights, if there are new ones, input, targets and random key. */
  load(shard: Shard): PreparedPass {
    const prepared = this.prepare(shard.samples, shard.batch);
    const { lowered, plan, packs, tables } = prepared;
    // Weights are packed once an update; plans of other shard sizes pack alike, but their arenas may overlap.
    if (this.packed !== packs) {
      for (const { address, data } of tables) writeTable(this.kernels, address, data);
      execute(packs);
      this.packed = packs;
    }
    this.floats(plan.address(lowered.input.region), elementCount(lowered.input.shape)).set(shard.input);
    lowered.targets.forEach(({ region, shape }, index) => {
      this.floats(plan.address(region), elementCount(shape)).set(shard.targets[index] as Float32Array);
    });
    const key = new Uint32Array(this.kernels.memory.buffer, plan.address(lowered.randomKey), 4);
    key.set([shard.seed >>> 0, Math.floor(shard.seed / 2 ** 32), shard.step, shard.index]);
    return prepared;
  }

  /** A view of the gradient vector, laid out as the weights; valid until the next run. */
  gradient(): Float32Array {
    return this.memory.floats(GRADIENT);
  }

  private get kernels(): Kernels {
    return this.memory.kernels;
  }

  private floats(address: number, length: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, address, length);
  }

  /** The pass over a shard of so many samples, made once. */
  prepare(samples: number, batch: number): PreparedPass {
    const key = `${samples} of ${batch}`;
    const known = this.prepared.get(key);
    if (known) return known;
    const { capabilities } = this.kernels;
    const lowered = lowerTraining(this.graph, { samples, batch, capabilities, losses: this.losses });
    const residents = this.residents();
    let end = this.memory.seal();
    for (const { region } of lowered.packs) {
      residents.set(region.name, end);
      end += alignUp(region.bytes);
    }
    const plan = makePlan(lowered, residents, end);
    this.kernels.reserve(plan.endBytes);
    const address = (region: Region) => residents.get(region.name) as number;
    const tables = lowered.packs.flatMap(({ region, data }) => (data ? [{ address: address(region), data }] : []));
    const packCalls = lowered.packs.flatMap(({ calls }) => calls.map((packCall) => resolveCall(packCall, address)));
    const [pass, packs] = [bind(plan.calls, this.kernels), bind(packCalls, this.kernels)];
    const prepared = { lowered, plan, pass, packs, tables };
    this.prepared.set(key, prepared);
    return prepared;
  }

  /** Addresses of weights and gradients: the two vectors, entry by entry. */
  private residents(): Map<string, number> {
    const [weights, gradient] = [this.memory.address(WEIGHTS), this.memory.address(GRADIENT)];
    return new Map(
      this.memory.vector.entries.flatMap(({ tensor, offset }): [string, number][] => [
        [tensor, weights + 4 * offset],
        [gradientName(tensor), gradient + 4 * offset],
      ]),
    );
  }
}
