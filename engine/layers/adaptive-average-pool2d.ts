/**
 * Adaptive average pooling: the image is cut into `size` windows of nearly equal sides, each becomes its mean.
 *   x [N,H,W,C] → y [N,OH,OW,C];  window i from ⌊i·H / OH⌋ to ⌈(i + 1)·H / OH⌉ (PyTorch AdaptiveAvgPool2d)
 */
import type * as v from 'valibot';
import { call, type Operand } from '../region.ts';
import { layer } from './layer.ts';
import { channelsFirst } from './onnx.ts';
import { adaptiveArguments, adaptiveAttributes, adaptiveOutput, adaptivePlaces } from './pool.ts';
import { quantizedAveragePool } from './quantized/pool.ts';

/** [OUT,IN]: each row has the weights of one window. */
function meanMatrix(places: ReturnType<typeof adaptivePlaces>, length: number): Float32Array {
  const matrix = new Float32Array(places.length * length);
  places.forEach(({ first, visible }, row) => {
    matrix.fill(1 / visible, row * length + first, row * length + first + visible);
  });
  return matrix;
}

const transposedMatrix = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number);

export const adaptiveAveragePool2d = layer<v.InferOutput<typeof adaptiveAttributes>>({
  attributes: adaptiveAttributes,

  inferShape: ([x], a) => adaptiveOutput(x, a),

  forward: (c) => call('averagePool2d', c.x[0] as Operand, adaptiveArguments(c), c.y),

  quantized: quantizedAveragePool(adaptiveArguments),

  backward: (c) => {
    const dx = c.dx[0];
    if (!dx) return [];
    return [call('fillZero', dx, dx.region.bytes), call('averagePool2dBackward', dx, adaptiveArguments(c), c.dy)];
  },

  /** The mean over windows of several sizes is a product with a matrix along each axis. */
  onnx: (o) => {
    const [, h, w] = o.x[0] as readonly [number, number, number];
    const [rows, columns] = [adaptivePlaces(h, o.a.size[0]), adaptivePlaces(w, o.a.size[1])];
    const left = o.floats([rows.length, h], meanMatrix(rows, h));
    const right = o.floats([w, columns.length], transposedMatrix(meanMatrix(columns, w), columns.length, w));
    return channelsFirst(o.node('MatMul', [left, o.node('MatMul', [o.image(0), right])]));
  },

  samples: [
    { input: [2, 6, 4, 4], size: [3, 2] },
    { input: [1, 7, 5, 9], size: [3, 4] }, // windows overlap, a channel tail
    { input: [2, 3, 2, 3], size: [5, 2] }, // more windows than pixels
    { input: [1, 5, 6, 2], size: 1 },
  ],
});
