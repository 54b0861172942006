/** The graph under construction: nodes of ours with their weights, and values brought into the order that a layer wants. */

import { EngineError } from '../../errors.ts';
import { type GraphDocument, graphLimits, type Reference } from '../../graph.ts';
import { parseWith } from '../../json.ts';
import { type LayerKind, layers } from '../../layers/index.ts';
import type { Layer } from '../../layers/layer.ts';
import { MAX_RANK } from '../../layers/shape-attribute.ts';
import type { Quantization } from '../../quantization/quantization.ts';
import { elementCount, formatShape, type Shape, sameShape, type Tensor } from '../../tensor.ts';
import {
  channelsLast,
  conforms,
  identity,
  type Layout,
  layoutOf,
  permute,
  permuteData,
  rearrangement,
  sameOrder,
  shapeOf,
  stages,
  wholeAxes,
} from './layout.ts';
import { onnxLimits } from './limits.ts';
import { Names } from './names.ts';
import { checkCounts, neededNodes } from './nodes.ts';
import { arrangedFilter } from './permuted.ts';
import type { Constant } from './tensor.ts';
import { UnsupportedModel } from './unsupported.ts';
import { insertAxis, isConstant, type Placed, type RunTime, type Value, valueShape } from './value.ts';
import { Weights } from './weights.ts';

type NodeDocument = GraphDocument['nodes'][number];

/** Longest id of a node that is taken over from ONNX; longer ones are cut. */
const ID_LENGTH = 150;

export class GraphBuilder {
  readonly nodes: NodeDocument[] = [];
  /** Names of each node's weights. */
  private readonly weightsOf = new Map<NodeDocument, readonly string[]>();
  private readonly weights = new Weights();
  private readonly names: Names;
  /** Nodes that only look at a value in another way, made once: by what they make of which value. */
  private readonly views = new Map<string, Placed>();
  private readonly spent = { foldedElements: 0, weightElements: 0 };
  /** Where the axes of a value of this rank are that the engine wants: channels at the end. */
  private readonly imageOrder: (rank: number) => readonly number[];
  private base = 'node';
  private seesImage: (axes: Layout['axes']) => void = () => {};

  /** @param channelsAt how the model numbers an image's axes */
  constructor(inputNames: readonly string[], channelsAt: 'first' | 'last' = 'first') {
    this.names = new Names(inputNames);
    this.imageOrder = channelsAt === 'first' ? channelsLast : identity;
  }

  /** The nodes that these outputs need, and their weights by name: a part of a Split may be read by nobody. */
  finish(outputs: readonly Reference[]) {
    const nodes = neededNodes(this.nodes, outputs);
    const names = new Set(nodes.flatMap((node) => this.weightsOf.get(node) as readonly string[]));
    return { nodes, tensors: new Map([...this.weights.tensors].filter(([name]) => names.has(name))) };
  }

  /** Nodes are named after this ONNX node from now on. */
  startNode(name: string): void {
    this.base = name.slice(0, ID_LENGTH);
  }

  /** Calls back with the axes of every value that is taken for an image [N,C,H,W]. */
  onImage(listener: (axes: Layout['axes']) => void): void {
    this.seesImage = listener;
  }

  /**
   * Counts elements that are about to be computed at import.
   * @param limit which of the limits it counts against
   * @throws EngineError `limit-exceeded`
   */
  spend(elements: number, limit: keyof GraphBuilder['spent'] = 'foldedElements'): void {
    this.spent[limit] += elements;
    if (this.spent[limit] <= onnxLimits[limit]) return;
    throw new EngineError(
      'limit-exceeded',
      `at import ${this.spent[limit]} elements are to be computed up to here, at most ${onnxLimits[limit]} are`,
    );
  }

