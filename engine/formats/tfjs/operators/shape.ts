/** What takes values apart, puts them together, or sees them in another shape; and the arithmetic of shapes. */
import { elementCount, formatShape } from '../../../tensor.ts';
import { constantOf } from '../../onnx/tensor.ts';
import { isConstant, type Value, valueShape } from '../../onnx/value.ts';
import type { TensorFlowOperation, TensorFlowReader } from '../operation.ts';

const pass: TensorFlowReader = (op) => op.input(0);

/** A side of 0 is one of 0 elements. */
const reshape: TensorFlowReader = (op) =>
  op.apply('Reshape', [op.input(0), op.shapeOf(op.list(1, 'the shape'))], { allowzero: 1 });

const squeeze: TensorFlowReader = (op) => {
  const given = op.tf.integers('squeeze_dims') ?? op.tf.integers('axis') ?? [];
  return op.apply('Squeeze', [op.input(0)], given.length > 0 ? { axes: given } : {});
};

const expandDims: TensorFlowReader = (op) => op.apply('Unsqueeze', [op.input(0)], { axes: op.list(1, 'the axis') });

const transpose: TensorFlowReader = (op) => op.apply('Transpose', [op.input(0)], { perm: op.list(1, 'the order') });

/** [before, after] of each axis, as ONNX lists them: all before, then all after. */
function padsOf(op: TensorFlowOperation): readonly number[] {
  const flat = op.list(1, 'the paddings');
  const rank = valueShape(op.input(0)).length;
  if (flat.length !== 2 * rank) throw op.invalid(`expected ${2 * rank} paddings, got ${flat.length}`);
  const negative = flat.find((side) => side < 0);
  if (negative !== undefined) throw op.invalid(`a padding is ${negative}, expected 0 or more`);
  return [...flat.filter((_, i) => i % 2 === 0), ...flat.filter((_, i) => i % 2 === 1)];
}

const pad: TensorFlowReader = (op) => op.apply('Pad', [op.input(0), undefined, op.inputs[2]], { pads: padsOf(op) });

/** SYMMETRIC repeats the rim, which for one element is what ONNX calls edge. */
const mirrorPad: TensorFlowReader = (op) => {
  const pads = padsOf(op);
  const mode = op.tf.text('mode', 'REFLECT');
  if (mode === 'REFLECT') return op.apply('Pad', [op.input(0)], { pads, mode: 'reflect' });
  if (pads.every((side) => side <= 1)) return op.apply('Pad', [op.input(0)], { pads, mode: 'edge' });
  throw op.unsupported('feature', `mode ${mode} of more than one element is not supported`);
};

/** The axis stands behind the values, in the first version before them. */
const concat =
  (axisIsFirst: boolean): TensorFlowReader =>
  (op) => {
    const at = axisIsFirst ? 0 : op.inputs.length - 1;
    const values = op.inputs.filter((_, i) => i !== at);
    return op.apply('Concat', values, { axis: op.number(at, 'the axis') });
  };

const pack: TensorFlowReader = (op) => {
  const given = op.tf.integer('axis', 0);
  const axis = op.axis(given, op.shape(0).length + 1);
  const values = op.inputs.map((_, i) => op.apply('Unsqueeze', [op.input(i)], { axes: [axis] }));
  return op.apply('Concat', values, { axis });
};

/** Equal parts. */
function parts(op: TensorFlowOperation, value: Value, axis: number, count: number): readonly Value[] {
  const shape = valueShape(value);
  const at = op.axis(axis, shape.length);
  const length = shape[at] as number;
  if (count < 1 || length % count !== 0) {
    throw op.invalid(`axis ${at} of ${formatShape(shape)} does not come apart into ${count} equal parts`);
  }
  return op.applyAll('Split', [value], { axis: at, num_outputs: count }, count);
}

const split: TensorFlowReader = (op) => parts(op, op.input(1), op.number(0, 'the axis'), op.tf.integer('num_split', 1));

