/**
 * Graph → kernel calls over regions: shapes are inferred, every node's cheapest algorithm is taken, values get regions.
 * plan.ts gives the regions addresses; training/backward-plan.ts goes on from here with the gradients.
 */
import {
  type Graph,
  type GraphNode,
  inferShapes,
  layerOf,
  type Reference,
  referencesOf,
  type Shapes,
  splitReference,
  tensorName,
  weightsOf,
} from './graph.ts';
import type { Capabilities } from './kernels.ts';
import { type Context, cheapest, type QuantizedContext, type Table } from './layers/layer.ts';
import { Casts } from './quantization/casts.ts';
import {
  type KernelCall,
  type Operand,
  operand,
  type QuantizedOperand,
  quantizedOperand,
  type Region,
} from './region.ts';
import { type Shape, sameShape, type Tensor } from './tensor.ts';

/** The calls of one node, one way through. */
export interface Step {
  readonly node: GraphNode;
  readonly algorithm: string;
  readonly calls: readonly KernelCall[];
}

/** A rearrangement of weights, made after loading and, in training, after every update. */
export interface Pack {
  readonly region: Region;
  readonly calls: readonly KernelCall[];
  /** Written by the host instead: a table. */
  readonly data?: Table;
}

/** Works numbers out of the model's weights, when these are loaded. */
export type Hosted = (tensor: (name: string) => Tensor | undefined) => Table;

export interface Lowered {
  readonly shapes: Shapes;
  readonly steps: readonly Step[];
  readonly packs: readonly Pack[];
  /** Weights in canonical layout by tensor name. */
  readonly weights: ReadonlyMap<string, Operand>;
  /** What packs read that is no weight as the file has it, by the region's name. */
  readonly hosted: ReadonlyMap<string, Hosted>;
  /** Every value of the graph that is still computed; those that the host reads as f32. */
  readonly values: ReadonlyMap<Reference, Operand>;
  /** Regions that the host reads or writes. */
  readonly pinned: ReadonlySet<Region>;
}

export interface LoweringOptions {
  readonly batch: number;
  readonly capabilities: Capabilities;
  /** Training keeps every value for the backward pass and uses batch statistics. */
  readonly training?: boolean;
  /** Values beside the outputs that the host wants to read. */
  readonly taps?: readonly Reference[];
  /** Which weights of a quantized graph are eight bits: all of them, unless it is said. */
  readonly isEightBit?: (tensor: string) => boolean;
}

/**
 * Lowers a whole graph.
 * @throws EngineError `shape-mismatch` that names the node
 */
export function lower(graph: Graph, options: LoweringOptions): Lowered {
  const lowering = new Lowering(graph, options);
  const steps = [...graph.nodes.map((node) => lowering.forward(node)), ...lowering.rim()];
  return { ...lowering.result(), steps: steps.filter((step) => step.calls.length > 0) };
}

type Make = Parameters<QuantizedContext<unknown>['hosted']>[2];

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** The state of one lowering: which region holds which value. Node by node, forward, in the graph's order. */
export class Lowering {
  readonly shapes: Shapes;
  readonly values = new Map<Reference, Operand>();
  readonly weights = new Map<string, Operand>();
  readonly pinned = new Set<Region>();
  readonly randomKey: Region = { name: 'random key', role: 'activation', bytes: 16 };
  private readonly graph: Graph;
  private readonly options: LoweringOptions;
  private readonly casts = new Casts();
  private readonly packs = new Map<string, Pack>();
  private readonly hosted = new Map<string, Hosted>();
  private readonly saved = new Map<string, Region>();
  private readonly byId: ReadonlyMap<string, GraphNode>;
  private readonly nodeIndices: ReadonlyMap<GraphNode, number>;
  /** How often the memory behind a value is read; values that the host reads count as infinitely often. */
  private readonly reads = new Map<Reference, number>();

  constructor(graph: Graph, options: LoweringOptions) {
    this.graph = graph;
    this.options = options;
    this.shapes = inferShapes(graph, options.batch);
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
    this.nodeIndices = new Map(graph.nodes.map((node, index) => [node, index]));
    this.countReads();
    for (const input of graph.inputs) {
      const value = operand(input.name, this.shapes.of(input.name), 'activation');
      this.values.set(input.name, value);
      this.pinned.add(value.region);
    }
  }

