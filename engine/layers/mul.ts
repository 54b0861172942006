/** The product of two tensors, element by element: a gate, a mask. y = a·b, broadcast; ONNX Mul. */
import { binary, exact, first, inWork, second } from './binary.ts';
import { quantizedMul } from './quantized/elementwise.ts';

export const mul = binary(
  'mul',
  'Mul',
  [
    inWork((c, work) => [exact('mul', c.dy, second(c), work)]),
    inWork((c, work) => [exact('mul', c.dy, first(c), work)]),
  ],
  { quantized: quantizedMul },
);