/** One size may be −1: the rest. */
const splitSizes: TensorFlowReader = (op) => {
  const axis = op.axis(op.number(2, 'the axis'), op.shape(0).length);
  const sizes = op.list(1, 'the sizes');
  const known = sizes.filter((size) => size >= 0).reduce((a, b) => a + b, 0);
  const sides = sizes.map((size) => (size === -1 ? (op.shape(0)[axis] as number) - known : size));
  return op.applyAll('Split', [op.input(0)], { axis, split: sides }, sides.length);
};

const unpack: TensorFlowReader = (op) => {
  const axis = op.axis(op.tf.integer('axis', 0), op.shape(0).length);
  const count = op.shape(0)[axis] as number;
  return parts(op, op.input(0), axis, count).map((part) => op.apply('Squeeze', [part], { axes: [axis] }));
};

/** A size of −1 goes to the end. */
const slice: TensorFlowReader = (op) => {
  const [starts, sizes] = [op.list(1, 'the begin'), op.list(2, 'the size')];
  const shape = op.shape(0);
  const ends = sizes.map((size, axis) => (size === -1 ? (shape[axis] ?? 0) : (starts[axis] ?? 0) + size));
  if (starts.length !== shape.length || ends.some((end, axis) => end > (shape[axis] ?? 0))) {
    throw op.invalid(`begin ${formatShape(starts)} and size ${formatShape(sizes)} leave ${formatShape(shape)}`);
  }
  return op.apply('Slice', [op.input(0)], { starts, ends });
};

const gather: TensorFlowReader = (op) => {
  if (op.tf.integer('batch_dims', 0) !== 0) throw op.unsupported('feature', 'batch_dims is not supported');
  const axis = op.inputs[2] ? op.number(2, 'the axis') : 0;
  return op.apply('Gather', [op.input(0), op.input(1)], { axis });
};

/** Between values of the run nothing is cast but to f32, of which they are. */
const cast: TensorFlowReader = (op) => {
  const value = op.input(0);
  const to = op.tf.type('DstT');
  if (to === undefined) throw op.unsupported('element type', `it makes ${op.tf.typeName('DstT')}`);
  if (!isConstant(value)) {
    if (to === 'float32') return value;
    throw op.unsupported('element type', `it makes ${to} at run time, only float32 is supported`);
  }
  const isFloat = to === 'float32' || to === 'float64' || to === 'float16';
  const convert = (number: number) => (to === 'bool' ? Number(number !== 0) : isFloat ? number : Math.trunc(number));
  op.graph.spend(value.data.length);
  return constantOf(to, value.shape, Float64Array.from(value.data, convert));
};

const shape: TensorFlowReader = (op) => constantOf('int32', [op.shape(0).length], op.shape(0));

const size: TensorFlowReader = (op) => constantOf('int32', [], [elementCount(op.shape(0))]);

const rank: TensorFlowReader = (op) => constantOf('int32', [], [op.shape(0).length]);

const tile: TensorFlowReader = (op) => op.apply('Tile', [op.input(0), op.shapeOf(op.list(1, 'the repeats'))]);

const broadcastTo: TensorFlowReader = (op) => op.apply('Expand', [op.input(0), op.shapeOf(op.list(1, 'the shape'))]);

const fill: TensorFlowReader = (op) => op.apply('Expand', [op.input(1), op.shapeOf(op.list(0, 'the shape'))]);

const range: TensorFlowReader = (op) =>
  op.apply('Range', [op.constant(0, 'the start'), op.constant(1, 'the limit'), op.constant(2, 'the step')]);

export const shapes: Readonly<Record<string, TensorFlowReader>> = {
  BroadcastTo: broadcastTo,
  Cast: cast,
  Concat: concat(true),
  ConcatV2: concat(false),
  ExpandDims: expandDims,
  Fill: fill,
  Gather: gather,
  GatherV2: gather,
  Identity: pass,
  MirrorPad: mirrorPad,
  Pack: pack,
  Pad: pad,
  PadV2: pad,
  PlaceholderWithDefault: pass,
  Range: range,
  Rank: rank,
  Reshape: reshape,
  Shape: shape,
  Size: size,
  Slice: slice,
  Snapshot: pass,
  Split: split,
  SplitV: splitSizes,
  Squeeze: squeeze,
  StopGradient: pass,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};