  /** The calls of a node's forward pass; none for a view. */
  forward(node: GraphNode): Step {
    const layer = layerOf(node);
    if (layer.constant || this.isView(node)) {
      this.outputs(
        node,
        node.inputs.map((reference) => this.value(reference)),
      );
      return { node, algorithm: 'view', calls: [] };
    }
    const onLevels = this.options.training ? undefined : this.onLevels(node);
    if (onLevels) return onLevels;
    const context = this.context(node);
    if (this.options.training && layer.forwardTraining) {
      return { node, algorithm: 'training', calls: list(layer.forwardTraining(context)) };
    }
    const algorithms = (this.options.training && layer.trainingAlgorithms?.(context)) || layer.algorithms?.(context);
    const chosen = cheapest(algorithms ?? [{ name: 'direct', cost: 0, calls: () => forwardOf(layer, context) }]);
    return { node, algorithm: chosen.name, calls: [...this.castsOf(context), ...list(chosen.calls())] };
  }

  /** What a layer's functions are given for this node; the same values, weights and saved memory at every call. */
  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer that parsed them
  context(node: GraphNode): Context<any> {
    const x = node.inputs.map((reference) => this.floats(reference));
    const ys = this.outputs(node, x);
    const residual = node.epilogue?.residual;
    return this.contextOf(node, x, ys, residual === undefined ? undefined : this.floats(residual));
  }

  /** The node on levels, where its inputs have them, its layer can do it, and its file wants it. */
  private onLevels(node: GraphNode): Step | undefined {
    const { quantized } = layerOf(node);
    const { quantization } = this.graph;
    const [shape, ...others] = this.shapes.outputs(node);
    const wanted = quantization?.[node.id];
    if (!quantized || !quantization || !shape || others.length > 0 || !(wanted || quantized.givesFloats))
      return undefined;
    const x = node.inputs.map((reference) => this.levels(reference));
    const fused = node.epilogue?.residual;
    const residual = fused === undefined ? undefined : this.levels(fused);
    if (!x.every((operand) => operand !== undefined) || (fused !== undefined && !residual)) return undefined;
    const y = wanted ? quantizedOperand(node.id, shape, wanted) : operand(node.id, shape, 'activation');
    const context = {
      ...this.contextOf(node, x, [y], residual),
      isEightBit: (role: string) => this.options.isEightBit?.(tensorName(node, role)) ?? true,
      hosted: (key: string, bytes: number, make: Make) => this.hostedRegion(node, key, bytes, make),
    } as QuantizedContext<unknown>;
    const calls = quantized.calls(context);
    if (!calls) return undefined;
    this.values.set(node.id, y);
    return { node, algorithm: 'int8', calls: [...this.castsOf(context), ...list(calls)] };
  }

