/**
 * Our graph after our passes, in the shape in which the comparison's TensorFlow.js reads it: plain data, so that its
 * process does not load our engine.
 */
import { inferShapes, weightsOf } from '../../engine/graph.ts';
import type { LayerKind } from '../../engine/layers/index.ts';
import type { Model } from '../../engine/model-file.ts';
import { optimize } from '../../engine/passes/index.ts';
import { elementCount, type Shape, type Tensor } from '../../engine/tensor.ts';

export type Activation = 'linear' | 'relu' | 'relu6';

export interface FusedNode {
  readonly id: string;
  readonly kind: LayerKind;
  readonly inputs: readonly string[];
  /** What our schema made of the attributes. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own
  readonly attributes: any;
  /** y = activation(y + residual) */
  readonly activation: Activation;
  readonly residual?: string;
  /** Role → shape and place among all weights. */
  readonly weights: Readonly<Record<string, { readonly shape: Shape; readonly offset: number }>>;
}

export interface FusedGraph {
  readonly input: string;
  readonly output: string;
  readonly nodes: readonly FusedNode[];
}

/** @throws Error for a clamp that is no rectifier: TensorFlow.js has no operation for it */
export function fuse(model: Model): { readonly graph: FusedGraph; readonly weights: Float32Array } {
  const { graph, tensors } = optimize(model);
  const shapes = inferShapes(graph, 1);
  const parts: Tensor[] = [];
  let offset = 0;
  const place = (name: string) => {
    const tensor = tensors.get(name) as Tensor;
    parts.push(tensor);
    offset += elementCount(tensor.shape);
    return { shape: tensor.shape, offset: offset - elementCount(tensor.shape) };
  };
  const nodes = graph.nodes.map((node): FusedNode => {
    const { id, kind, inputs, attributes, epilogue } = node;
    const weights = Object.fromEntries(weightsOf(node, shapes).map(({ role, tensor }) => [role, place(tensor)]));
    const residual = epilogue?.residual;
    const activation = activationOf(id, epilogue?.lo ?? -Infinity, epilogue?.hi ?? Infinity);
    return { id, kind, inputs, attributes, activation, ...(residual !== undefined && { residual }), weights };
  });
  const weights = new Float32Array(offset);
  let position = 0;
  for (const { data } of parts) {
    weights.set(data, position);
    position += data.length;
  }
  const [input, output] = [graph.inputs[0]?.name as string, graph.outputs[0]?.from as string];
  return { graph: { input, output, nodes }, weights };
}

function activationOf(id: string, lo: number, hi: number): Activation {
  if (lo === -Infinity && hi === Infinity) return 'linear';
  if (lo === 0 && hi === Infinity) return 'relu';
  if (lo === 0 && hi === 6) return 'relu6';
  throw new Error(`node "${id}": TensorFlow.js has no clamp to ${lo}…${hi} within an operation`);
}
