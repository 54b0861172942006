/** Layers on images [N,H,W,C], whose filters lie in TensorFlow as they do in the engine. */
import { formatShape, type Shape } from '../../tensor.ts';
import { vector } from '../onnx/operators/arithmetic.ts';
import type { Constant } from '../onnx/tensor.ts';
import type { RunTime, Value } from '../onnx/value.ts';
import type { Composite } from './composite.ts';

type Pair = readonly [height: number, width: number];
export type Padding = 'same' | readonly [top: number, bottom: number, left: number, right: number];

export interface Strides {
  readonly stride: Pair;
  readonly dilation: Pair;
  /** `same` puts the odd row at the bottom and the odd column to the right. */
  readonly padding: Padding;
}

export const noPadding: Padding = [0, 0, 0, 0];

const sides = (op: Composite, filter: Constant): readonly [number, number, number, number] => {
  if (filter.shape.length !== 4) throw op.invalid(`its filter ${formatShape(filter.shape)} does not have 4 axes`);
  return filter.shape as [number, number, number, number];
};

const inPlace = [0, 1, 2, 3] as const;

/** The filter and the bias as a layer's weights. */
function weightsOf(op: Composite, filter: Constant, channels: number, bias: Constant | undefined) {
  const weights = { filter: op.graph.filter(filter, filter.shape, inPlace, filter.shape, channels) };
  return bias ? { ...weights, bias: vector(op, bias) } : weights;
}

/** x ⋆ filter [KH,KW,IC/groups,OC] + bias [OC]. */
export function convolution(op: Composite, x: Value, filter: Constant, strides: Strides, bias?: Constant): RunTime {
  const [height, width, inputs, filters] = sides(op, filter);
  const image = op.image(x);
  const channels = image.shape[3] as number;
  if (channels % inputs !== 0) {
    throw op.invalid(`its filter ${formatShape(filter.shape)} expects ${inputs} channels, its input has ${channels}`);
  }
  const attributes = {
    filters,
    size: [height, width],
    ...strides,
    groups: channels / inputs,
    bias: bias !== undefined,
  };
  return op.made(op.graph.add('conv2d', [image], attributes, weightsOf(op, filter, filters, bias)));
}

/** Every channel with its own filters [KH,KW,C,multiplier]: output channel c·multiplier + m. */
export function depthwise(op: Composite, x: Value, filter: Constant, strides: Strides, bias?: Constant): RunTime {
  const [height, width, inputs, multiplier] = sides(op, filter);
  const image = op.image(x);
  const channels = image.shape[3] as number;
  if (channels !== inputs) {
    throw op.invalid(`its filter ${formatShape(filter.shape)} expects ${inputs} channels, its input has ${channels}`);
  }
  if (channels === 1) return convolution(op, x, filter, strides, bias);
  const attributes = { multiplier, size: [height, width], ...strides, bias: bias !== undefined };
  const weights = weightsOf(op, filter, channels * multiplier, bias);
  return op.made(op.graph.add('depthwiseConv2d', [image], attributes, weights));
}

/**
 * The gradient of a convolution towards its input, whose sides are given: filter [KH,KW,OC,IC].
 * @param size height and width of what comes out
 */
