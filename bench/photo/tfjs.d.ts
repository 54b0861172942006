/** What the detector's contestant uses of TensorFlow.js beside the others (peers/peers.d.ts, tfjs/tfjs.d.ts). */
declare module '@tensorflow/tfjs-core' {
  export function tensor(data: Int32Array, shape: readonly number[], type: 'int32'): Tensor;
  export const image: {
    resizeBilinear(images: Tensor, size: readonly [number, number]): Tensor;
    nonMaxSuppression(boxes: Tensor, scores: Tensor, max: number, iou: number, score: number): Tensor;
  };
}

declare module '@tensorflow/tfjs-converter' {
  import type { Tensor } from '@tensorflow/tfjs-core';
  export interface GraphModel {
    executeAsync(input: Tensor): Promise<Tensor | Tensor[]>;
  }
}