  /**
   * Appends a node; its shapes are inferred, and its weights compared with what the layer calls for.
   * @throws EngineError `shape-mismatch`, `invalid-model`, `limit-exceeded` with a sentence that does not name the node
   */
  add(
    kind: LayerKind,
    inputs: readonly Placed[],
    attributes: object = {},
    weights: Readonly<Record<string, Tensor>> = {},
    name = this.base,
  ): Placed {
    const layer: Layer = layers[kind];
    checkCounts(kind, layer, inputs.length, this.nodes.length);
    const parsed = parseWith(layer.attributes, attributes, 'invalid-model', [kind]);
    const shapes = inputs.map(({ shape }) => shape);
    if (shapes.some((shape) => elementCount(shape) === 0)) {
      throw new UnsupportedModel('feature', 'it computes with a tensor that has no elements');
    }
    const shape = layer.inferShape(shapes, parsed) as Shape;
    if (elementCount(shape) > graphLimits.elements) {
      const most = `at most ${graphLimits.elements} elements are supported`;
      throw new EngineError('limit-exceeded', `${kind}: its output ${formatShape(shape)} is too large, ${most}`);
    }
    const id = this.names.claim(name);
    const renamed: Record<string, string> = {};
    const kept: string[] = [];
    for (const [role, spec] of Object.entries(layer.weights?.(shapes, parsed) ?? {})) {
      const tensor = weights[role];
      if (!tensor || !sameShape(tensor.shape, spec.shape)) {
        const got = tensor ? formatShape(tensor.shape) : 'none';
        throw new EngineError(
          'shape-mismatch',
          `${kind}: ${role} is expected as ${formatShape(spec.shape)}, the model has ${got}`,
        );
      }
      const tensorName = this.weights.keep(tensor, `${id}.${role}`);
      kept.push(tensorName);
      if (tensorName !== `${id}.${role}`) renamed[role] = tensorName;
    }
    const node: NodeDocument = {
      id,
      kind,
      inputs: inputs.map(({ reference }) => reference),
      attributes: parsed as Record<string, unknown>,
      weights: renamed,
    };
    this.nodes.push(node);
    this.weightsOf.set(node, kept);
    return { reference: id, shape };
  }

  /** The same bytes under another shape. */
  reshape(placed: Placed, shape: Shape): Placed {
    if (sameShape(placed.shape, shape)) return placed;
    return this.view(`${placed.reference} ${formatShape(shape)}`, () =>
      this.add('reshape', [placed], { shape }, {}, `${this.base}/reshape`),
    );
  }

  /** A value with memory in the order of these ONNX axes: the engine's shape is the permuted one. */
  arrange(value: Value, permutation: readonly number[]): Placed {
    if (permutation.length > MAX_RANK) {
      const most = `at most ${MAX_RANK} are supported`;
      throw new UnsupportedModel('rank', `it computes with ${permutation.length} axes, ${most}`);
    }
    const shape = permute(valueShape(value), permutation);
    if (isConstant(value)) return this.constant(this.tensorOf(value, permutation));
    const { layout, placed } = value;
    const target = permute(layout.axes, permutation).flat();
    if (sameOrder(layout.order, target)) return this.reshape(placed, shape);
    const whole = wholeAxes(layout);
    if (whole && sameShape(placed.shape, permute(shapeOf(layout), whole))) {
      // One step, if the engine already sees the axes one by one.
      return this.transpose(
        placed,
        permutation.map((axis) => whole.indexOf(axis)),
      );
    }
    let moved = placed;
    let order = layout.order;
    for (const next of stages(order, target, MAX_RANK)) {
      const { shape: cut, permutation: moves } = rearrangement(order, next);
      moved = this.transpose(this.reshape(moved, cut), moves);
      order = next;
    }
    return this.reshape(moved, shape);
  }

  /** The order in which a value can be had for nothing: channels last if possible, else ONNX's, else another. */
  naturalOrder(value: Value): readonly number[] {
    const rank = valueShape(value).length;
    if (isConstant(value) || conforms(value.layout, this.imageOrder(rank))) return this.imageOrder(rank);
    return wholeAxes(value.layout) ?? identity(rank);
  }

