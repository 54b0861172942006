/**
 * Memory for kernels under test: regions lie one behind the other with guards between them, in a memory that is full of
 * NaN. So whatever a kernel reads without having written it shows in its result, and whatever it writes outside its
 * region shows in a guard.
 */
import type { Kernels } from '../../engine/kernels.ts';
import { checkedKernel } from '../../engine/plan.ts';
import { type Argument, type KernelCall, type Region, regionOf } from '../../engine/region.ts';

/** Kernels may read, never write, so far beyond a region. */
const GUARD_BYTES = 64;

export interface Layout {
  /** What every byte of guards and of unwritten regions is; four 0xff are a NaN. */
  readonly poison?: number;
  /** The first region comes last, and the memory ends where its guard does: who reads on is trapped. */
  readonly atEnd?: boolean;
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export class GuardedMemory {
  private readonly kernels: Kernels;
  private readonly poison: number;
  private readonly regions: readonly Region[];
  private readonly addresses = new Map<Region, number>();
  private readonly start: number;

  /** Poisons the memory and lays the regions out, 16-byte aligned. */
  constructor(kernels: Kernels, regions: readonly Region[], { poison = 0xff, atEnd = false }: Layout = {}) {
    this.kernels = kernels;
    this.poison = poison;
    this.regions = atEnd ? regions.toReversed() : regions;
    let cursor = kernels.heapBase;
    for (const region of this.regions) {
      cursor = Math.ceil((cursor + GUARD_BYTES) / 16) * 16;
      this.addresses.set(region, cursor);
      cursor += region.bytes;
    }
    const end = cursor + GUARD_BYTES;
    kernels.reserve(end);
    const free = kernels.memory.buffer.byteLength - end;
    const shift = atEnd ? free - (free % 16) : 0;
    for (const [region, address] of this.addresses) this.addresses.set(region, address + shift);
    this.start = kernels.heapBase + shift;
    this.view(this.start, end + shift - this.start).fill(poison);
  }

  address(region: Region): number {
    return this.addresses.get(region) as number;
  }

  /** The bytes of a region as they are now. */
  bytes(region: Region): Uint8Array {
    return this.view(this.address(region), region.bytes);
  }

  /** @throws Error that names a region of which a kernel has written too much */
  checkGuards(): void {
    const isHurt = (byte: number) => byte !== this.poison;
    let from = this.start;
    for (const region of this.regions) {
      const address = this.address(region);
      if (this.view(from, address - from).some(isHurt))
        throw new Error(`a kernel wrote in front of its region ${region.name}`);
      from = address + region.bytes;
    }
    if (this.view(from, GUARD_BYTES).some(isHurt)) throw new Error('a kernel wrote behind its region');
  }

  private view(address: number, length: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, length);
  }
}

export interface Run {
  /** What the host puts into regions. */
  readonly contents: ReadonlyMap<Region, ArrayBufferView>;
  readonly calls: readonly KernelCall[];
  /** Where the result is expected. */
  readonly target: Region;
  /** The region of `contents` that may be overwritten. */
  readonly mayChange?: Region | undefined;
  readonly layout?: Layout;
}

/**
 * Runs kernel calls in guarded memory; returns the bytes of any of their regions.
 * @throws Error where a kernel writes outside its regions, or into what the host has given it
 */
export function runGuarded(kernels: Kernels, { contents, calls, target, mayChange, layout }: Run) {
  const used = calls.flatMap(({ args }) => args.flatMap((argument) => regionOf(argument) ?? []));
  const memory = new GuardedMemory(kernels, [...new Set([...contents.keys(), target, ...used])], layout);
  for (const [region, data] of contents) memory.bytes(region).set(bytesOf(data));
  const resolve = (argument: Argument): number => {
    if (typeof argument === 'number') return argument;
    return memory.address(regionOf(argument) as Region) + ('offsetBytes' in argument ? argument.offsetBytes : 0);
  };
  for (const { kernel, args } of calls) checkedKernel(kernels, kernel, args.length)(...args.map(resolve));
  memory.checkGuards();
  for (const [region, data] of contents) {
    if (region === mayChange) continue;
    const after = memory.bytes(region);
    if (bytesOf(data).some((byte, i) => byte !== after[i]))
      throw new Error(`a kernel changed its input ${region.name}`);
  }
  return (region: Region): Uint8Array => memory.bytes(region).slice();
}
