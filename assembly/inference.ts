/** Entry of build/inference.wasm: every forward kernel. What ships to the edge. */

export { conv2d } from './conv2d';
export { gemm } from './gemm';
export * from './memory';
export * from './pack';
