/**
 * A plan is data: kernel names and numbers, every address fixed. It can be printed, compared and timed step by step; the
 * executor is one loop.
 */
import { EngineError } from './errors.ts';
import type { KernelName, Kernels } from './kernels.ts';
import type { Table } from './layers/layer.ts';
import type { Lowered, Pack } from './lower.ts';
import { type Lifetime, lifetimes, placeByLifetime, placeInSequence, SLACK_BYTES } from './memory.ts';
import { type Argument, type KernelCall, type Region, regionOf } from './region.ts';
import type { Tensor } from './tensor.ts';

export interface PlannedCall {
  readonly node: string;
  readonly algorithm: string;
  readonly kernel: KernelName;
  readonly args: readonly number[];
}

export interface Plan {
  readonly calls: readonly PlannedCall[];
  /** Lifetimes and addresses of what the run needs beside the weights. */
  readonly arena: readonly (Lifetime & { readonly address: number })[];
  /** Bytes of the arena: the peak of activations and scratch. */
  readonly arenaBytes: number;
  /** First byte behind everything, slack included: what the memory has to hold. */
  readonly endBytes: number;
  address(region: Region): number;
}

/** Where the regions that outlive a run are: canonical weights that kernels read, and packed ones. */
export interface Residents {
  readonly addresses: ReadonlyMap<string, number>;
  readonly regions: readonly Region[];
  /** First free byte behind them. */
  readonly endBytes: number;
}

/** Regions kept between runs, by name: packed ones, and weights that a run (not only a pack) reads. */
export function placeResidents(plans: readonly Lowered[], base: number): Residents {
  const regions = new Map<string, Region>();
  for (const lowered of plans) {
    for (const step of lowered.steps) {
      for (const region of regionsOf(step.calls)) if (region.role === 'weight') regions.set(region.name, region);
    }
    for (const region of lowered.pinned) if (region.role === 'weight') regions.set(region.name, region);
    for (const { region } of lowered.packs) regions.set(region.name, region);
  }
  const { offsets, bytes } = placeInSequence(regions.values(), base);
  const addresses = new Map([...offsets].map(([region, address]) => [region.name, address]));
  return { addresses, regions: [...regions.values()], endBytes: base + bytes };
}

export function* regionsOf(calls: readonly KernelCall[]): Generator<Region> {
  for (const call of calls) {
    for (const argument of call.args) {
      const region = regionOf(argument);
      if (region) yield region;
    }
  }
}

/** Gives every region of a lowered graph an address: residents are where they are, the arena follows at `base`. */
export function makePlan(lowered: Lowered, residents: ReadonlyMap<string, number>, base: number): Plan {
  const allCalls = lowered.steps.flatMap((step) => step.calls);
  const spans = lifetimes(allCalls, lowered.pinned);
  const { offsets, bytes } = placeByLifetime(spans, base);
  const address = (region: Region): number => {
    const known = region.role === 'activation' ? offsets.get(region) : residents.get(region.name);
    if (known === undefined) throw new Error(`region "${region.name}" has no address`);
    return known;
  };
  return {
    calls: lowered.steps.flatMap(({ node, algorithm, calls }) =>
      calls.map((call) => ({ node: node.id, algorithm, ...resolveCall(call, address) })),
    ),
    arena: spans.map((span) => ({ ...span, address: address(span.region) })),
    arenaBytes: bytes,
    endBytes: base + bytes + SLACK_BYTES,
    address,
  };
}

/** Regions → numbers. */
export const resolveCall = (call: KernelCall, address: (region: Region) => number) => ({
  kernel: call.kernel,
  args: call.args.map((argument) => resolve(argument, address)),
});

function resolve(argument: Argument, address: (region: Region) => number): number {
  if (typeof argument === 'number') return argument;
  const region = regionOf(argument) as Region;
  return address(region) + ('offsetBytes' in argument ? argument.offsetBytes : 0);
}

