/** The calls of one training pass over a shard: forward, loss, backward. */
import { EngineError } from '../errors.ts';
import type { Graph, GraphNode, Reference } from '../graph.ts';
import type { Capabilities } from '../kernels.ts';
import { type Lowered, Lowering } from '../lower.ts';
import { call, type Operand, operand, type Region } from '../region.ts';
import { formatShape } from '../tensor.ts';
import { Backward } from './backward.ts';

export interface LoweredTraining extends Lowered {
  readonly input: Operand;
  readonly logits: Operand;
  /** Probabilities wanted [samples, classes], written by the host. */
  readonly targets: Operand;
  /** Cross-entropy per sample. */
  readonly losses: Operand;
  readonly randomKey: Region;
}

export interface TrainingOptions {
  /** Samples of the shard. */
  readonly samples: number;
  /** Samples of the batch that the shard is part of: the loss is their mean. */
  readonly batch: number;
  readonly capabilities: Capabilities;
}

/**
 * Lowers forward, loss and backward of a graph with one input and one output of logits [N, classes].
 * @throws EngineError `no-gradient` naming node and kind, or where the graph is one of eight bits; `shape-mismatch` where the output is no [N, classes]
 */
export function lowerTraining(graph: Graph, { samples, batch, capabilities }: TrainingOptions): LoweredTraining {
  if (graph.quantization) {
    throw new EngineError('no-gradient', 'a graph of eight bits has no gradient: train it in f32, quantize it then');
  }
  const lowering = new Lowering(graph, { batch: samples, capabilities, training: true });
  const forward = graph.nodes.map((node) => lowering.forward(node));
  const output = graph.outputs[0]?.from as Reference;
  const logits = lowering.value(output);
  if (logits.shape.length !== 2) {
    throw new EngineError(
      'shape-mismatch',
      `training needs logits [N,classes], the output is ${formatShape(logits.shape)}`,
    );
  }
  const targets = operand('targets', logits.shape, 'activation');
  const losses = operand('losses', [samples], 'activation');
  const logitsGradient = operand('gradient of the logits', logits.shape, 'activation');
  const lossNode = graph.nodes.at(-1) as GraphNode;
  const [n, classes] = logits.shape as [number, number];
  const loss = call('softmaxCrossEntropy', logits, targets, logitsGradient, losses, n, classes, 1 / batch);
  const backward = new Backward(graph, lowering, 'weights');
  backward.receive(output, logitsGradient);
  const steps = [
    ...forward,
    { node: lossNode, algorithm: 'loss', calls: [loss] },
    ...[...graph.nodes].reverse().map((node) => backward.step(node)),
  ];
  const input = lowering.value((graph.inputs[0] as Graph['inputs'][number]).name);
  const lowered = lowering.result();
  const pinned = new Set([...lowered.pinned, targets.region, losses.region, logits.region, lowering.randomKey]);
  const { randomKey } = lowering;
  return {
    ...lowered,
    pinned,
    steps: steps.filter(({ calls }) => calls.length > 0),
    input,
    logits,
    targets,
    losses,
    randomKey,
  };
}
