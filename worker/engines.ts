/** What a model can be made ready for: each kind of engine, with the memory that it goes on holding. */
import type { Image } from '../engine/image/image.ts';
import type { KernelSource } from '../engine/kernels.ts';
import type { Model } from '../engine/model-file.ts';
import { Session, type SessionOptions } from '../engine/session.ts';
import { activations, Explainer, type FeatureMaps } from '../engine/tasks/explain.ts';
import { Predictor } from '../engine/tasks/predictor.ts';
import type { Limits } from './settings.ts';

/** Every request is run sample by sample, so that each is answered bit for bit as alone. */
export const BATCH = 1;

export interface KernelBuilds {
  readonly inference: KernelSource;
  /** Has the gradients; instantiated by the first explanation. */
  readonly training: KernelSource;
}

export interface Engines {
  /** Answers about pictures. */
  readonly predict: Predictor;
  /** Runs the graph as it is in the file. */
  readonly infer: Session;
  /** Says why. */
  readonly explain: Explainer;
  /** Gives the value of a layer. */
  readonly activations: (image: Image, layer: string) => FeatureMaps;
}

export type EngineKind = keyof Engines;

type EngineLimits = Pick<Limits, 'sessionBytes' | 'explanationBytes'>;

interface Definition<Engine> {
  /**
   * @param onReserve told of memory that the engine goes on holding
   * @throws EngineError where the model's file does not say how; `limit-exceeded`
   */
  make(model: Model, kernels: KernelBuilds, limits: EngineLimits, onReserve: SessionOptions['onReserve']): Engine;
  /** The model's weights are needed beyond the start. */
  readonly keepsWeights: boolean;
  /** Bytes of linear memory that it holds now. */
  bytes(engine: Engine): number;
  /** Bytes that it may take beyond those while it works. */
  growth(limits: EngineLimits): number;
}

const memoryOf = (session: Session): number => session.kernels.memory.buffer.byteLength;

const sessionOptions = ({ sessionBytes }: EngineLimits, onReserve: SessionOptions['onReserve']): SessionOptions => ({
  maxBytes: sessionBytes,
  onlyBatch: BATCH,
  ...(onReserve && { onReserve }),
});

export const engines: { readonly [Kind in EngineKind]: Definition<Engines[Kind]> } = {
  predict: {
    make: (model, { inference }, limits, onReserve) =>
      new Predictor(model, inference, sessionOptions(limits, onReserve)),
    keepsWeights: false,
    bytes: ({ session }) => memoryOf(session),
    growth: () => 0,
  },
  infer: {
    make: (model, { inference }, limits, onReserve) => new Session(model, inference, sessionOptions(limits, onReserve)),
    keepsWeights: false,
    bytes: memoryOf,
    growth: () => 0,
  },
  explain: {
    make: (model, { inference, training }, limits, onReserve) => {
      const predictor = new Predictor(model, inference, sessionOptions(limits, onReserve));
      return new Explainer(predictor, training, { maxBytes: limits.explanationBytes });
    },
    keepsWeights: true,
    bytes: (explainer) => memoryOf(explainer.predictor.session) + explainer.bytes,
    growth: ({ explanationBytes }) => explanationBytes,
  },
  activations: {
    make: (model, { inference }, { sessionBytes }) => {
      return (image, layer) => activations(model, inference, image, layer, { maxBytes: sessionBytes });
    },
    keepsWeights: true,
    bytes: () => 0,
    growth: ({ sessionBytes }) => sessionBytes,
  },
};