/** A plan bound to an instance: functions instead of names. */
export type Executable = readonly { readonly run: (...args: number[]) => unknown; readonly args: readonly number[] }[];

/** @throws EngineError `unavailable` where the build lacks a kernel */
export const bind = (calls: readonly Pick<PlannedCall, 'kernel' | 'args'>[], kernels: Kernels): Executable =>
  calls.map(({ kernel, args }) => ({ run: checkedKernel(kernels, kernel, args.length), args }));

/** WebAssembly takes any number of arguments and fills up with zeros: a call that forgot one would just be wrong. */
export function checkedKernel(kernels: Kernels, name: KernelName, count: number): (...args: number[]) => unknown {
  const kernel = kernels.function(name);
  if (kernel.length !== count)
    throw new Error(`kernel "${name}" takes ${kernel.length} arguments, it is called with ${count}`);
  return kernel;
}

export function execute(executable: Executable): void {
  for (const { run, args } of executable) run(...args);
}

/** What a pack needs beside its target: its weights, which are not resident, and its scratch, one behind the other. */
function staging({ calls }: Pack, base: number): { readonly offsets: ReadonlyMap<Region, number>; end: number } {
  const passing = new Set([...regionsOf(calls)].filter(({ role }) => role !== 'packed'));
  const { offsets, bytes } = placeInSequence(passing, base);
  return { offsets, end: base + bytes + SLACK_BYTES };
}

/** First byte behind what the packs need while they run, staged from `base` on. */
export const stagingEnd = (packs: readonly Pack[], base: number): number =>
  packs.reduce((end, pack) => Math.max(end, staging(pack, base).end), base);

/**
 * Fills a packed region: with a table's numbers, or by a pack. What that reads is staged from `base` on, which may be the
 * arena, since no run is under way.
 */
export function executePack(
  pack: Pack,
  kernels: Kernels,
  residents: ReadonlyMap<string, number>,
  base: number,
  read: (name: string) => Table,
): void {
  if (pack.data) {
    writeTable(kernels, residents.get(pack.region.name) as number, pack.data);
    return;
  }
  const { offsets, end } = staging(pack, base);
  kernels.reserve(end);
  for (const [region, address] of offsets) {
    if (region.role !== 'weight') continue;
    const data = read(region.name);
    if (data.byteLength !== region.bytes) {
      throw new EngineError(
        'shape-mismatch',
        `weight "${region.name}": expected ${region.bytes} bytes, got ${data.byteLength}`,
      );
    }
    writeTable(kernels, address, data);
  }
  const address = (region: Region): number => offsets.get(region) ?? (residents.get(region.name) as number);
  execute(
    bind(
      pack.calls.map((call) => resolveCall(call, address)),
      kernels,
    ),
  );
}

/**
 * Fills what outlives a run: copies the weights that kernels read as they are, and packs the others.
 * @param plans all that `residents` were placed for
 * @param tensor a weight of the model by its name
 */
export function loadResidents(
  { addresses, regions, endBytes }: Residents,
  plans: readonly Lowered[],
  kernels: Kernels,
  tensor: (name: string) => Tensor | undefined,
): void {
  const hosted = new Map(plans.flatMap((lowered) => [...lowered.hosted]));
  const read = (name: string): Table => hosted.get(name)?.(tensor) ?? (tensor(name) as Tensor).data;
  for (const { name, role } of regions) {
    if (role !== 'weight') continue;
    writeTable(kernels, addresses.get(name) as number, read(name));
  }
  const packs = new Map(plans.flatMap((lowered) => lowered.packs.map((pack) => [pack.region.name, pack])));
  for (const pack of packs.values()) executePack(pack, kernels, addresses, endBytes, read);
}

/** Copies a table's numbers to their place. */
export function writeTable({ memory }: Kernels, address: number, data: Table): void {
  new Uint8Array(memory.buffer, address, data.byteLength).set(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
}
