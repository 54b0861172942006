/**
 * The layer contract: all that the engine knows about a kind of layer is in one object of this type. Planner, passes,
 * model file, trainer, test suite and benchmark read it; none of them tests a `kind`.
 */
import type { GenericSchema } from 'valibot';
import type { Capabilities } from '../kernels.ts';
import type { KernelCall, Operand, QuantizedOperand, Region } from '../region.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { WriteOnnx } from './onnx.ts';
import type { Sides } from './window.ts';

export type Initializer =
  | 'zeros'
  | 'ones'
  | { readonly constant: number }
  | { readonly heUniform: { readonly fanIn: number } };

/** A learned tensor, by its role (`filter`, `bias`, `scale` …). */
export interface WeightSpec {
  readonly shape: Shape;
  readonly initializer: Initializer;
  /**
   * `learned` by the optimizer (default); `running` statistics are not: training's backward writes the shard's
   * statistic where the gradient would be, and the trainer moves the weight towards it.
   */
  readonly update?: 'learned' | 'running';
  /** Weight decay pulls on it: true for filters, false for biases and normalisation (default). */
  readonly decay?: boolean;
}

/** What was fused behind a layer: y = clamp(y + residual, lo, hi). */
export interface Epilogue {
  readonly lo: number;
  readonly hi: number;
  readonly residual: Operand | undefined;
  /** Training only: of that the maximum in 2×2 windows side by side; y has half as many rows and columns, rounded down. */
  readonly maxPool: boolean;
}

/** Numbers that the host puts into memory. */
export type Table = Float32Array | Int32Array | Int8Array | Uint8Array;

export interface Context<A> {
  readonly x: readonly Operand[];
  /** The output; `ys` where a layer has several. */
  readonly y: Operand;
  readonly ys: readonly Operand[];
  /** Weights in canonical layout, by role; absent ones are undefined. */
  readonly w: Readonly<Record<string, Operand>>;
  readonly a: A;
  readonly epilogue: Epilogue;
  readonly capabilities: Capabilities;
  /** Memory for these calls alone. */
  scratch(bytes: number): Region;
  /** A rearranged copy of weights, made by `pack` after loading and after every update; one per key and node. */
  packed(key: string, bytes: number, pack: (target: Region) => KernelCall | readonly KernelCall[]): Region;
  /** Numbers worked out on the host (indices, interpolation weights), put into memory at load; one per key and node. They must not depend on the batch. */
  table(key: string, data: Table): Region;
  /** Memory that a training forward fills and the same node's backward reads; one per key and node. */
  saved(key: string, bytes: number): Region;
  /** Training only: four u32 that key this run's random numbers (seed, seed, step, shard); see assembly/random.ts. */
  readonly randomKey: Region;
  /** Training only: the node's number in the graph, so that two nodes draw differently. */
  readonly nodeIndex: number;
}

export interface BackwardContext<A> extends Context<A> {
  readonly dy: Operand;
  readonly dys: readonly Operand[];
  /** Where to write the gradient of each input; undefined where nobody needs it. Written, not added to. */
  readonly dx: readonly (Operand | undefined)[];
  /** Where to write the gradient of each weight, by role. Written, not added to. */
  readonly dw: Readonly<Record<string, Operand>>;
}

/** A node whose inputs are levels, and its residual if it has one; y is f32 where it has no quantization. */
export interface QuantizedContext<A> extends Context<A> {
  readonly x: readonly [QuantizedOperand, ...QuantizedOperand[]];
  readonly epilogue: Epilogue & { readonly residual: QuantizedOperand | undefined };
  /** Whether the file has a weight as levels. */
  isEightBit(role: string): boolean;
  /** Numbers for a pack, which the host works out of the weights when it loads them; one per key and node. */
  hosted(key: string, bytes: number, make: (w: Tensors) => Table): Region;
}

type Calls = KernelCall | readonly KernelCall[];

/** One way to compute a layer; the planner takes the cheapest (MODEL §3). */
export interface Algorithm {
  readonly name: string;
  /** Estimated time in units of one multiply-add of the register-tiled GEMM: a pure function of shapes and capabilities. */
  readonly cost: number;
  calls(): Calls;
}

/** One of the gradients that a backward pass computes, with the ways to do it. */
export interface Gradient {
  /** `filter`, `input` … */
  readonly of: string;
  readonly algorithms: readonly Algorithm[];
}

/** The one that is estimated to take the least time; of equals the first. */
export const cheapest = (algorithms: readonly Algorithm[]): Algorithm =>
  algorithms.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best));

/** y = x·scale + shift per channel (last axis). */
export interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * What the suite and the benchmark run: raw attributes beside `input` (or `inputs`) shapes. `wholeBatch`: the first axis
 * is no batch here, so a sample cannot be run by itself.
 */
export type Sample = {
  readonly input?: Shape;
  readonly inputs?: readonly Shape[];
  readonly wholeBatch?: true;
} & Readonly<Record<string, unknown>>;

