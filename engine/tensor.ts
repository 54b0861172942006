/** Shapes and tensors as the engine sees them: row-major, activations NHWC, f32 (MODEL: canonical weight layouts). */

export type Shape = readonly number[];

export interface Tensor {
  readonly shape: Shape;
  /** Row-major elements. */
  readonly data: Float32Array;
  /** Of a weight that is kept as eight bits: `data` is levels times scales. */
  readonly eightBit?: EightBit | undefined;
}

export interface EightBit {
  readonly levels: Int8Array;
  /** One for each output channel, which are the last axes, or one for all. */
  readonly scales: Float32Array;
}

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export const elementCount = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);

/** Bytes of an f32 tensor of this shape. */
export const byteCount = (shape: Shape): number => 4 * elementCount(shape);

/** `[1,28,28,1]`, as error messages write shapes. */
export const formatShape = (shape: Shape): string => `[${shape.join(',')}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((side, i) => side === b[i]);
