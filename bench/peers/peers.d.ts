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

declare module 'sharp' {
  interface Sharp {
    rotate(degrees: number, options: { readonly background: string }): Sharp;
    convolve(filter: { readonly width: number; readonly height: number; readonly kernel: readonly number[] }): Sharp;
    linear(factor: number, offset: number): Sharp;
    gamma(gamma: number): Sharp;
    flop(): Sharp;
    blur(sigma: number): Sharp;
    resize(width: number, height: number, options: { readonly kernel: string }): Sharp;
    raw(): Sharp;
    toBuffer(): Promise<Uint8Array>;
  }
  interface Raw {
    readonly raw: { readonly width: number; readonly height: number; readonly channels: number };
  }
  const sharp: {
    (data: Uint8Array, options: Raw): Sharp;
    concurrency(threads: number): void;
    cache(on: boolean): void;
  };
  export default sharp;
}

declare module 'jimp' {
  interface Bitmap {
    readonly width: number;
    readonly height: number;
    readonly data: Uint8Array;
  }
  interface JimpImage {
    clone(): JimpImage;
    rotate(options: { readonly deg: number; readonly mode: boolean }): JimpImage;
    convolute(filter: readonly (readonly number[])[]): JimpImage;
    brightness(factor: number): JimpImage;
    flip(options: { readonly horizontal: boolean }): JimpImage;
    gaussian(radius: number): JimpImage;
    resize(size: { readonly w: number; readonly h: number }): JimpImage;
  }
  export const Jimp: { fromBitmap(bitmap: Bitmap): JimpImage };
}

declare module '@silvia-odwyer/photon-node' {
  export class PhotonImage {
    constructor(rgba: Uint8Array, width: number, height: number);
    free(): void;
  }
  export const SamplingFilter: { readonly Triangle: number };
  export function rotate(image: PhotonImage, degrees: number): PhotonImage;
  export function resize(image: PhotonImage, width: number, height: number, filter: number): PhotonImage;
  export function sharpen(image: PhotonImage): void;
  export function adjust_brightness(image: PhotonImage, levels: number): void;
  export function gamma_correction(image: PhotonImage, red: number, green: number, blue: number): void;
  export function fliph(image: PhotonImage): void;
  export function gaussian_blur(image: PhotonImage, radius: number): void;
}
