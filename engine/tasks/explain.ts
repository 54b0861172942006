/**
 * Why a model says what it says: Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via
 * Gradient-based Localization", 2017), and the value of any layer. The model runs as it does for an answer, eight bits
 * included; only what lies between the layer and the class's logit is differentiated, in f32.
 */
import { EngineError } from '../errors.ts';
import {
  type Graph,
  type GraphNode,
  type GraphOutput,
  inferShapes,
  layerOf,
  type Reference,
  type Shapes,
} from '../graph.ts';
import type { Image } from '../image/image.ts';
import { pictureInput } from '../image/picture-input.ts';
import { preprocess } from '../image/preprocess.ts';
import { excerpt } from '../json.ts';
import type { KernelSource } from '../kernels.ts';
import type { Model } from '../model-file.ts';
import { Session, type SessionOptions } from '../session.ts';
import { type Elements, headOf, tailOf, traced } from '../tail.ts';
import { formatShape, type Shape, type Tensor } from '../tensor.ts';
import { GradientSession } from '../training/gradient-session.ts';
import type { Predictor } from './predictor.ts';
import type { Target } from './target.ts';

export interface ExplainOptions {
  /** A label or an index, as a number or in decimal; the best class, unless it is said. */
  readonly class?: string | number | undefined;
  /** A node's id; the last convolution, unless it is said (docs/explain.md). It is seen behind its activation. */
  readonly layer?: string | undefined;
}

export interface Explanation {
  /** Index of the class. */
  readonly class: number;
  readonly label: string;
  /** 0–1, as the task gives it. */
  readonly score: number;
  readonly layer: string;
  /** Rows and columns of the layer's map, which covers the model's input. */
  readonly shape: readonly [height: number, width: number];
  /** [h,w], 0–1: how much each place speaks for the class. The largest is 1, unless nothing speaks for it. */
  readonly data: Float32Array;
}

export interface FeatureMaps {
  readonly layer: string;
  readonly kind: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly data: Float32Array;
}

type Limits = Pick<SessionOptions, 'maxBytes'>;

/** What is kept for the next picture with the same question. */
interface Prepared {
  readonly key: string;
  readonly head: Session;
  readonly tail: GradientSession;
  /** Values that the tail reads, the layer's own first. */
  readonly values: readonly string[];
}

export class Explainer {
  private readonly predictor: Predictor;
  private readonly kernels: KernelSource;
  private readonly maxBytes: number;
  private readonly shapes: Shapes;
  private prepared: Prepared | undefined;

  /**
   * @param kernels the training build
   * @param limits bytes that an explanation may take beside the predictor's own
   */
  constructor(predictor: Predictor, kernels: KernelSource, { maxBytes = Number.POSITIVE_INFINITY }: Limits = {}) {
    this.predictor = predictor;
    this.kernels = kernels;
    this.maxBytes = maxBytes;
    this.shapes = inferShapes(predictor.model.graph, 1);
  }

  /** Bytes of memory that the last explanation took beside the predictor's own. */
  get bytes(): number {
    return this.prepared ? this.prepared.head.plan(1).endBytes + this.prepared.tail.bytes : 0;
  }

  /**
   * Which places of a picture speak for a class.
   * @throws EngineError `unknown-layer`; `invalid-input` for an unknown class, a layer without a map or that the class does
   *   not depend on, a task without classes; `no-gradient`; `limit-exceeded`
   */
  explain(image: Image, { class: choice, layer }: ExplainOptions = {}): Explanation {
    const { predictor } = this;
    const input = predictor.prepare(image);
    const target = predictor.target(predictor.run(input), choice);
    const logits = this.logitsOf(target);
    const node = layer === undefined ? this.lastFeatureMap(logits) : mapNode(predictor.model, this.shapes, layer);
    const [height, width, channels] = mapShape(this.shapes, node);
    const seen = withActivation(predictor.model.graph, node, logits.reference).id;
    const { head, tail, values } = this.prepare(seen, logits);
    const read = head.run({ [(predictor.model.graph.inputs[0] as { name: string }).name]: input });
    const inputs = Object.fromEntries(values.map((name) => [name, (read[name] as Tensor).data]));
    const gradient = tail.run(inputs, logits.indices);
    const { class: index, label, score, isOfOnePlace } = target;
    const data = classMap(inputs[seen] as Float32Array, gradient, channels, isOfOnePlace);
    return {
      class: index,
      label,
      score: Number.isFinite(score) ? score : 0,
      layer: node.id,
      shape: [height, width],
      data,
    };
  }

  /** Where the numbers were made that an output has of a class. */
  private logitsOf({ output, elements, isScores }: Target): Elements {
    const { graph } = this.predictor.model;
    const { from } = graph.outputs.find(({ name }) => name === output) as GraphOutput;
    return traced(graph, this.shapes, { reference: from, indices: elements }, isScores);
  }

  /**
   * The last convolution in the graph's order that a class depends on, whose map has more than one place. Where a task is to say where something is, not the convolution that the class's logits come out of.
   */
  private lastFeatureMap({ reference }: Elements): GraphNode {
    const { graph, card } = this.predictor.model;
    const own = card.task?.kind === 'classify' ? undefined : behindAffine(graph.nodes, reference);
    const found = headOf(graph, [reference]).nodes.findLast(
      (node) => layerOf(node).featureMap && node.id !== own && isMap(this.shapes.of(node.id)),
    );
    if (found) return found;
    throw new EngineError('invalid-input', 'no convolution with more than one place leads to the class: name a layer');
  }

