/** Entry of build/image.wasm: kernels that work on pictures. Bit-exact on every machine, so never built with relaxed SIMD. */
export { convertRow, convolveRow, gatherRow } from './image/convolve';
export { heapBase } from './memory';
