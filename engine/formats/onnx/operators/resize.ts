/** Resize (operator set 10 on) and Upsample (7 to 9) of images. */
import { excerpt } from '../../../json.ts';
import { scaledLength } from '../../../layers/resize-taps.ts';
import { elementCount, formatShape } from '../../../tensor.ts';
import { identity } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import type { Constant } from '../tensor.ts';
import type { Placed } from '../value.ts';

/** One number for each axis of the input, from lists that may name axes. */
interface Target {
  readonly sizes: readonly number[];
  /** Undefined where sizes were given: then they follow from those. */
  readonly scales: readonly number[] | undefined;
}

const filled = (constant: Constant | undefined): readonly number[] | undefined =>
  constant && constant.data.length > 0 ? [...constant.data] : undefined;

function spread(
  op: Operation,
  list: readonly number[],
  axes: readonly number[],
  rest: readonly number[],
): readonly number[] {
  if (list.length !== axes.length) throw op.invalid(`expected ${axes.length} scales or sizes, got ${list.length}`);
  const all = [...rest];
  axes.forEach((axis, i) => {
    all[axis] = list[i] as number;
  });
  return all;
}

function targetOf(op: Operation, axes: readonly number[]): Target {
  const shape = op.shape(0);
  const isResize11 = op.type === 'Resize' && op.opset >= 11;
  const scaleInput = isResize11 ? 2 : 1;
  const scales = op.attributes.floats('scales') ?? filled(op.optionalConstant(scaleInput, 'the scales'));
  const sizes = isResize11 ? filled(op.optionalConstant(3, 'the sizes')) : undefined;
  const ones = shape.map(() => 1);
  if (scales) {
    const all = spread(op, scales, axes, ones);
    return { scales: all, sizes: shape.map((side, axis) => scaledLength(side, all[axis] as number)) };
  }
  if (!sizes) throw op.invalid('neither scales nor sizes are given');
  return fitted(op, spread(op, sizes, axes, shape), axes);
}

/** Sizes under `keep_aspect_ratio_policy`: one scale for all axes that are resized, sizes rounded. */
function fitted(op: Operation, sizes: readonly number[], axes: readonly number[]): Target {
  const policy = op.attributes.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return { sizes, scales: undefined };
  if (policy !== 'not_larger' && policy !== 'not_smaller') {
    throw op.unsupported('feature', `keep_aspect_ratio_policy ${excerpt(policy)} is not supported`);
  }
  const shape = op.shape(0);
  const ratios = axes.map((axis) => (sizes[axis] as number) / (shape[axis] as number));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  const scales = shape.map((_, axis) => (axes.includes(axis) ? scale : 1));
  return { sizes: shape.map((side, axis) => Math.round(Math.fround(side * (scales[axis] as number)))), scales };
}

/** Where the window of tf_crop_and_resize lies, as [top, left, bottom, right]. */
function regionOf(op: Operation, axes: readonly number[], rank: number): readonly number[] | undefined {
  if (op.attributes.text('coordinate_transformation_mode', '') !== 'tf_crop_and_resize') return undefined;
  const given = op.constant(1, 'the region').data;
  const starts = spread(
    op,
    [...given.slice(0, axes.length)],
    axes,
    identity(rank).map(() => 0),
  );
  const ends = spread(
    op,
    [...given.slice(axes.length)],
    axes,
    identity(rank).map(() => 1),
  );
  return rank === 3 ? [0, starts[2]!, 1, ends[2]!] : [starts[2]!, starts[3]!, ends[2]!, ends[3]!];
}

const resize: Reader = (op) => {
  const shape = op.shape(0);
  const rank = shape.length;
  const given = op.attributes.integers('axes');
  const axes = given ? given.map((axis) => op.axis(axis, rank)) : identity(rank);
  const { sizes, scales } = targetOf(op, axes);
  if (elementCount(sizes) === 0) return op.empty(sizes);
  if (sizes[0] !== shape[0] || sizes[1] !== shape[1]) {
    throw op.unsupported(
      'feature',
      `${formatShape(shape)} to ${formatShape(sizes)}: only height and width can be resized`,
    );
  }
  const spatial = <T>(list: readonly T[], height: T): readonly T[] =>
    rank === 3 ? [height, list[2] as T] : list.slice(2);
  const isOld = op.type === 'Upsample' || op.opset < 11;
  const roi = regionOf(op, axes, rank);
  const attributes = {
    size: spatial(sizes, 1),
    ...(scales && { scales: spatial(scales, 1) }),
    mode: op.attributes.text('mode', 'nearest').replace('bilinear', 'linear'),
    coordinates: isOld ? 'asymmetric' : op.attributes.text('coordinate_transformation_mode', 'half_pixel'),
    nearest: op.attributes.text('nearest_mode', 'round_prefer_floor'),
    cubicA: op.attributes.float('cubic_coeff_a', -0.75),
    excludeOutside: op.attributes.integer('exclude_outside', 0) === 1,
    antialias: op.attributes.integer('antialias', 0) === 1,
    extrapolation: op.attributes.float('extrapolation_value', 0),
    ...(roi && { roi }),
  };
  const x = op.graph.image(op.input(0));
  const y = isOld ? olderNearest(op, x, attributes) : op.graph.add('resize', [x], attributes);
  return op.graph.fromImage(y, rank);
};

/**
 * Below operator set 11 nothing says which element is the nearest; ONNX's tests then, and ONNX Runtime to this day, round
 * down where an axis grows and up where it shrinks. Where one does this and one that, the axes are resized one by one.
 */
function olderNearest(op: Operation, x: Placed, attributes: { readonly size: readonly number[] }): Placed {
  const [height, width] = [x.shape[1] as number, x.shape[2] as number];
  const [toHeight, toWidth] = attributes.size as [number, number];
  const rule = (shrinks: boolean) => (shrinks ? 'ceil' : 'floor');
  if (toHeight < height === toWidth < width || toHeight === height || toWidth === width) {
    const nearest = rule(toHeight < height || toWidth < width);
    return op.graph.add('resize', [x], { ...attributes, nearest });
  }
  const { scales } = attributes as { readonly scales?: readonly [number, number] };
  const rows = { ...attributes, size: [toHeight, width], nearest: rule(toHeight < height) };
  const columns = { ...attributes, nearest: rule(toWidth < width) };
  const between = op.graph.add('resize', [x], { ...rows, ...(scales && { scales: [scales[0], 1] }) });
  return op.graph.add('resize', [between], { ...columns, ...(scales && { scales: [1, scales[1]] }) });
}

export const resizing: Readonly<Record<string, Reader>> = { Resize: resize, Upsample: resize };
