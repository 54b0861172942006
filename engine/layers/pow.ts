/**
 * Powers of reals: y = a^b, broadcast. A negative base has integer powers, others are NaN; 0⁰ = 1; ONNX Pow of floats.
 * The exponent's gradient is NaN where the base is negative.
 */
import { binary, exact, first, inWork, second } from './binary.ts';
import { broadcastCall } from './broadcast.ts';

export const pow = binary('pow', 'Pow', [
  inWork((c, work) => [broadcastCall('powBaseSlope', first(c), second(c), work), exact('mul', work, c.dy, work)]),
  inWork((c, work) => [broadcastCall('powExponentSlope', first(c), second(c), work), exact('mul', work, c.dy, work)]),
]);
