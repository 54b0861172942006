/** The quotient of two tensors: y = a / b, broadcast; ±∞ or NaN where b is 0; ONNX Div of floats. */
import { binary, exact, inWork, second } from './binary.ts';

export const div = binary('div', 'Div', [
  inWork((c, work) => [exact('div', c.dy, second(c), work)]),
  // ∂(a/b)/∂b = −y/b
  inWork((c, work) => [exact('mul', c.dy, c.y, work), exact('div', work, second(c), work)], -1),
]);
