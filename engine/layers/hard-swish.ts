/**
 * Swish in straight lines (Howard et al. 2019, MobileNetV3): y = x·min(max(x/6 + ½, 0), 1).
 *   Any shape; gradient 0 at −3, 1 at 3; ONNX HardSwish
 */
import { activation, noAttributes } from './activation.ts';

export const hardSwish = activation({
  attributes: noAttributes,
  forward: () => ['hardSwish'],
  backward: () => ['hardSwishBackward', 'x'],
  onnx: 'HardSwish',
});