export interface QuantizedLayer<A> {
  /** undefined where these shapes, attributes or quantizations are beyond the kernels: then it runs on f32. */
  calls(c: QuantizedContext<A>): Calls | undefined;
  /**
   * When quantizing gives such a node levels: always (absent), where what reads y has them, or never. Where every level
   * of y is one of x nothing is rounded, so `picksLevels` is reason enough beside either neighbour, and none alone.
   */
  wants?(a: A): 'always' | 'where read' | 'never';
  /** How many of the filter's last axes are output channels, each with a scale; absent: there is no filter. */
  readonly filterChannelAxes?: number;
  /** y may be f32: what a graph gives away needs no levels. */
  readonly givesFloats?: true;
  /** A residual of levels can be added before y is rounded to levels. */
  readonly addsResidual?: true;
  /** Every level of y is one of x, so that both have one quantization. */
  picksLevels?(a: A): boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds layers of all attribute types, and A stands on both sides
export interface Layer<A = any> {
  /** Parses the attributes of a graph document; unknown keys are refused. */
  readonly attributes: GenericSchema<unknown, A>;
  /** How many inputs a node of this kind has: default exactly 1. */
  readonly inputs?: { readonly min: number; readonly max: number };

  /** Output shape(s). @throws EngineError `shape-mismatch` with a sentence that does not name the node. */
  inferShape(x: readonly Shape[], a: A): Shape | readonly Shape[];
  /** The learned tensors that these shapes and attributes call for, in the order in which files and tables list them. */
  weights?(x: readonly Shape[], a: A): Readonly<Record<string, WeightSpec>>;
  /** Multiply-adds of one run, counted as the literature counts them (no bias, no activation); absent means 0. */
  macs?(x: readonly Shape[], y: Shape, a: A): number;

  /** The calls that compute y, for a layer with one way to do it … */
  forward?(context: Context<A>): Calls;
  /** … or several ways, each with a cost. */
  algorithms?(context: Context<A>): readonly Algorithm[];
  /** Those that training has, if others. */
  trainingAlgorithms?(context: Context<A>): readonly Algorithm[];
  /** Training's forward where it differs from inference's (batch statistics, dropout). */
  forwardTraining?(context: Context<A>): Calls;
  /** The calls that compute all gradients, for a layer with one way to do it … */
  backward?(context: BackwardContext<A>): Calls;
  /** … or several ways. */
  gradients?(context: BackwardContext<A>): readonly Gradient[];

  /** How it is computed on levels; absent: it is not, and its inputs become f32. */
  readonly quantized?: QuantizedLayer<A>;

  /** y is x, byte for byte (flatten): no calls, no memory. */
  readonly view?: true;
  /** Nothing is left of it at inference (dropout). */
  readonly identityAtInference?: true;
  /** y is the weight `value`: no inputs, no calls, memory that nobody writes. */
  readonly constant?: true;
  /** Values are scores from 0 to 1 already: what a task would make of logits is done (softmax, sigmoid). */
  readonly scores?: true;
  /**
   * Every element of y is one of an input, moved: which one, and where.
   * @param index of an element of y in memory
   */
  source?(x: readonly Shape[], a: A, index: number): { readonly input: number; readonly index: number };
  /** Every output sees all channels of a window of an image [N,H,W,C]: a map of features, what Grad-CAM looks at. */
  readonly featureMap?: true;
  /** Values change their order in memory: what `inspect` counts as a transpose. */
  readonly transposes?: true;
  /** `forward` may write y over x[0], where both have one shape. */
  readonly inPlace?: true;

  /** What this layer's kernels can do to y before they store it. */
  readonly epilogue?: {
    readonly clamp?: true;
    readonly residual?: true;
    /** In training, too: forward clamps there as well, and backward, which is given dy behind the clamp, reads no y. */
    readonly clampInTraining?: true;
    /** In training, behind the clamp: whether such a layer takes the maximum of 2×2 windows, and has its gradient. */
    maxPool?(a: A): boolean;
  };
  /** This layer is nothing but a clamp: it may be fused into its producer's epilogue. */
  clamp?(a: A): readonly [lo: number, hi: number];
  /** This layer is nothing but the maximum of 2×2 windows side by side; an odd row or column at the end is left out. */
  halvingMaxPool?(a: A): boolean;
  /** This layer is x[0] + x[1] of equal shapes: it may be fused into a producer's epilogue. */
  readonly residualAdd?: true;
  /** This layer is nothing but zeros around an image [N,H,W,C]: how many at top, bottom, left, right; else undefined. */
  zeroPadding?(a: A): Sides | undefined;
  /** Attributes of a layer that pads its input by so many zeros more; undefined where they cannot be. */
  widenPadding?(a: A, sides: Sides): A | undefined;
  /** At inference this layer is an affine map per channel: it may be folded into its producer. */
  affine?(w: Tensors, a: A): Affine;
  /** Weights and attributes that compute affine(layer(x)). */
  foldAffine?(w: Tensors, a: A, affine: Affine): { readonly weights: Tensors; readonly attributes: A };
  /** Weights that compute layer(x) of x / scale, which has a number a channel; undefined where none do. */
  foldInputScale?(w: Tensors, a: A, scale: Float32Array): Tensors | undefined;

  /** What this layer is in ONNX, operator set 20; absent: it cannot be exported. */
  onnx?: WriteOnnx<A>;

  readonly samples: readonly Sample[];
}

/**
 * The calls of a layer's backward pass; undefined where it has no gradient.
 * @param wants which of the gradients that are computed apart, by what they are of: all, unless it is said
 */
export function backwardCalls(
  layer: Layer,
  context: BackwardContext<unknown>,
  wants: (of: string) => boolean = () => true,
): readonly KernelCall[] | undefined {
  if (layer.backward) return [layer.backward(context)].flat();
  return layer
    .gradients?.(context)
    .filter(({ of }) => wants(of))
    .flatMap(({ algorithms }) => [cheapest(algorithms).calls()].flat());
}

/** Gives a layer its attribute type; the registry in index.ts does the rest. */
export const layer = <A>(definition: Layer<A>): Layer<A> => definition;
