/** Known numbers whose axes change places, as weights do between ONNX's layouts and ours: f32, and eight bits with their scales. */
import { eightBitTensor } from '../../quantization/quantization.ts';
import { elementCount, type Shape, type Tensor } from '../../tensor.ts';
import { permute, permuteData } from './layout.ts';
import type { Constant, Levels } from './tensor.ts';

/** The constant with its axes in the order of `permutation`. */
export function permuted({ type, shape, data, levels }: Constant, permutation: readonly number[]): Constant {
  return {
    type,
    shape: permute(shape, permutation),
    data: permuteData(data, shape, permutation),
    levels: levels && permutedLevels(levels, shape, permutation),
  };
}

/**
 * A constant, seen under `sides`, with its axes permuted and then under `shape`. It stays one of eight bits where its scales
 * are those of output channels.
 * @param channels product of its last axes, those of output channels
 */
export function arrangedFilter(
  { data, levels }: Constant,
  sides: Shape,
  permutation: readonly number[],
  shape: Shape,
  channels: number,
): Tensor {
  const moved = levels && permutedLevels(levels, sides, permutation);
  if (moved && moved.inner === 1 && channels % moved.scales.length === 0) {
    return eightBitTensor(shape, { levels: moved.levels, scales: moved.scales });
  }
  return { shape, data: Float32Array.from(permuteData(data, sides, permutation)) };
}

/** Levels with their axes, of these sides, permuted; undefined where what shares a scale is torn apart. */
export function permutedLevels(
  { levels, scales, inner }: Levels,
  sides: Shape,
  permutation: readonly number[],
): Levels | undefined {
  const moved = permuteData(levels, sides, permutation);
  if (scales.length === 1) return { levels: moved, scales, inner: 1 };
  const scaled = scaledAxes(sides, scales.length, inner);
  if (!scaled) return undefined;
  const order = permutation.filter((axis) => sides[axis] !== 1);
  const first = order.indexOf(scaled[0] as number);
  if (scaled.some((axis, i) => order[first + i] !== axis)) return undefined;
  return { levels: moved, scales, inner: elementCount(permute(sides, order.slice(first + scaled.length))) };
}

/** The neighbouring axes that scales run over: their sides multiply to `count`, those behind them to `inner`. */
function scaledAxes(sides: Shape, count: number, inner: number): readonly number[] | undefined {
  const axes: number[] = [];
  let [behind, size] = [1, 1];
  for (let axis = sides.length - 1; axis >= 0 && size < count; axis--) {
    const side = sides[axis] as number;
    if (side === 1) continue;
    if (behind < inner) {
      behind *= side;
    } else {
      axes.unshift(axis);
      size *= side;
    }
  }
  return behind === inner && size === count ? axes : undefined;
}

/** The one axis of a shape that scales run over, one a place; undefined where there is none. */
export function scaleAxis(shape: Shape, { scales, inner }: Levels): number | undefined {
  const axis = shape.findIndex((side, at) => side === scales.length && elementCount(shape.slice(at + 1)) === inner);
  return axis < 0 ? undefined : axis;
}
