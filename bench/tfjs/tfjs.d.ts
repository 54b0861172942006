/** The little of TensorFlow.js that is used here, declared so that types can be checked where it is not installed. */
declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: number[];
    dataSync(): Float32Array;
  }
  export function tensor(values: Float32Array, shape: readonly number[]): Tensor;
  export function setBackend(name: 'cpu'): Promise<boolean>;
}

declare module '@tensorflow/tfjs-backend-cpu' {}

declare module '@tensorflow/tfjs-converter' {
  import type { Tensor } from '@tensorflow/tfjs-core';
  export interface GraphModel {
    execute(inputs: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Tensor | Tensor[];
  }
  export function loadGraphModel(handler: object): Promise<GraphModel>;
}

declare module '@tensorflow/tfjs-layers' {
  import type { Tensor } from '@tensorflow/tfjs-core';
  export interface LayersModel {
    readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[];
    predict(inputs: readonly Tensor[]): Tensor | Tensor[];
  }
  export function loadLayersModel(handler: object): Promise<LayersModel>;
}
