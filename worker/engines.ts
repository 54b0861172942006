/** What a model can be made ready for: each kind of engine, with the memory that it goes on holding. */
import type { KernelSource } from '../engine/kernels.ts';
import type { Model } from '../engine/model-file.ts';
import { Session, type SessionOptions } from '../engine/session.ts';
import { Predictor } from '../engine/tasks/predictor.ts';

/** Every request is run sample by sample, so that each is answered bit for bit as alone. */
export const BATCH = 1;

export interface Engines {
  /** Answers about pictures. */
  readonly predict: Predictor;
  /** Runs the graph as it is in the file. */
  readonly infer: Session;
}

export type EngineKind = keyof Engines;

type Options = Pick<SessionOptions, 'maxBytes' | 'onReserve'>;

interface Definition<Engine> {
  /** @throws EngineError where the model's file does not say how; `limit-exceeded` */
  make(model: Model, kernels: KernelSource, options: Options): Engine;
  /** Bytes of linear memory. */
  bytes(engine: Engine): number;
}

const memoryOf = (session: Session): number => session.kernels.memory.buffer.byteLength;

export const engines: { readonly [Kind in EngineKind]: Definition<Engines[Kind]> } = {
  predict: {
    make: (model, kernels, options) => new Predictor(model, kernels, { ...options, onlyBatch: BATCH }),
    bytes: ({ session }) => memoryOf(session),
  },
  infer: {
    make: (model, kernels, options) => new Session(model, kernels, { ...options, onlyBatch: BATCH }),
    bytes: memoryOf,
  },
};
