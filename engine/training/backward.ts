/**
 * Reverse-mode differentiation of a graph: node by node from the end back, each layer writes the gradients of its inputs and
 * weights, values read twice sum theirs. backward-plan.ts begins at a loss, input-gradient.ts at elements of a value.
 */
import { EngineError } from '../errors.ts';
import { type Graph, type GraphNode, layerOf, type Reference, splitReference, weightsOf } from '../graph.ts';
import { backwardCalls, type Context } from '../layers/layer.ts';
import type { Lowering, Step } from '../lower.ts';
import { call, type KernelCall, type Operand, operand } from '../region.ts';
import { elementCount } from '../tensor.ts';

/** The region where a weight's gradient is left. */
export const gradientName = (tensor: string): string => `gradient of ${tensor}`;

/** dy behind a layer's clamp, from dy in front of it, in place: nobody else reads the gradient of this value. */
export const clampGradient = ({ y, epilogue: { lo, hi } }: Pick<Context<unknown>, 'y' | 'epilogue'>, dy: Operand) =>
  call('clampBackward', y, dy, dy, elementCount(y.shape), lo, hi);

/** Gradients that have arrived so far, by value. */
export class Backward {
  private readonly lowering: Lowering;
  private readonly arrived = new Map<string, Operand[]>();
  private readonly known: { has(id: string): boolean };
  private readonly wantsWeights: boolean;
  /** Values that depend on what the gradient is wanted of: only their gradients are of use. */
  private readonly useful = new Set<string>();

  /** @param of what the gradient is wanted of: all learned weights, or one input of the graph */
  constructor(graph: Graph, lowering: Lowering, of: 'weights' | { readonly input: string }) {
    this.lowering = lowering;
    this.wantsWeights = of === 'weights';
    if (of !== 'weights') this.useful.add(of.input);
    const ids = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.map(({ id }) => id)]);
    this.known = ids;
    for (const node of graph.nodes) {
      const own = this.wantsWeights && weightsOf(node, lowering.shapes).some(({ update }) => update !== 'running');
      if (own || node.inputs.some((reference) => this.useful.has(this.idOf(reference)))) this.useful.add(node.id);
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
    if (!dy || !this.useful.has(node.id)) {
      if (!this.wantsWeights) return { node, algorithm: 'backward', calls: [] };
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
        `node "${node.id}": a ${node.kind} layer has no gradient, it cannot be differentiated`,
      );
    }
    if (node.epilogue) calls.push(clampGradient(context, dy));
    const dx = node.inputs.map((reference, index) => {
      if (!this.useful.has(this.idOf(reference))) return undefined;
      const gradient = operand(
        `gradient of ${reference} by ${node.id}`,
        (context.x[index] as Operand).shape,
        'activation',
      );
      this.receive(reference, gradient);
      return gradient;
    });
    const wants = (part: string) => this.wantsWeights || !Object.hasOwn(dw, part);
    const written = backwardCalls(layer, { ...context, dy, dys: dys as Operand[], dx, dw }, wants) ?? [];
    return { node, algorithm: 'backward', calls: [...calls, ...written] };
  }

  /** All gradients of one value, summed in the order in which they came, into the first. */
  sum(reference: Reference, calls: KernelCall[]): Operand | undefined {
    const [first, ...others] = this.arrived.get(reference) ?? [];
    if (!first) return undefined;
    for (const other of others) calls.push(call('accumulate', first, other, elementCount(first.shape)));
    return first;
  }

  /** Where they go: nobody keeps them where they are not wanted. */
  private weightGradients(node: GraphNode): Readonly<Record<string, Operand>> {
    const role = this.wantsWeights ? 'gradient' : 'activation';
    return Object.fromEntries(
      weightsOf(node, this.lowering.shapes).map(({ role: of, tensor, shape }) => [
        of,
        operand(gradientName(tensor), shape, role),
      ]),
    );
  }
}
