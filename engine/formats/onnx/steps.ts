/** Scales and zero points of QuantizeLinear and DequantizeLinear, checked: real = (integer − zero point) · scale. */
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import { elementCount, formatShape, type Shape } from '../../tensor.ts';
import type { Operation } from './operation.ts';
import { type Constant, isFloat, typeName } from './tensor.ts';

export type IntegerType = 'uint8' | 'int8' | 'int32';

export interface Steps {
  readonly type: IntegerType;
  /** One for all, or one a place of an axis: element i has number ⌊i / inner⌋ mod their count. */
  readonly scales: Float32Array;
  readonly zeroPoints: ArrayLike<number>;
  readonly inner: number;
}

/**
 * Reads inputs 1 and 2 and the attributes.
 * @param types that the integers may have; without a zero point they are of the first
 * @throws EngineError where scales are not finite and above 0, numbers do not fit the axis, or types are others
 */
export function stepsOf(op: Operation, shape: Shape, types: readonly IntegerType[]): Steps {
  if (op.attributes.integer('block_size', 0) !== 0) {
    throw op.unsupported('feature', 'scales of blocks (block_size) are not supported');
  }
  const scale = op.constant(1, 'the scale');
  const zeroPoint = op.optionalConstant(2, 'the zero point');
  const type = integerType(op, zeroPoint, types);
  if (!isFloat(scale.type) || scale.type === 'float64') {
    throw op.invalid(`its scale is ${scale.type}, expected float32 or float16`);
  }
  const scales = Float32Array.from(scale.data);
  // The largest magnitude of eight bits, so that what they stand for is finite.
  const wrong = scales.findIndex((each) => !(each > 0 && Number.isFinite(Math.fround(each * 256))));
  if (wrong >= 0) throw op.invalid(`its scale is ${scales[wrong]}, expected a finite number above 0`);
  if (zeroPoint && zeroPoint.data.length !== scales.length) {
    throw op.invalid(`it has ${scales.length} scales and ${zeroPoint.data.length} zero points, expected as many`);
  }
  const zeroPoints = zeroPoint?.data ?? new Float64Array(scales.length);
  return { type, scales, zeroPoints, inner: scales.length === 1 ? 1 : innerOf(op, shape, scale) };
}

function integerType(op: Operation, zeroPoint: Constant | undefined, types: readonly IntegerType[]): IntegerType {
  const wanted = op.attributes.integer('output_dtype', 0);
  const named = wanted === 0 ? undefined : typeName(wanted);
  const found = zeroPoint?.type ?? named ?? types[0];
  if (named && found !== named) throw op.invalid(`its zero point is ${found}, its output_dtype ${named}`);
  const type = types.find((each) => each === found);
  if (type) return type;
  const expected = `only ${types.join(' or ')} is supported here`;
  throw op.unsupported('element type', `${zeroPoint ? 'its zero point' : 'its output_dtype'} is ${found}, ${expected}`);
}

/** Elements behind the axis that has a scale for each place. */
function innerOf(op: Operation, shape: Shape, scale: Constant): number {
  const count = scale.data.length;
  if (scale.shape.length !== 1) {
    throw op.unsupported(
      'feature',
      `its scale is ${formatShape(scale.shape)}, only one number or one axis is supported`,
    );
  }
  const axis = op.axis(op.attributes.integer('axis', 1), shape.length);
  if (shape[axis] === count) return elementCount(shape.slice(axis + 1));
  const expected = `axis ${axis} of ${formatShape(shape)} has ${shape[axis]} places`;
  throw new EngineError('shape-mismatch', `${expected}, its scale has ${excerpt(count)} numbers`);
}
