/** Pooling, resizing, and blocks of images [N,H,W,C]. */
import { formatShape } from '../../../tensor.ts';
import { type Value, valueShape } from '../../onnx/value.ts';
import { pool, resized } from '../images.ts';
import type { TensorFlowOperation, TensorFlowReader } from '../operation.ts';

const pooling =
  (kind: 'maxPool2d' | 'averagePool2d'): TensorFlowReader =>
  (op) => {
    const strides = op.strides();
    return pool(op, kind, op.input(0), op.pair('ksize'), strides);
  };

const resize =
  (mode: 'nearest' | 'linear'): TensorFlowReader =>
  (op) => {
    const size = op.list(1, 'the size');
    if (size.length !== 2) throw op.invalid(`its size ${formatShape(size)} is not [height,width]`);
    return resized(op, op.input(0), size as [number, number], {
      mode,
      alignCorners: op.tf.flag('align_corners'),
      halfPixelCenters: op.tf.flag('half_pixel_centers'),
    });
  };

const block =
  (kind: 'depthToSpace' | 'spaceToDepth'): TensorFlowReader =>
  (op) => {
    op.requireChannelsLast();
    const attributes = { block: op.tf.integer('block_size', 0) };
    return op.made(op.graph.add(kind, [op.image(op.input(0))], attributes));
  };

/** What goes around height and width, or is cut off them. */
interface Blocks {
  readonly size: readonly [number, number];
  readonly sides: readonly [top: number, bottom: number, left: number, right: number];
}

/** TensorFlow writes a dilated convolution as one of blocks that became a batch: inputs 1 and 2 tell which. */
function blocksOf(op: TensorFlowOperation): Blocks {
  const [size, sides] = [op.list(1, 'the block'), op.list(2, 'the sides')];
  if (size.length !== 2 || sides.length !== 4 || valueShape(op.input(0)).length !== 4) {
    throw op.unsupported('rank', 'blocks are supported of images [N,H,W,C] alone');
  }
  return { size: size as [number, number], sides: sides as [number, number, number, number] };
}

const reshape = (op: TensorFlowOperation, value: Value, shape: readonly number[]): Value => {
  const wrong = shape.find((side) => !Number.isInteger(side));
  if (wrong !== undefined) throw op.invalid(`${formatShape(valueShape(value))} does not come apart into its blocks`);
  return op.apply('Reshape', [value, op.shapeOf(shape)]);
};

const spaceToBatch: TensorFlowReader = (op) => {
  const { size, sides } = blocksOf(op);
  const [top, bottom, left, right] = sides;
  const padded = op.apply('Pad', [op.input(0)], { pads: [0, top, left, 0, 0, bottom, right, 0] });
  const [n, h, w, c] = valueShape(padded) as [number, number, number, number];
  const parts = reshape(op, padded, [n, h / size[0], size[0], w / size[1], size[1], c]);
  const moved = op.apply('Transpose', [parts], { perm: [2, 4, 0, 1, 3, 5] });
  return reshape(op, moved, [n * size[0] * size[1], h / size[0], w / size[1], c]);
};

const batchToSpace: TensorFlowReader = (op) => {
  const { size, sides } = blocksOf(op);
  const [top, bottom, left, right] = sides;
  const [n, h, w, c] = op.shape(0) as [number, number, number, number];
  const batch = n / (size[0] * size[1]);
  const parts = reshape(op, op.input(0), [...size, batch, h, w, c]);
  const moved = op.apply('Transpose', [parts], { perm: [2, 3, 0, 4, 1, 5] });
  const [height, width] = [h * size[0], w * size[1]];
  const whole = reshape(op, moved, [batch, height, width, c]);
  return op.apply('Slice', [whole], { starts: [top, left], ends: [height - bottom, width - right], axes: [1, 2] });
};

export const images: Readonly<Record<string, TensorFlowReader>> = {
  AvgPool: pooling('averagePool2d'),
  BatchToSpaceND: batchToSpace,
  DepthToSpace: block('depthToSpace'),
  MaxPool: pooling('maxPool2d'),
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  SpaceToBatchND: spaceToBatch,
  SpaceToDepth: block('spaceToDepth'),
};
