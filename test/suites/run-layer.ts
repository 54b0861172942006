/** Runs one layer alone, without graph and planner, in guarded memory (guarded-memory.ts). */
import { instantiateKernels, type KernelName, type KernelSource, type Kernels } from '../../engine/kernels.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { BackwardContext, Context, Layer } from '../../engine/layers/layer.ts';
import { call, type KernelCall, type Operand, operand, type Region } from '../../engine/region.ts';
import type { Shape, Tensor } from '../../engine/tensor.ts';
import { clampGradient } from '../../engine/training/backward.ts';
import type { TrainingDraw } from '../reference/reference.ts';
import { forwardCalls, gradientCalls, trainingAlgorithms, trainingCalls } from './choose-algorithm.ts';
import { bytesOf, GuardedMemory, runGuarded } from './guarded-memory.ts';

export interface LayerCase {
  readonly kind: LayerKind;
  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer
  readonly attributes: any;
  readonly x: readonly Tensor[];
  readonly w: Readonly<Record<string, Tensor>>;
}

export interface RunOptions {
  /** Rows of a GEMM tile, instead of what the host is best at. */
  readonly rowsPerTile?: number;
  readonly draw?: TrainingDraw;
  /** Of the forward pass, instead of the cheapest. */
  readonly algorithm?: string;
  readonly epilogue?: {
    readonly lo: number;
    readonly hi: number;
    readonly residual?: Tensor;
    /** In training alone. */
    readonly maxPool?: boolean;
  };
}

export interface TrainingOptions extends RunOptions {
  /** Names of algorithms by the gradients that they compute, instead of the cheapest. */
  readonly gradients?: Readonly<Record<string, string>>;
}

export interface ForwardOptions extends RunOptions {
  /** y is written over x[0]. */
  readonly inPlace?: boolean;
}

export interface Gradients {
  readonly y: Tensor;
  /** One for each input, undefined where it was not wanted. */
  readonly dx: readonly (Tensor | undefined)[];
  readonly dw: Readonly<Record<string, Tensor>>;
  /** What the forward pass kept, by key. */
  readonly saved: Readonly<Record<string, Uint8Array>>;
}

const defaultDraw: TrainingDraw = { key: [7, 0, 3, 1], nodeIndex: 5 };

export const layerOfKind = (kind: LayerKind): Layer => layers[kind];

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** One pass of a layer: its context, the regions that the calls use, and what the host puts into them. */
class Pass {
  readonly context: Context<unknown>;
  readonly packs: KernelCall[] = [];
  readonly contents = new Map<Region, ArrayBufferView>();
  readonly saved = new Map<string, Region>();
  private readonly kept = new Map<string, Region>();

  constructor(c: LayerCase, kernels: Kernels, options: ForwardOptions) {
    const write = (name: string, tensor: Tensor, role: 'activation' | 'weight') => {
      const target = operand(name, tensor.shape, role);
      this.contents.set(target.region, tensor.data);
      return target;
    };
    const x = c.x.map((tensor, i) => write(`x${i}`, tensor, 'activation'));
    const inferred = layerOfKind(c.kind).inferShape(
      c.x.map(({ shape }) => shape),
      c.attributes,
    );
    const { lo, hi, residual, maxPool } = { lo: -Infinity, hi: Infinity, maxPool: false, ...options.epilogue };
    const fresh = operand('y', maxPool ? halved(inferred as Shape) : (inferred as Shape), 'activation');
    const y = options.inPlace ? { shape: fresh.shape, region: (x[0] as Operand).region } : fresh;
    const draw = options.draw ?? defaultDraw;
    const randomKey: Region = { name: 'random key', role: 'activation', bytes: 16 };
    this.contents.set(randomKey, Uint32Array.from(draw.key));
    this.context = {
      x,
      y,
      ys: [y],
      w: Object.fromEntries(Object.entries(c.w).map(([role, tensor]) => [role, write(role, tensor, 'weight')])),
      a: c.attributes,
      epilogue: { lo, hi, residual: residual && write('residual', residual, 'activation'), maxPool },
      capabilities: {
        ...kernels.capabilities,
        rowsPerTile: options.rowsPerTile ?? kernels.capabilities.rowsPerTile,
      },
      scratch: (bytes) => ({ name: 'scratch', role: 'activation', bytes }),
      packed: (key, bytes, pack) =>
        this.keep(`packed ${key}`, bytes, 'packed', (region) => this.packs.push(...list(pack(region)))),
      table: (key, data) =>
        this.keep(`table ${key}`, data.byteLength, 'packed', (region) => this.contents.set(region, data)),
      saved: (key, bytes) => this.keep(`saved ${key}`, bytes, 'activation', (region) => this.saved.set(key, region)),
      randomKey,
      nodeIndex: draw.nodeIndex,
    };
  }

  private keep(name: string, bytes: number, role: Region['role'], first: (region: Region) => unknown): Region {
    const known = this.kept.get(name);
    if (known) return known;
    const region: Region = { name, role, bytes };
    this.kept.set(name, region);
    first(region);
    return region;
  }
}

export class LayerRunner {
  readonly kernels: Kernels;

