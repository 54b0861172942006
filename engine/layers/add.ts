/** The sum of two tensors: a residual connection, a bias from elsewhere. a, b → y, broadcast; ONNX Add. */
import { binary } from './binary.ts';
import { quantizedAdd } from './quantized/elementwise.ts';

export const add = binary('add', 'Add', [(c) => ({ calls: [], source: c.dy }), (c) => ({ calls: [], source: c.dy })], {
  quantized: quantizedAdd,
  residualAdd: true,
  epilogue: { clamp: true, clampInTraining: true },
});
