/** Runs one layer on levels alone, without graph and planner, in guarded memory, by any dot product. */
import { instantiateKernels, type KernelSource, type Kernels } from '../../engine/kernels.ts';
import type { LayerKind } from '../../engine/layers/index.ts';
import type { QuantizedContext, QuantizedLayer, Tensors } from '../../engine/layers/layer.ts';
import type { Quantization } from '../../engine/quantization/quantization.ts';
import type { DotPath } from '../../engine/quantization/sizes.ts';
import {
  type KernelCall,
  type Operand,
  operand,
  type QuantizedOperand,
  quantizedOperand,
  type Region,
} from '../../engine/region.ts';
import type { Shape } from '../../engine/tensor.ts';
import type { Levels, QuantizedResult } from '../reference/quantized/levels.ts';
import { type Layout, runGuarded } from './guarded-memory.ts';
import { LayerRunner, layerOfKind } from './run-layer.ts';

export interface QuantizedCase {
  readonly kind: LayerKind;
  // biome-ignore lint/suspicious/noExplicitAny: the attribute type belongs to the layer
  readonly a: any;
  readonly x: readonly Levels[];
  readonly w: Tensors;
  /** undefined: y is f32. */
  readonly y: Quantization | undefined;
  readonly lo: number;
  readonly hi: number;
  readonly residual?: Levels | undefined;
}

/** Kernels of one build, with the dot product that they are told to use. */
export interface QuantizedHost {
  readonly label: string;
  readonly source: KernelSource;
  readonly path: DotPath;
}

/** What lies in memory otherwise must not matter, nor what lies behind an input. */
const layouts: readonly Layout[] = [{}, { poison: 0x5a, atEnd: true }];

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

export class QuantizedRunner {
  readonly kernels: Kernels;
  /** The layer's f32 kernels, of the same build. */
  readonly plain: LayerRunner;

  constructor({ source, path }: QuantizedHost) {
    this.kernels = instantiateKernels({ ...source, capabilities: { ...source.capabilities, dot8: path } });
    this.plain = new LayerRunner(source);
  }

  /**
   * y, or undefined where the layer says that it cannot.
   * @throws Error where results depend on anything but the input, or a kernel leaves its regions
   */
  run(c: QuantizedCase): QuantizedResult | undefined {
    const [first, ...others] = layouts.map((layout) => this.runOnce(c, layout));
    for (const other of others) {
      if (other?.data.some((value, i) => !Object.is(value, first?.data[i])))
        throw new Error(`${c.kind}: the result depends on what lies in memory around its operands`);
    }
    return first;
  }

  private runOnce(c: QuantizedCase, layout: Layout): QuantizedResult | undefined {
    const contents = new Map<Region, ArrayBufferView>();
    const packs: KernelCall[] = [];
    const kept = new Map<string, Region>();
    const write = (name: string, { shape, data, quantization }: Levels): QuantizedOperand => {
      const target = quantizedOperand(name, shape, quantization);
      contents.set(target.region, data);
      return target;
    };
    const keep = (name: string, bytes: number, role: Region['role'], first: (region: Region) => unknown): Region => {
      const known = kept.get(name);
      if (known) return known;
      const region: Region = { name, role, bytes };
      kept.set(name, region);
      first(region);
      return region;
    };
    const layer = layerOfKind(c.kind);
    const shapes = c.x.map(({ shape }) => shape);
    const shape = layer.inferShape(shapes, c.a) as Shape;
    const y: Operand = c.y ? quantizedOperand('y', shape, c.y) : operand('y', shape, 'activation');
    const context: QuantizedContext<unknown> = {
      x: c.x.map((levels, i) => write(`x${i}`, levels)) as unknown as QuantizedContext<unknown>['x'],
      y,
      ys: [y],
      w: Object.fromEntries(Object.entries(c.w).map(([role, t]) => [role, operand(role, t.shape, 'weight')])),
      a: c.a,
      epilogue: { lo: c.lo, hi: c.hi, residual: c.residual && write('residual', c.residual), maxPool: false },
      capabilities: this.kernels.capabilities,
      scratch: (bytes) => ({ name: 'scratch', role: 'activation', bytes }),
      packed: (key, bytes, pack) =>
        keep(`packed ${key}`, bytes, 'packed', (region) => packs.push(...list(pack(region)))),
      table: (key, data) => keep(`table ${key}`, data.byteLength, 'packed', (region) => contents.set(region, data)),
      saved: (key) => {
        throw new Error(`${c.kind} saves ${key} for a backward pass that there is not`);
      },
      hosted: (key, bytes, make) => keep(`hosted ${key}`, bytes, 'weight', (region) => contents.set(region, make(c.w))),
      isEightBit: (role) => c.w[role]?.eightBit !== undefined,
      randomKey: { name: 'random key', role: 'activation', bytes: 16 },
      nodeIndex: 0,
    };
    const calls = (layer.quantized as QuantizedLayer<unknown>).calls(context);
    if (!calls) return undefined;
    const bytes = runGuarded(this.kernels, {
      contents,
      calls: [...packs, ...list(calls)],
      target: y.region,
      layout,
    })(y.region);
    return { shape, data: c.y ? bytes : new Float32Array(bytes.buffer) };
  }
}
