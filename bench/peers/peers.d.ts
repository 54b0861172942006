/** The little of the peers that is used here, declared so that types can be checked where they are not installed. */

declare module 'onnxruntime-node' {
  export { InferenceSession, Tensor } from 'onnxruntime-web';
}

declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: readonly number[];
    dataSync(): Float32Array;
    dispose(): void;
  }
  /** Zeros at every side, or before and behind each axis of NHWC. */
  export type Padding = number | readonly (readonly [number, number])[];

  interface FusedConvolution {
    readonly x: Tensor;
    readonly filter: Tensor;
    readonly bias: Tensor | undefined;
    readonly activation: string;
    readonly strides: readonly [number, number];
    readonly pad: Padding;
    readonly dilations: readonly [number, number];
  }
  interface FusedProduct {
    readonly a: Tensor;
    readonly b: Tensor;
    readonly bias: Tensor | undefined;
    readonly activation: string;
  }
  export const fused: {
    conv2d(options: FusedConvolution): Tensor;
    depthwiseConv2d(options: FusedConvolution): Tensor;
    matMul(options: FusedProduct): Tensor;
  };

  export function env(): { set(flag: string, value: boolean): void };
  export function setBackend(name: 'wasm'): Promise<boolean>;
  export function tidy<T>(work: () => T): T;
  export function tensor(data: Float32Array, shape: readonly number[]): Tensor;
  export function tensor4d(data: Float32Array, shape: readonly [number, number, number, number]): Tensor;
  export function add(a: Tensor, b: Tensor | number): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function relu(x: Tensor): Tensor;
  export function relu6(x: Tensor): Tensor;
  export function mean(x: Tensor, axes: readonly number[], keepDims?: boolean): Tensor;
  export function concat(x: readonly Tensor[], axis: number): Tensor;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function maxPool(
    x: Tensor,
    size: readonly [number, number],
    strides: readonly [number, number],
    pad: Padding,
  ): Tensor;
}

declare module '@tensorflow/tfjs-backend-wasm' {
  export function setWasmPaths(path: string): void;
}

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