  /** An order for values of one rank that are to be combined: the one that moves the fewest elements. */
  commonOrder(values: readonly Value[]): readonly number[] {
    const moving = values.filter((value): value is RunTime => !isConstant(value));
    const candidates = moving.map((value) => this.naturalOrder(value));
    const cost = (order: readonly number[]) =>
      moving.reduce((sum, { layout, placed }) => sum + (conforms(layout, order) ? 0 : elementCount(placed.shape)), 0);
    const rank = valueShape(values[0] as Value).length;
    return candidates.reduce(
      (best, order) => (cost(order) < cost(best) ? order : best),
      candidates[0] ?? identity(rank),
    );
  }

  /** An image [N,C,H,W] (or [N,C,L], of height 1) as [N,H,W,C]. */
  image(value: Value): Placed {
    const shape = valueShape(value);
    if (shape.length !== 3 && shape.length !== 4) {
      const given = `got ${formatShape(shape)}`;
      throw new UnsupportedModel('rank', `expected [N,C,H,W] or [N,C,L], ${given}: other ranks are not supported`);
    }
    const lifted = shape.length === 3 ? insertAxis(value, 2) : value;
    if (!isConstant(lifted)) this.seesImage(lifted.layout.axes);
    return this.arrange(lifted, channelsLast(4));
  }

  /** What a layer made of an image, as ONNX sees it: [N,H,W,C] is [N,C,H,W], or [N,C,L] again. */
  fromImage(placed: Placed, rank: number): RunTime {
    const [n, h, w, c] = placed.shape as [number, number, number, number];
    const layout = layoutOf([n, c, h, w], channelsLast(4));
    return { placed, layout: rank === 3 ? { ...layout, axes: layout.axes.filter((_, axis) => axis !== 2) } : layout };
  }

  /** What a layer made, in the order of `permutation`: axis i of the engine is ONNX's axis permutation[i]. */
  fromOrder(placed: Placed, permutation: readonly number[]): RunTime {
    const shape = permutation.map((_, axis) => placed.shape[permutation.indexOf(axis)] as number);
    return { placed, layout: layoutOf(shape, permutation) };
  }

  /** A constant's f32 numbers with its axes in this order; asked twice, the same tensor. */
  tensorOf(constant: Constant, permutation: readonly number[] = identity(constant.shape.length)): Tensor {
    return this.derive(constant, `${constant.shape.join()} in order ${permutation.join()}`, () => ({
      shape: permute(constant.shape, permutation),
      data: Float32Array.from(permuteData(constant.data, constant.shape, permutation)),
    }));
  }

  /**
   * A filter as arrangedFilter, made once; times a factor, it is one of f32.
   */
  filter(
    constant: Constant,
    sides: Shape,
    permutation: readonly number[],
    shape: Shape,
    channels: number,
    factor = 1,
  ): Tensor {
    const key = `filter ${sides.join()} in order ${permutation.join()} as ${shape.join()} of ${channels} × ${factor}`;
    return this.derive(constant, key, () => {
      const filter = arrangedFilter(constant, sides, permutation, shape, channels);
      return factor === 1 ? filter : { shape, data: filter.data.map((value) => value * factor) };
    });
  }

  /** A value rounded to levels; the same value and levels, the same node. */
  fakeQuantize(placed: Placed, { scale, zeroPoint }: Quantization): Placed {
    return this.view(`${placed.reference} of ${scale}, ${zeroPoint}`, () =>
      this.add('fakeQuantize', [placed], { scale, zeroPoint }),
    );
  }

  /** As Weights.derive. */
  derive(constant: Constant, key: string, make: () => Tensor): Tensor {
    return this.weights.derive(constant, key, make);
  }

  /** A node that holds numbers. */
  constant(tensor: Tensor): Placed {
    const name = this.weights.nameOf(tensor) ?? '';
    const make = () => this.add('constant', [], { shape: tensor.shape }, { value: tensor }, `${this.base}/constant`);
    return name === '' ? make() : this.view(`constant ${name}`, make);
  }

  private transpose(placed: Placed, permutation: readonly number[]): Placed {
    const make = () => this.add('transpose', [placed], { permutation }, {}, `${this.base}/transpose`);
    return this.view(`${placed.reference} (${permutation.join()})`, make);
  }

  private view(key: string, make: () => Placed): Placed {
    const known = this.views.get(key) ?? make();
    this.views.set(key, known);
    return known;
  }
}