  private prepare(layer: string, { reference }: Elements): Prepared {
    const key = `${layer} → ${reference}`;
    if (this.prepared?.key === key) return this.prepared;
    this.prepared = undefined;
    const { graph, tensors } = this.predictor.model;
    const behind = tailOf(graph, layer, reference);
    if (!behind) {
      throw new EngineError('invalid-input', `the class does not depend on the layer ${excerpt(layer)}`);
    }
    const tail = new GradientSession({ graph: behind, tensors }, this.kernels, this.maxBytes);
    const values = behind.inputs.map(({ name }) => name);
    const limits = { maxBytes: this.maxBytes - tail.bytes };
    const head = new Session({ graph: headOf(graph, values), tensors }, this.kernels, limits);
    this.prepared = { key, head, tail, values };
    return this.prepared;
  }
}

/**
 * A node's value [1,H,W,C] for a picture, as the file's graph has it: before anything is fused.
 * @throws EngineError `unknown-layer`; `invalid-input` where it is no such value; `limit-exceeded`
 */
export function activations(
  { card, graph, tensors }: Model,
  kernels: KernelSource,
  image: Image,
  layer: string,
  limits: Limits = {},
): FeatureMaps {
  if (!card.preprocess) {
    throw new EngineError('invalid-input', 'the model file has no "preprocess": it cannot be asked about a picture');
  }
  const node = mapNode({ graph }, inferShapes(graph, 1), layer);
  const input = pictureInput(graph, card.preprocess);
  const session = new Session({ graph: headOf(graph, [layer]), tensors }, kernels, limits);
  const values = session.run({ [input.name]: input.arrange(preprocess(image, card.preprocess)) });
  const { shape, data } = values[layer] as Tensor;
  return { layer, kind: node.kind, shape: shape.slice(1) as [number, number, number], data };
}

/** The node of an id, which has a map. */
function mapNode({ graph }: Pick<Model, 'graph'>, shapes: Shapes, layer: string): GraphNode {
  const node = graph.nodes.find(({ id }) => id === layer);
  if (!node) {
    throw new EngineError(
      'unknown-layer',
      `there is no layer ${excerpt(layer)} among the ${graph.nodes.length} of the model`,
    );
  }
  mapShape(shapes, node);
  return node;
}

/** Rows, columns and channels of a node's value. @throws EngineError `invalid-input` where it is no [1,H,W,C] */
function mapShape(shapes: Shapes, { id }: GraphNode): [height: number, width: number, channels: number] {
  const shape = shapes.of(id);
  if (shape.length !== 4 || shape[0] !== 1 || shape.includes(0)) {
    throw new EngineError(
      'invalid-input',
      `the layer ${excerpt(id)}: expected a value [1,H,W,C], it is ${formatShape(shape)}`,
    );
  }
  return shape.slice(1) as [number, number, number];
}

const isMap = (shape: Shape): boolean => shape.length === 4 && (shape[1] as number) * (shape[2] as number) > 1;

/**
 * The last of the nodes behind one that change each of its numbers by themselves and that alone read it, up to a value:
 * negative sums that a relu takes away would speak for a class that they do not reach.
 */
function withActivation(graph: Graph, node: GraphNode, end: Reference): GraphNode {
  const { nodes, outputs } = graph;
  if (node.id === end || outputs.some(({ from }) => from === node.id)) return node;
  const [reader, ...others] = nodes.filter(({ inputs }) => inputs.includes(node.id));
  if (!reader || others.length > 0 || reader.inputs.length > 1) return node;
  const { inPlace, scores } = layerOf(reader);
  return inPlace && !scores ? withActivation(graph, reader, end) : node;
}

/** The node that a value comes from, seen through what only scales and shifts it. */
function behindAffine(nodes: readonly GraphNode[], reference: Reference): Reference {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isConstant = (input: Reference) => layerOf(byId.get(input) as GraphNode).constant === true;
  const node = byId.get(reference);
  if (!node) return reference;
  const { affine, residualAdd } = layerOf(node);
  const varying = node.inputs.filter((input) => !(byId.has(input) && isConstant(input)));
  if (!(affine || residualAdd) || varying.length !== 1) return reference;
  return behindAffine(nodes, varying[0] as Reference);
}

/**
 * Grad-CAM: every channel of the layer weighs as much as its gradient is on average, and what is positive of the sum stays.
 * Of a logit that is one place's own, the gradients stay where they are (HiResCAM: Draelos and Carin, "Use HiResCAM instead
 * of Grad-CAM for faithful explanations of convolutional neural networks", 2020): averaged, they would mark whatever looks
 * alike elsewhere. Sums in f64, channel by channel, so that the same numbers come out everywhere.
 * @param activation [H·W,C], as `gradient` is
 * @returns [H·W], its largest value 1, or all of it 0
 */
export function classMap(
  activation: Float32Array,
  gradient: Float32Array,
  channels: number,
  isOfOnePlace = false,
): Float32Array {
  const places = activation.length / channels;
  const means = new Float64Array(channels);
  for (let i = 0; i < gradient.length; i++) means[i % channels]! += gradient[i]! / places;
  const map = new Float64Array(places);
  let most = 0;
  for (let place = 0; place < places; place++) {
    const first = place * channels;
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const weight = isOfOnePlace ? gradient[first + channel]! : means[channel]!;
      sum += weight * activation[first + channel]!;
    }
    map[place] = sum > 0 ? sum : 0; // of no number nothing is left
    most = Math.max(most, map[place]!);
  }
  return Float32Array.from(map, (value) => (most > 0 ? value / most : 0));
}
