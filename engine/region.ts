/**
 * Memory before it has addresses. A layer writes its kernel calls in terms of regions; the planner reads off the calls
 * when each region is first and last used, and only then gives it a place (memory.ts).
 */
import type { KernelName } from './kernels.ts';
import type { Quantization } from './quantization/quantization.ts';
import { byteCount, elementCount, type Shape } from './tensor.ts';

/**
 * - `activation` lives from its first use to its last: a node's value, a gradient of one, a layer's scratch
 * - `weight` is a tensor of the model in its canonical layout, `packed` one rearranged for a kernel, `gradient` where
 *   training leaves a weight's gradient: all are kept between runs
 */
export type RegionRole = 'activation' | 'weight' | 'packed' | 'gradient';

export interface Region {
  readonly name: string;
  readonly role: RegionRole;
  readonly bytes: number;
}

/** A place inside a region. */
export interface RegionOffset {
  readonly region: Region;
  readonly offsetBytes: number;
}

/** A tensor as a kernel sees it: of f32, or of levels, a byte each, where it has a quantization. */
export interface Operand {
  readonly shape: Shape;
  readonly region: Region;
  readonly quantization?: Quantization | undefined;
}

/** A tensor of levels. */
export type QuantizedOperand = Operand & { readonly quantization: Quantization };

export type Argument = number | Region | RegionOffset | Operand;

/** A kernel call whose addresses are still regions. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly args: readonly Argument[];
}

/** Writes a kernel call; nested arrays are spread, so that groups of arguments can have a name. */
export const call = (kernel: KernelName, ...args: readonly (Argument | readonly Argument[])[]): KernelCall => ({
  kernel,
  args: args.flat() as Argument[],
});

/** `operand + offsetBytes`. */
export const at = (operand: Operand, offsetBytes: number): RegionOffset => ({ region: operand.region, offsetBytes });

export const operand = (name: string, shape: Shape, role: RegionRole): Operand => ({
  shape,
  region: { name, role, bytes: byteCount(shape) },
});

export const quantizedOperand = (name: string, shape: Shape, quantization: Quantization): QuantizedOperand => ({
  shape,
  region: { name, role: 'activation', bytes: elementCount(shape) },
  quantization,
});

/** The region that an argument points into; undefined for a number. */
export function regionOf(argument: Argument): Region | undefined {
  if (typeof argument === 'number') return undefined;
  return 'region' in argument ? argument.region : argument;
}