export function transposedConvolution(
  op: Composite,
  x: Value,
  filter: Constant,
  { stride, dilation, padding }: Strides,
  size: Pair,
  bias?: Constant,
): RunTime {
  const [height, width, filters, inputs] = sides(op, filter);
  const image = op.image(x);
  if (image.shape[3] !== inputs) {
    const expected = `its filter ${formatShape(filter.shape)} expects ${inputs} channels`;
    throw op.invalid(`${expected}, its input has ${image.shape[3]}`);
  }
  const pads: number[] = [];
  const outputPadding: number[] = [];
  for (const axis of [0, 1] as const) {
    const reach = ([height, width][axis]! - 1) * dilation[axis] + 1;
    const whole = stride[axis] * ((image.shape[axis + 1] as number) - 1) + reach;
    const total = whole - size[axis];
    const before = padding === 'same' ? Math.floor(Math.max(0, total) / 2) : (padding[2 * axis] as number);
    const after = total - before;
    pads.push(before, Math.max(0, after));
    outputPadding.push(Math.max(0, -after));
  }
  const shape = [height, width, inputs, filters];
  const weights = {
    filter: op.graph.filter(filter, filter.shape, [0, 1, 3, 2], shape, filters),
    ...(bias && { bias: vector(op, bias) }),
  };
  const attributes = {
    filters,
    size: [height, width],
    stride,
    dilation,
    padding: pads,
    outputPadding,
    bias: bias !== undefined,
  };
  const made = op.made(op.graph.add('convTranspose2d', [image], attributes, weights));
  const [, oh, ow] = made.placed.shape;
  if (oh !== size[0] || ow !== size[1]) throw op.invalid(`it makes ${oh}×${ow}, expected ${size.join('×')}`);
  return made;
}

/** Padding counts neither for the maximum nor for the mean. */
export function pool(
  op: Composite,
  kind: 'maxPool2d' | 'averagePool2d',
  x: Value,
  size: Pair,
  strides: Strides,
): RunTime {
  const { stride, padding } = strides;
  return op.made(op.graph.add(kind, [op.image(x)], { size, stride, padding }));
}

/** Of each channel of an image: [N,C], or [N,1,1,C]. */
export function globalPool(
  op: Composite,
  kind: 'globalAveragePool2d' | 'globalMaxPool2d',
  x: Value,
  keeps: boolean,
): RunTime {
  const placed = op.graph.add(kind, [op.image(x)]);
  const [n, c] = [placed.shape[0] as number, placed.shape.at(-1) as number];
  return op.made(placed, keeps ? [n, 1, 1, c] : [n, c]);
}

/** y = scale·(x − mean) / √(variance + epsilon) + shift along the last axis. */
export function batchNorm(
  op: Composite,
  x: Value,
  weights: Readonly<Record<'scale' | 'shift' | 'mean' | 'variance', Constant>>,
  epsilon: number,
): RunTime {
  const value = op.toRunTime(x);
  const order = value.layout.axes.map((_, axis) => axis);
  const vectors = Object.fromEntries(Object.entries(weights).map(([role, constant]) => [role, vector(op, constant)]));
  // The engine's layer wants ε > 0.
  const attributes = { epsilon: Math.max(epsilon, 1e-30) };
  return op.made(op.graph.add('batchNorm2d', [op.graph.arrange(value, order)], attributes, vectors));
}

export interface Resizing {
  readonly mode: 'nearest' | 'linear';
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** An image of another height and width, where TensorFlow looks for its pixels. */
export function resized(op: Composite, x: Value, size: Pair, how: Resizing): RunTime {
  const image = op.image(x);
  const isLinear = how.mode === 'linear';
  const halfPixel = isLinear ? 'half_pixel' : 'tf_half_pixel_for_nn';
  const open = how.halfPixelCenters ? halfPixel : 'asymmetric';
  const attributes = {
    size,
    mode: how.mode,
    coordinates: how.alignCorners ? 'align_corners' : open,
    ...(!isLinear && { nearest: how.alignCorners ? 'round_prefer_ceil' : 'floor' }),
  };
  return op.made(op.graph.add('resize', [image], attributes));
}

/** What `same` or nothing around the image makes of a transposed convolution's sides, as Keras counts. */
export const transposedSize = (x: Shape, size: Pair, stride: Pair, padding: Padding): Pair => {
  const side = (axis: 0 | 1) => {
    const grown = (x[axis + 1] as number) * stride[axis];
    return padding === 'same' ? grown : grown + Math.max(size[axis] - stride[axis], 0);
  };
  return [side(0), side(1)];
};