  /** Values on levels that the host reads become f32 last of all. */
  rim(): readonly Step[] {
    return this.hostReads().flatMap((reference) => {
      const value = this.floats(reference);
      const node = this.byId.get(splitReference(reference, this.byId)[0]);
      const calls = this.casts.take([value]);
      return node ? [{ node, algorithm: 'dequantize', calls }] : [];
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer that parsed them
  private contextOf(node: GraphNode, x: readonly Operand[], ys: readonly Operand[], residual?: Operand): Context<any> {
    const { epilogue } = node;
    return {
      x,
      y: ys[0] as Operand,
      ys,
      w: this.weightOperands(node),
      a: node.attributes,
      epilogue: {
        lo: epilogue?.lo ?? Number.NEGATIVE_INFINITY,
        hi: epilogue?.hi ?? Number.POSITIVE_INFINITY,
        residual,
        maxPool: epilogue?.maxPool === true,
      },
      capabilities: this.options.capabilities,
      scratch: (bytes) => ({ name: `${node.id} scratch`, role: 'activation', bytes }),
      packed: (key, bytes, pack) => this.packed(`${node.id} ${key}`, bytes, pack),
      table: (key, data) => this.table(`${node.id} ${key}`, data),
      saved: (key, bytes) => this.savedRegion(`${node.id} ${key}`, bytes),
      randomKey: this.randomKey,
      nodeIndex: this.nodeIndices.get(node) as number,
    };
  }

  private castsOf({ x, epilogue: { residual } }: Context<unknown>): readonly KernelCall[] {
    return this.casts.take(residual ? [...x, residual] : x);
  }

  /** The value as f32; one that is quantized is no more than its levels, whoever reads it. */
  private floats(reference: Reference): Operand {
    const levels = this.options.training ? undefined : this.levels(reference);
    return this.casts.floats(levels ?? this.value(reference));
  }

  /** The value as levels; undefined where nothing is known of how it is quantized. */
  private levels(reference: Reference): QuantizedOperand | undefined {
    const value = this.value(reference);
    const known = this.graph.quantization;
    const quantization = value.quantization ?? known?.[reference] ?? known?.[this.root(reference)];
    return quantization && this.casts.levels(value, quantization);
  }

  result(): Omit<Lowered, 'steps'> {
    const read = this.hostReads().map((reference): [Reference, Operand] => [reference, this.floats(reference)]);
    for (const [, value] of read) this.pinned.add(value.region);
    const { shapes, weights, hosted, pinned } = this;
    // What the host writes into an input is not what it reads of it.
    const inputs = this.graph.inputs.map(({ name }): [Reference, Operand] => [name, this.value(name)]);
    const values = new Map([...this.values, ...read, ...inputs]);
    return { shapes, weights, hosted, values, pinned, packs: [...this.packs.values()] };
  }

  value(reference: Reference): Operand {
    const [id, output] = splitReference(reference, this.values);
    return this.values.get(output === 0 ? id : `${id}:${output}`) as Operand;
  }

  private hostReads(): readonly Reference[] {
    return [...this.graph.outputs.map((output) => output.from), ...(this.options.taps ?? [])];
  }

  /** A node's output regions: fresh ones, or its input's where the layer is a view or may overwrite it. */
  private outputs(node: GraphNode, x: readonly Operand[]): readonly Operand[] {
    return this.shapes.outputs(node).map((shape, index) => {
      const reference = index === 0 ? node.id : `${node.id}:${index}`;
      const known = this.values.get(reference);
      if (known) return known;
      const shared = index === 0 ? this.sharedRegion(node, shape, x[0]) : undefined;
      const { quantization } = (this.isView(node) && x[0]) || {};
      const value = shared ? { shape, region: shared, quantization } : operand(reference, shape, 'activation');
      this.values.set(reference, value);
      return value;
    });
  }

  /** The region that a node's output shares: its weight's, its input's, or none. */
  private sharedRegion(node: GraphNode, shape: Shape, x: Operand | undefined): Region | undefined {
    const layer = layerOf(node);
    if (layer.constant) return this.weightOperands(node).value?.region;
    if (!x || this.isView(node)) return x?.region;
    const overwrites =
      !this.options.training &&
      layer.inPlace === true &&
      sameShape(shape, x.shape) &&
      this.reads.get(this.root(node.inputs[0] as string)) === 1;
    return overwrites ? x.region : undefined;
  }

  private isView(node: GraphNode): boolean {
    const layer = layerOf(node);
    return layer.view === true || (layer.identityAtInference === true && !this.options.training);
  }

  /** The value whose memory a reference means: behind views, their input. */
  private root(reference: Reference): Reference {
    const node = this.byId.get(reference);
    return node && this.isView(node) ? this.root(node.inputs[0] as string) : reference;
  }

  private countReads(): void {
    const read = (reference: Reference, times: number) => {
      const root = this.root(reference);
      this.reads.set(root, (this.reads.get(root) ?? 0) + times);
    };
    for (const input of this.graph.inputs) read(input.name, Number.POSITIVE_INFINITY);
    for (const reference of this.hostReads()) read(reference, Number.POSITIVE_INFINITY);
    for (const node of this.graph.nodes) {
      if (layerOf(node).constant) read(node.id, Number.POSITIVE_INFINITY);
      if (this.isView(node)) continue;
      for (const reference of referencesOf(node)) read(reference, 1);
    }
  }

  private weightOperands(node: GraphNode): Readonly<Record<string, Operand>> {
    const operands: Record<string, Operand> = {};
    for (const { role, tensor, shape } of weightsOf(node, this.shapes)) {
      const known = this.weights.get(tensor) ?? operand(tensor, shape, 'weight');
      this.weights.set(tensor, known);
      operands[role] = known;
    }
    return operands;
  }

  private packed(name: string, bytes: number, pack: (target: Region) => KernelCall | readonly KernelCall[]): Region {
    const known = this.packs.get(name);
    if (known) return known.region;
    const region: Region = { name, role: 'packed', bytes };
    this.packs.set(name, { region, calls: list(pack(region)) });
    return region;
  }

  private hostedRegion(node: GraphNode, key: string, bytes: number, make: Make): Region {
    const name = `${node.id} ${key}`;
    const roles = Object.keys(this.weightOperands(node));
    this.hosted.set(name, (tensor) =>
      make(
        Object.fromEntries(
          roles.flatMap((role) => {
            const weight = tensor(tensorName(node, role));
            return weight ? [[role, weight]] : [];
          }),
        ),
      ),
    );
    return { name, role: 'weight', bytes };
  }

  private table(name: string, data: Table): Region {
    const known = this.packs.get(name);
    if (known) return known.region;
    const region: Region = { name, role: 'packed', bytes: data.byteLength };
    this.packs.set(name, { region, calls: [], data });
    return region;
  }

  private savedRegion(name: string, bytes: number): Region {
    const known = this.saved.get(name) ?? { name, role: 'activation', bytes };
    this.saved.set(name, known);
    return known;
  }
}

function forwardOf(layer: ReturnType<typeof layerOf>, context: Context<unknown>): KernelCall | readonly KernelCall[] {
  if (!layer.forward) throw new Error('a layer has forward or algorithms');
  return layer.forward(context);
}