  constructor(source: KernelSource) {
    this.kernels = instantiateKernels(source);
  }

  /** Names of the algorithms that a layer offers for these shapes. */
  algorithms(c: LayerCase, options: RunOptions = {}): readonly string[] {
    const pass = new Pass(c, this.kernels, options);
    return (
      layerOfKind(c.kind)
        .algorithms?.(pass.context)
        .map(({ name }) => name) ?? ['direct']
    );
  }

  /** Inference. */
  forward(c: LayerCase, options: ForwardOptions = {}): Tensor {
    const pass = new Pass(c, this.kernels, options);
    const calls = forwardCalls(layerOfKind(c.kind), pass.context, options.algorithm);
    const memory = this.execute(pass, calls, options.inPlace ? (pass.context.x[0] as Operand).region : undefined);
    return memory(pass.context.y);
  }

  /** What a training forward offers, and of each gradient: names of algorithms. */
  trainingAlgorithms(c: LayerCase, options: RunOptions = {}) {
    const layer = layerOfKind(c.kind);
    const { context } = new Pass(c, this.kernels, options);
    const forward = trainingAlgorithms(layer, context)?.map(({ name }) => name) ?? ['direct'];
    const gradients = layer.gradients?.(this.backwardContext(c, context)) ?? [];
    return {
      forward,
      gradients: gradients.map(({ of, algorithms }) => ({ of, names: algorithms.map((a) => a.name) })),
    };
  }

  /** Training: forward, then backward with the gradient dy of y. `wanted`: which inputs' gradients to ask for. */
  backward(c: LayerCase, dy: Float32Array, options: TrainingOptions = {}, wanted = c.x.map(() => true)): Gradients {
    const layer = layerOfKind(c.kind);
    const pass = new Pass(c, this.kernels, options);
    const { context } = pass;
    const backwardContext = this.backwardContext(c, context, wanted);
    const forward = trainingCalls(layer, context, options.algorithm);
    const masked: KernelCall[] = [];
    if (options.epilogue) {
      const before = operand('dy before the clamp', context.y.shape, 'activation');
      pass.contents.set(before.region, dy);
      masked.push(call('copyBytes', backwardContext.dy, before, before.region.bytes));
      masked.push(clampGradient(context, backwardContext.dy));
    } else {
      pass.contents.set(backwardContext.dy.region, dy);
    }
    const backward = gradientCalls(layer, backwardContext, options.gradients ?? {});
    const memory = this.execute(pass, [...forward, ...masked, ...backward]);
    return {
      y: memory(context.y),
      dx: backwardContext.dx.map((target) => target && memory(target)),
      dw: Object.fromEntries(Object.entries(backwardContext.dw).map(([role, target]) => [role, memory(target)])),
      saved: Object.fromEntries([...pass.saved].map(([key, region]) => [key, memory.bytes(region)])),
    };
  }

  private backwardContext(
    c: LayerCase,
    context: Context<unknown>,
    wanted = c.x.map(() => true),
  ): BackwardContext<unknown> {
    const dyOperand = operand('dy', context.y.shape, 'activation');
    return {
      ...context,
      dy: dyOperand,
      dys: [dyOperand],
      dx: context.x.map(({ shape }, i) => (wanted[i] ? operand(`dx${i}`, shape, 'activation') : undefined)),
      dw: Object.fromEntries(
        Object.entries(context.w).map(([role, { shape }]) => [role, operand(`d${role}`, shape, 'gradient')]),
      ),
    };
  }

  /** Calls a kernel on arrays: each lies behind a guard, and is read back into itself afterwards. */
  call(name: KernelName, ...args: readonly (number | ArrayBufferView)[]): void {
    const arrays = args.filter((arg) => typeof arg !== 'number');
    const regions = new Map(
      arrays.map((data, i) => [data, { name: `${i}`, role: 'activation', bytes: data.byteLength } as Region]),
    );
    const memory = new GuardedMemory(this.kernels, [...regions.values()]);
    for (const [data, region] of regions) memory.bytes(region).set(bytesOf(data));
    this.kernels.function(name)(
      ...args.map((arg) => (typeof arg === 'number' ? arg : memory.address(regions.get(arg) as Region))),
    );
    for (const [data, region] of regions) bytesOf(data).set(memory.bytes(region));
    memory.checkGuards();
  }

  private execute(pass: Pass, calls: readonly KernelCall[], mayChange?: Region): Contents {
    const { contents, packs, context } = pass;
    const bytes = runGuarded(this.kernels, {
      contents,
      calls: [...packs, ...calls],
      target: context.y.region,
      mayChange,
    });
    return Object.assign(({ shape, region }: Operand) => ({ shape, data: new Float32Array(bytes(region).buffer) }), {
      bytes,
    });
  }
}

/** What lies in the memory after a pass. */
interface Contents {
  (source: Operand): Tensor;
  bytes(region: Region): Uint8Array;
}

/** An image's shape behind a maximum of 2×2 windows. */
const halved = ([n, h, w, c]: Shape): Shape => [n as number, (h as number) >> 1, (w as number) >> 1, c as number];
