/**
 * A session runs one model: one linear memory with the packed weights and an arena that every run reuses. Running is
 * synchronous from copy-in to copy-out, so that requests can share a session.
 */
import { EngineError } from './errors.ts';
import type { Graph, Reference } from './graph.ts';
import { instantiateKernels, type KernelSource, type Kernels } from './kernels.ts';
import { type Lowered, lower } from './lower.ts';
import { optimize, type Program } from './passes/index.ts';
import {
  bind,
  type Executable,
  execute,
  loadResidents,
  makePlan,
  type Plan,
  placeResidents,
  type Residents,
  stagingEnd,
} from './plan.ts';
import type { Operand } from './region.ts';
import { elementCount, formatShape, type Shape, type Tensor } from './tensor.ts';

export interface SessionOptions {
  /**
   * Values of the file's graph to return beside the outputs, or all of them. Fusion would swallow such values, so a
   * session with taps runs the graph as it is written.
   */
  readonly taps?: readonly Reference[] | 'all';
  /** Bytes of memory that the session may take; more is `limit-exceeded` before anything is allocated. */
  readonly maxBytes?: number;
}

/** Plans kept: one a batch size, the least recently used goes. */
const PLANS_KEPT = 2;

interface Prepared {
  readonly batch: number;
  readonly lowered: Lowered;
  plan: Plan;
  executable: Executable;
}

export class Session {
  readonly kernels: Kernels;
  private readonly program: Program;
  private readonly taps: readonly Reference[];
  private readonly maxBytes: number;
  private prepared: Prepared[] = [];
  private residents: Residents = { addresses: new Map(), regions: [], endBytes: 0 };

  /** @throws EngineError `shape-mismatch` where graph and weights do not fit */
  constructor(program: Program, source: KernelSource, options: SessionOptions = {}) {
    const { taps } = options;
    this.taps = taps === 'all' ? program.graph.nodes.map((node) => node.id) : (taps ?? []);
    this.program = taps ? program : optimize(program);
    this.kernels = instantiateKernels(source);
    this.maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The graph as it runs, after the passes. */
  get graph(): Graph {
    return this.program.graph;
  }

  /** The kernel calls for a batch, with every address. */
  plan(batch: number): Plan {
    return this.prepare(batch).plan;
  }

  /**
   * Runs the model.
   * @param inputs by name; the first dimension of each, where it is free, gives the batch
   * @returns outputs and tapped values by name, copied out of the memory
   * @throws EngineError `invalid-input` for a missing or unknown input, a wrong length; `limit-exceeded`
   */
  run(inputs: Readonly<Record<string, Float32Array>>): Record<string, Tensor> {
    const { lowered, plan, executable } = this.prepare(this.batchOf(inputs));
    for (const { name } of this.graph.inputs) {
      this.view(plan, lowered.values.get(name) as Operand).set(inputs[name] as Float32Array);
    }
    execute(executable);
    const read = (reference: Reference): Tensor => {
      const value = lowered.values.get(reference) as Operand;
      return { shape: value.shape, data: this.view(plan, value).slice() };
    };
    return {
      ...Object.fromEntries(this.taps.map((reference) => [reference, read(reference)])),
      ...Object.fromEntries(this.graph.outputs.map(({ name, from }) => [name, read(from)])),
    };
  }

  private view(plan: Plan, { shape, region }: Operand): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, plan.address(region), elementCount(shape));
  }

  /** Checks the inputs and reads off how many samples they hold. */
  private batchOf(inputs: Readonly<Record<string, Float32Array>>): number {
    const names = this.graph.inputs.map(({ name }) => name);
    const unknown = Object.keys(inputs).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new EngineError('invalid-input', `there is no input "${unknown}", the model has ${names.join(', ')}`);
    }
    let batch: number | undefined;
    for (const { name, shape } of this.graph.inputs) {
      const data = inputs[name];
      if (!data) throw new EngineError('invalid-input', `the input "${name}" ${formatShape(shape)} is missing`);
      const samples = samplesIn(name, shape, data.length);
      if (samples === undefined) continue;
      if (batch !== undefined && samples !== batch) {
        throw new EngineError('invalid-input', `the input "${name}" has ${samples} samples, another has ${batch}`);
      }
      batch = samples;
    }
    return batch ?? 1;
  }

  private prepare(batch: number): Prepared {
    const found = this.prepared.find((candidate) => candidate.batch === batch);
    if (found) {
      this.prepared = [...this.prepared.filter((candidate) => candidate !== found), found];
      return found;
    }
    const { capabilities } = this.kernels;
    const isEightBit = (tensor: string) => this.program.tensors.get(tensor)?.eightBit !== undefined;
    const lowered = lower(this.program.graph, { batch, capabilities, taps: this.taps, isEightBit });
    const kept = this.prepared.slice(1 - PLANS_KEPT);
    const residents = placeResidents([...kept.map((other) => other.lowered), lowered], this.kernels.heapBase);
    const plan = makePlan(lowered, residents.addresses, residents.endBytes);
    const needed = Math.max(plan.endBytes, stagingEnd(lowered.packs, residents.endBytes));
    if (needed > this.maxBytes) {
      throw new EngineError('limit-exceeded', `the model needs ${needed} bytes, at most ${this.maxBytes} are allowed`);
    }
    this.kernels.reserve(plan.endBytes);
    const isLoaded = residents.regions.every(
      ({ name }) => this.residents.addresses.get(name) === residents.addresses.get(name),
    );
    this.residents = residents;
    if (!isLoaded) {
      const plans = [...kept.map((other) => other.lowered), lowered];
      loadResidents(residents, plans, this.kernels, (name) => this.program.tensors.get(name));
    }
    // What was planned before may have moved: its arena starts behind the residents, too.
    for (const other of kept) {
      other.plan = makePlan(other.lowered, residents.addresses, residents.endBytes);
      other.executable = bind(other.plan.calls, this.kernels);
    }
    const prepared = { batch, lowered, plan, executable: bind(plan.calls, this.kernels) };
    this.prepared = [...kept, prepared];
    return prepared;
  }
}

/** Samples in `length` elements of a shape whose first dimension may be free; undefined where it is fixed. */
function samplesIn(name: string, shape: Shape, length: number): number | undefined {
  const isFree = shape[0] === -1;
  const perSample = elementCount(isFree ? shape.slice(1) : shape);
  const samples = length / perSample;
  if (!(isFree ? Number.isInteger(samples) && samples > 0 : length === perSample)) {
    const expected = isFree ? `a multiple of ${perSample}` : `${perSample}`;
    throw new EngineError(
      'invalid-input',
      `the input "${name}" ${formatShape(shape)}: expected ${expected} elements, got ${length}`,
    );
  }
  return isFree ? samples : undefined;
}
