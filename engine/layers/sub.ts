/** The difference of two tensors: y = a − b, broadcast; ONNX Sub. */
import { binary } from './binary.ts';

export const sub = binary('sub', 'Sub', [
  (c) => ({ calls: [], source: c.dy }),
  (c) => ({ calls: [], source: c.dy, divisor: -1 }),
]);
