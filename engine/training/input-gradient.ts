/**
 * The calls that differentiate a sum of elements of a graph's output by one of its inputs. Weights have no gradients here,
 * and what is computed forward is only what the way back needs.
 */
import type { Graph, GraphInput, GraphOutput } from '../graph.ts';
import type { Capabilities } from '../kernels.ts';
import { type Lowered, Lowering, type Step } from '../lower.ts';
import { regionsOf } from '../plan.ts';
import { type Operand, operand, type Region } from '../region.ts';
import { Backward } from './backward.ts';

export interface LoweredGradient extends Lowered {
  /** By input name, written by the host. */
  readonly inputs: ReadonlyMap<string, Operand>;
  /** The derivative by the output's elements, written by the host before every run. */
  readonly seed: Operand;
  readonly gradient: Operand;
}

/**
 * Lowers a graph of one output and one picture, of f32, whose layers are the same in training and at inference (passes:
 * freeze), and which depends on its first input: that is what it is differentiated by.
 * @throws EngineError `no-gradient` naming node and kind; `shape-mismatch`
 */
export function lowerInputGradient(graph: Graph, capabilities: Capabilities): LoweredGradient {
  const lowering = new Lowering(graph, { batch: 1, capabilities, training: true });
  const forward = graph.nodes.map((node) => lowering.forward(node));
  const { from } = graph.outputs[0] as GraphOutput;
  const { name } = graph.inputs[0] as GraphInput;
  const seed = operand('seed', lowering.value(from).shape, 'activation');
  const backward = new Backward(graph, lowering, { input: name });
  backward.receive(from, seed);
  const back = graph.nodes.toReversed().map((node) => backward.step(node));
  const sums: Step['calls'][number][] = [];
  const gradient = backward.sum(name, sums) as Operand;
  const inputs = new Map(graph.inputs.map((input) => [input.name, lowering.value(input.name)]));
  const last = { node: graph.nodes[0], algorithm: 'backward', calls: sums } as Step;
  const steps = [...back, ...(sums.length > 0 ? [last] : [])];
  const { packs, pinned: _, ...lowered } = lowering.result();
  const kept = [...readForward(forward, steps, lowering), ...steps].filter(({ calls }) => calls.length > 0);
  const mentioned = new Set(kept.flatMap(({ calls }) => [...regionsOf(calls)]));
  return {
    ...lowered,
    packs: packs.filter(({ region }) => mentioned.has(region)),
    pinned: new Set([...[...inputs.values()].map(({ region }) => region), seed.region, gradient.region]),
    steps: kept,
    inputs,
    seed,
    gradient,
  };
}

/** Those steps forward that leave something which a later one reads, on the way back or on the way to it. */
function readForward(forward: readonly Step[], back: readonly Step[], lowering: Lowering): readonly Step[] {
  const read = new Set<Region>(back.flatMap(({ calls }) => [...regionsOf(calls)]));
  const kept = forward.toReversed().filter(({ node, calls }) => {
    const taken = new Set(lowering.context(node).x.map(({ region }) => region));
    const all = [...regionsOf(calls)];
    if (!all.some((region) => region.role === 'activation' && !taken.has(region) && read.has(region))) return false;
    for (const region of all) read.add(region);
    return true;
  });
  return kept.toReversed();
}
