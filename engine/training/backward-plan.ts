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
import { elementCount } from '../tensor.ts';
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

/** The region where a weight's gradient is left. */
export const gradientName = (tensor: string): string => `gradient of ${tensor}`;

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
  const backward = new Backward(graph, lowering);
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
