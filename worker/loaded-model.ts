/** One model that the worker has opened: what its file says, and the sessions that run it, made when first needed. */
import { describeGraph } from '../engine/describe.ts';
import { EngineError } from '../engine/errors.ts';
import { inferShapes } from '../engine/graph.ts';
import type { KernelSource } from '../engine/kernels.ts';
import { type Model, parseModel } from '../engine/model-file.ts';
import { parseHeader, type TensorEntry } from '../engine/safetensors.ts';
import { Session } from '../engine/session.ts';
import { Predictor } from '../engine/tasks/predictor.ts';
import { byteCount, type Shape } from '../engine/tensor.ts';
import type { Limits } from './settings.ts';

/** An input or output as the protocol lists it: −1 for a free dimension. */
export interface TensorDescription {
  readonly name: string;
  readonly datatype: 'FP32';
  readonly shape: Shape;
}

export class LoadedModel {
  readonly name: string;
  readonly versions: readonly string[];
  readonly model: Model;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Weights, biases included, and multiply-adds for one sample. */
  readonly parameters: number;
  readonly macs: number;
  readonly #file: Uint8Array;
  readonly #kernels: KernelSource;
  readonly #options: { readonly maxBytes: number };
  #predictor: Predictor | undefined;
  #session: Session | undefined;

  /** @throws EngineError as parseModel */
  constructor(
    name: string,
    versions: readonly string[],
    file: Uint8Array,
    kernels: KernelSource,
    limits: Pick<Limits, 'sessionBytes'>,
  ) {
    this.name = name;
    this.versions = versions;
    this.model = parseModel(file);
    this.#file = file;
    this.#kernels = kernels;
    this.#options = { maxBytes: limits.sessionBytes };
    const { graph } = this.model;
    const [one, two] = [inferShapes(graph, 1), inferShapes(graph, 2)];
    this.inputs = graph.inputs.map(({ name, shape }) => ({ name, datatype: 'FP32', shape }));
    this.outputs = graph.outputs.map(({ name, from }) => ({
      name,
      datatype: 'FP32',
      shape: one.of(from).map((side, i) => (side === two.of(from)[i] ? side : -1)),
    }));
    const { parameters, macs } = describeGraph(graph);
    this.parameters = parameters;
    this.macs = macs;
  }

  get version(): string {
    return this.versions.at(-1) as string;
  }

  /** The tensors as the file stores them. */
  get stored(): readonly TensorEntry[] {
    return parseHeader(this.#file, this.#file.length).tensors;
  }

  /** Bytes of memory that this model takes: its tensors and its sessions. */
  get cachedBytes(): number {
    let bytes = 0;
    for (const { shape, eightBit } of this.model.tensors.values()) {
      bytes += eightBit ? eightBit.levels.byteLength : byteCount(shape);
    }
    for (const session of [this.#session, this.#predictor?.session])
      bytes += session?.kernels.memory.buffer.byteLength ?? 0;
    return bytes;
  }

  /**
   * Asks the model about pictures. @throws EngineError `invalid-input` where its file does not say how, `limit-exceeded`
   */
  predict<T>(work: (predictor: Predictor) => T): T {
    return this.#guarded(() => {
      this.#predictor ??= new Predictor(this.model, this.#kernels, this.#options);
      return work(this.#predictor);
    });
  }

  /** Runs the model's graph as it is in the file. @throws EngineError `limit-exceeded`, and what `work` throws */
  infer<T>(work: (session: Session) => T): T {
    return this.#guarded(() => {
      this.#session ??= new Session(this.model, this.#kernels, this.#options);
      return work(this.#session);
    });
  }

  /** After a trap nobody knows what a session's memory holds: the next request gets a new one. */
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof EngineError)) {
        this.#predictor = undefined;
        this.#session = undefined;
      }
      throw error;
    }
  }
}
