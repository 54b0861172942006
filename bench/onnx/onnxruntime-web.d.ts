/** The little of onnxruntime-web that is used here, declared so that types can be checked where it is not installed. */
declare module 'onnxruntime-web' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[]);
    readonly type: string;
    readonly data: Float32Array;
    readonly dims: readonly number[];
  }

  export interface InferenceSession {
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
    release(): Promise<void>;
  }

  export const InferenceSession: {
    create(
      model: Uint8Array,
      options: {
        readonly executionProviders: readonly ['wasm' | 'cpu'];
        readonly graphOptimizationLevel: 'disabled' | 'all';
        readonly logSeverityLevel: 0 | 1 | 2 | 3 | 4;
        readonly executionMode?: 'sequential';
        readonly intraOpNumThreads?: number;
        readonly interOpNumThreads?: number;
        readonly freeDimensionOverrides?: Readonly<Record<string, number>>;
      },
    ): Promise<InferenceSession>;
  };

  export const env: { readonly wasm: { numThreads: number } };
}
