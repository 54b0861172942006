/** The calls of one training pass over a shard: forward, loss, backward. */
import { EngineError } from '../errors.ts';
import type { Graph, GraphNode } from '../graph.ts';
import type { Capabilities } from '../kernels.ts';
import { type Lowered, Lowering } from '../lower.ts';
import { call, type Operand, operand, type Region } from '../region.ts';
import { Backward } from './backward.ts';
import { type Loss, lossCall, outputOfLoss } from './loss.ts';

export interface LoweredTraining extends Lowered {
  readonly input: Operand;
  /** What each loss wants, in their order: written by the host. */
  readonly targets: readonly Operand[];
  /** Sum of the losses per sample. */
  readonly losses: Operand;
  readonly randomKey: Region;
}

export interface TrainingOptions {
  /** Samples of the shard. */
  readonly samples: number;
  /** Samples of the batch that the shard is part of: the loss is their mean. */
  readonly batch: number;
  readonly capabilities: Capabilities;
  /** At least one; their sum is made small. */
  readonly losses: readonly Loss[];
}

/**
 * Lowers forward, losses and backward of a graph with one input.
 * @throws EngineError `no-gradient` naming node and kind, or where the graph is one of eight bits; `shape-mismatch` where an
 *   output is not what its loss is for
 */
export function lowerTraining(
  graph: Graph,
  { samples, batch, capabilities, losses: list }: TrainingOptions,
): LoweredTraining {
  if (graph.quantization) {
    throw new EngineError('no-gradient', 'a graph of eight bits has no gradient: train it in f32, quantize it then');
  }
  const lowering = new Lowering(graph, { batch: samples, capabilities, training: true });
  const forward = graph.nodes.map((node) => lowering.forward(node));
  const backward = new Backward(graph, lowering, 'weights');
  const losses = operand('losses', [samples], 'activation');
  const lowered = list.map((loss, index) => {
    const { from } = outputOfLoss(graph, loss);
    const output = lowering.value(from);
    const gradient = operand(`gradient of ${from} by its loss`, output.shape, 'activation');
    const targets = operand(`targets ${index}`, output.shape, 'activation');
    const own = index === 0 ? losses : operand(`losses ${index}`, [samples], 'activation');
    backward.receive(from, gradient);
    const calls = [lossCall(loss, { output, targets, gradient, losses: own, scale: 1 / batch })];
    if (own !== losses) calls.push(call('accumulate', losses, own, samples));
    return { output, targets, calls };
  });
  const lossNode = graph.nodes.at(-1) as GraphNode;
  const steps = [
    ...forward,
    { node: lossNode, algorithm: 'loss', calls: lowered.flatMap(({ calls }) => calls) },
    ...[...graph.nodes].reverse().map((node) => backward.step(node)),
  ];
  const input = lowering.value((graph.inputs[0] as Graph['inputs'][number]).name);
  const result = lowering.result();
  const { randomKey } = lowering;
  const targets = lowered.map((loss) => loss.targets);
  const kept = [...targets, ...lowered.map(({ output }) => output), losses].map(({ region }) => region);
  return {
    ...result,
    pinned: new Set([...result.pinned, ...kept, randomKey]),
    steps: steps.filter(({ calls }) => calls.length > 0),
    input,
    targets,
    losses,
    randomKey,
  };
}
