/**
 * The calls of one training pass over a shard: forward, loss, backward. Reverse-mode differentiation of the graph: node
 * by node from the loss back, each layer writes the gradients of its inputs and weights, values read twice sum theirs.
 */
import { EngineError } from '../errors.ts';
import { type Graph, type GraphNode, layerOf, type Reference, splitReference, weightsOf } from '../graph.ts';
import type { Capabilities } from '../kernels.ts';
import { backwardCalls, type Context } from '../layers/layer.ts';
import { type Lowered, Lowering, type Step } from '../lower.ts';
import { call, type KernelCall, type Operand, operand, type Region } from '../region.ts';
import { elementCount, formatShape } from '../tensor.ts';

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

/** The region where a weight's gradient is left. */
export const gradientName = (tensor: string): string => `gradient of ${tensor}`;

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
  const backward = new Backward(graph, lowering);
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

/** dy behind a layer's clamp, from dy in front of it, in place: nobody else reads the gradient of this value. */
export const clampGradient = ({ y, epilogue: { lo, hi } }: Pick<Context<unknown>, 'y' | 'epilogue'>, dy: Operand) =>
  call('clampBackward', y, dy, dy, elementCount(y.shape), lo, hi);

/** Gradients that have arrived so far, by value. */
class Backward {
  private readonly lowering: Lowering;
  private readonly arrived = new Map<string, Operand[]>();
  private readonly known: { has(id: string): boolean };
  /** Values that depend on a learned weight: only their gradients are of use. */
  private readonly learned = new Set<string>();

  constructor(graph: Graph, lowering: Lowering) {
    this.lowering = lowering;
    const ids = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.map(({ id }) => id)]);
    this.known = ids;
    for (const node of graph.nodes) {
      const own = weightsOf(node, lowering.shapes).some(({ update }) => update !== 'running');
      if (own || node.inputs.some((reference) => this.learned.has(this.idOf(reference)))) this.learned.add(node.id);
    }
  }

  private idOf(reference: Reference): string {
    return splitReference(reference, this.known)[0];
  }

  receive(reference: Reference, gradient: Operand): void {
    const list = this.arrived.get(reference);
    if (list) list.push(gradient);
    else this.arrived.set(reference, [gradient]);
  }

  step(node: GraphNode): Step {
    const layer = layerOf(node);
    const context = this.lowering.context(node);
    const calls: KernelCall[] = [];
    const dys = context.ys.map((_, index) => this.sum(index === 0 ? node.id : `${node.id}:${index}`, calls));
    const dy = dys[0];
    const dw = this.weightGradients(node);
    if (!dy || !this.learned.has(node.id)) {
      // Nothing here learns: the loss does not depend on the weights, and running statistics stay as they are.
      for (const { role, update } of weightsOf(node, this.lowering.shapes)) {
        const gradient = dw[role] as Operand;
        const { bytes } = gradient.region;
        const weight = context.w[role] as Operand;
        calls.push(
          update === 'running' ? call('copyBytes', gradient, weight, bytes) : call('fillZero', gradient, bytes),
        );
      }
      return { node, algorithm: 'backward', calls };
    }
    if (layer.view) {
      const shape = (context.x[0] as Operand).shape;
      this.receive(node.inputs[0] as Reference, { shape, region: dy.region });
      return { node, algorithm: 'backward', calls };
    }
    if (!layer.backward && !layer.gradients) {
      throw new EngineError(
        'no-gradient',
        `node "${node.id}": a ${node.kind} layer has no gradient, it cannot be trained through`,
      );
    }
    if (node.epilogue) calls.push(clampGradient(context, dy));
    const dx = node.inputs.map((reference, index) => {
      if (!this.learned.has(this.idOf(reference))) return undefined;
      const gradient = operand(
        `gradient of ${reference} by ${node.id}`,
        (context.x[index] as Operand).shape,
        'activation',
      );
      this.receive(reference, gradient);
      return gradient;
    });
    const written = backwardCalls(layer, { ...context, dy, dys: dys as Operand[], dx, dw }) ?? [];
    return { node, algorithm: 'backward', calls: [...calls, ...written] };
  }

  /** All gradients of one value, summed in the order in which they came, into the first. */
  private sum(reference: Reference, calls: KernelCall[]): Operand | undefined {
    const [first, ...others] = this.arrived.get(reference) ?? [];
    if (!first) return undefined;
    for (const other of others) calls.push(call('accumulate', first, other, elementCount(first.shape)));
    return first;
  }

  private weightGradients(node: GraphNode): Readonly<Record<string, Operand>> {
    return Object.fromEntries(
      weightsOf(node, this.lowering.shapes).map(({ role, tensor, shape }) => [
        role,
        operand(gradientName(tensor), shape, 'gradient'),
      ]),
    );
  }
}
