/** Layers without weights. */
import { elementCount } from '../../../tensor.ts';
import { constantOf } from '../../onnx/tensor.ts';
import type { Value } from '../../onnx/value.ts';
import { activate, leakyRelu } from '../activations.ts';
import { globalPool, pool, resized } from '../images.ts';
import type { LayerOperation, LayerReader } from '../layer-operation.ts';

/** In training alone it does something. */
const pass: LayerReader = (op) => op.input(0);

const scalar = (value: number): Value => constantOf('float32', [], [value]);

/** min(max(x, 0), max_value), with a slope below 0. */
const relu: LayerReader = (op) => {
  if (op.number('threshold', 0) !== 0) throw op.unsupported('feature', 'a threshold is not supported');
  const slope = op.number('negative_slope', 0);
  const top = op.has('max_value') ? op.number('max_value', 0) : undefined;
  if (slope === 0) {
    return top === undefined
      ? activate(op, 'relu', op.input(0))
      : op.apply('Clip', [op.input(0), scalar(0), scalar(top)]);
  }
  const leaky = leakyRelu(op, op.input(0), slope);
  return top === undefined ? leaky : op.apply('Min', [leaky, scalar(top)]);
};

const softmax: LayerReader = (op) => op.apply('Softmax', [op.input(0)], { axis: op.listed('axis')?.[0] ?? -1 });

const pooling =
  (kind: 'maxPool2d' | 'averagePool2d'): LayerReader =>
  (op) => {
    const size = op.pair('pool_size', [2, 2]);
    return pool(op, kind, op.input(0), size, op.strides(size));
  };

const globally =
  (kind: 'globalAveragePool2d' | 'globalMaxPool2d'): LayerReader =>
  (op) => {
    op.requireChannelsLast();
    return globalPool(op, kind, op.input(0), op.flag('keepdims', false));
  };

/** Everything behind the batch: −1 is the rest. */
function shaped(op: LayerOperation, sides: readonly number[]): Value {
  return op.apply('Reshape', [op.input(0), op.shapeOf([op.shape(0)[0] as number, ...sides])], { allowzero: 1 });
}

const flatten: LayerReader = (op) => {
  op.requireChannelsLast();
  return shaped(op, [elementCount(op.shape(0).slice(1))]);
};

const reshape: LayerReader = (op) => {
  const target = op.listed('target_shape');
  if (!target) throw op.wrong('target_shape', 'a shape');
  return shaped(op, target);
};

/** Axes count from 1: the batch stays. */
const permute: LayerReader = (op) => op.apply('Transpose', [op.input(0)], { perm: [0, ...(op.listed('dims') ?? [])] });

/** n, [h, w] or [[top, bottom], [left, right]]. */
function sidesOf(op: LayerOperation, name: string, otherwise: number): readonly [number, number, number, number] {
  const given = op.config[name] ?? otherwise;
  const pairs = Array.isArray(given) ? given : [given, given];
  const sides = pairs.flatMap((side: unknown) => (Array.isArray(side) ? side : [side, side]));
  if (sides.length !== 4 || !sides.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw op.wrong(name, 'n, [h,w] or [[top,bottom],[left,right]]');
  }
  return sides as [number, number, number, number];
}

const zeroPadding: LayerReader = (op) => {
  op.requireChannelsLast();
  const [top, bottom, left, right] = sidesOf(op, 'padding', 1);
  return op.apply('Pad', [op.input(0)], { pads: [0, top, left, 0, 0, bottom, right, 0] });
};

const cropping: LayerReader = (op) => {
  op.requireChannelsLast();
  const [top, bottom, left, right] = sidesOf(op, 'cropping', 0);
  const [, height, width] = op.shape(0) as [number, number, number];
  if (top + bottom >= height || left + right >= width) {
    throw op.invalid(`it cuts off more than there is of ${op.describe(0)}`);
  }
  return op.apply('Slice', [op.input(0)], {
    starts: [top, left],
    ends: [height - bottom, width - right],
    axes: [1, 2],
  });
};

/** Linear interpolation begins at the corner, as TensorFlow.js has it (Keras itself: at the pixel's middle). */
const upSampling: LayerReader = (op) => {
  op.requireChannelsLast();
  const [rows, columns] = op.pair('size', [2, 2]);
  const interpolation = op.text('interpolation', 'nearest');
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw op.unsupported('feature', `interpolation ${interpolation} is not supported`);
  }
  const [, height, width] = op.shape(0) as [number, number, number];
  const mode = interpolation === 'nearest' ? 'nearest' : 'linear';
  const size = [height * rows, width * columns] as const;
  return resized(op, op.input(0), size, { mode, alignCorners: false, halfPixelCenters: false });
};

const variadic =
  (type: string): LayerReader =>
  (op) => {
    if (op.inputs.length < 2) throw op.invalid(`it takes 2 inputs or more, got ${op.inputs.length}`);
    return op.all().reduce((result, value) => op.apply(type, [result, value]));
  };

const average: LayerReader = (op) => {
  const sum = variadic('Add')(op);
  return op.apply('Mul', [sum, scalar(1 / op.inputs.length)]);
};

const concatenate: LayerReader = (op) => op.apply('Concat', op.all(), { axis: op.number('axis', -1) });

const rescaling: LayerReader = (op) => {
  const scaled = op.apply('Mul', [op.input(0), scalar(op.number('scale', 1))]);
  const offset = op.number('offset', 0);
  return offset === 0 ? scaled : op.apply('Add', [scaled, scalar(offset)]);
};

const elu: LayerReader = (op) => op.apply('Elu', [op.input(0)], { alpha: { float: op.number('alpha', 1) } });

export const plain: Readonly<Record<string, LayerReader>> = {
  Activation: (op) => op.activated(op.input(0)),
  Add: variadic('Add'),
  AlphaDropout: pass,
  Average: average,
  AveragePooling2D: pooling('averagePool2d'),
  Concatenate: concatenate,
  Cropping2D: cropping,
  Dropout: pass,
  ELU: elu,
  Flatten: flatten,
  GaussianDropout: pass,
  GaussianNoise: pass,
  GlobalAveragePooling2D: globally('globalAveragePool2d'),
  GlobalMaxPooling2D: globally('globalMaxPool2d'),
  InputLayer: pass,
  LeakyReLU: (op) => leakyRelu(op, op.input(0), op.number('alpha', op.number('negative_slope', 0.3))),
  MaxPooling2D: pooling('maxPool2d'),
  Maximum: variadic('Max'),
  Minimum: variadic('Min'),
  Multiply: variadic('Mul'),
  Permute: permute,
  ReLU: relu,
  Rescaling: rescaling,
  Reshape: reshape,
  Softmax: softmax,
  SpatialDropout2D: pass,
  UpSampling2D: upSampling,
  ZeroPadding2D: zeroPadding,
};
