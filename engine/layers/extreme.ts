/** The larger or smaller of two tensors, element by element: NaN where one is NaN; equal ones give the first its gradient. */
import type { KernelName } from '../kernels.ts';
import type { KernelCall, Operand } from '../region.ts';
import { type Attributes, binary, exact, first, inWork } from './binary.ts';
import { broadcastCall } from './broadcast.ts';
import type { BackwardContext, Layer } from './layer.ts';

/** dy where the first operand was taken, else 0. */
const toFirst = (c: BackwardContext<Attributes>, work: Operand): readonly KernelCall[] => [
  broadcastCall('equal', first(c), c.y, work),
  exact('mul', work, c.dy, work),
];

export const extreme = (kernel: KernelName, onnx: string): Layer<Attributes> =>
  binary(kernel, onnx, [inWork(toFirst), inWork((c, work) => [...toFirst(c, work), exact('sub', c.dy, work, work)])]);
