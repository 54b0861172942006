/** Batch, instance, layer and group normalization. */
import { elementCount, type Shape } from '../../../tensor.ts';
import { channelsLast, identity } from '../layout.ts';
import type { Operation, Reader } from '../operation.ts';
import { constantOf } from '../tensor.ts';
import { type RunTime, type Value, valueShape } from '../value.ts';
import { combine, vector } from './arithmetic.ts';
import { reduced } from './reduction.ts';

/** The engine's layers want ε > 0; some files say 0. */
const epsilonOf = (op: Operation): number => Math.max(op.attributes.float('epsilon', 1e-5), 1e-30);

const weightOf = (op: Operation, i: number, what: string) => vector(op, op.constant(i, what));

/** Channels are axis 1; memory has them last. */
const batchNormalization: Reader = (op) => {
  const isTraining =
    op.attributes.integer('training_mode', 0) === 1 || (op.opset < 7 && op.attributes.integer('is_test', 0) === 0);
  if (isTraining) throw op.unsupported('training', 'it is in training mode');
  if (op.opset < 9 && op.attributes.integer('spatial', 1) === 0) {
    throw op.unsupported('feature', 'statistics for every place of an image (spatial = 0) are not supported');
  }
  const value = op.runTime(0);
  const order = channelsLast(valueShape(value).length);
  const x = op.graph.arrange(value, order);
  const placed = op.graph.add(
    'batchNorm2d',
    [x],
    { epsilon: epsilonOf(op) },
    {
      scale: weightOf(op, 1, 'the scale'),
      shift: weightOf(op, 2, 'the shift'),
      mean: weightOf(op, 3, 'the mean'),
      variance: weightOf(op, 4, 'the variance'),
    },
  );
  return op.graph.fromOrder(placed, order);
};

const instanceNormalization: Reader = (op) => {
  const weights = { scale: weightOf(op, 1, 'the scale'), shift: weightOf(op, 2, 'the shift') };
  const placed = op.graph.add('instanceNorm2d', [op.graph.image(op.input(0))], { epsilon: epsilonOf(op) }, weights);
  return op.graph.fromImage(placed, op.shape(0).length);
};

/** Over the axes from `axis` on; the mean and 1 / deviation are outputs, too. */
const layerNormalization: Reader = (op) => {
  const value = op.runTime(0);
  const shape = valueShape(value);
  const first = op.axis(op.attributes.integer('axis', -1), shape.length);
  if (op.wants(1) || op.wants(2)) return inSteps(op, value, first);
  const normalized = shape.length - first;
  const natural = op.graph.naturalOrder(value).filter((axis) => axis < first);
  const order = [...natural, ...identity(shape.length).slice(first)];
  const [scale, shift] = [op.constant(1, 'the scale'), op.optionalConstant(2, 'the shift')];
  const sides = shape.slice(first);
  const isWhole = [scale, shift].every((constant) => !constant || elementCount(constant.shape) === elementCount(sides));
  if (!isWhole) return inSteps(op, value, first);
  const attributes = { axes: normalized, epsilon: epsilonOf(op), scale: true, shift: shift !== undefined };
  const weights = {
    scale: shaped(op, 1, sides),
    ...(shift && { shift: shaped(op, 2, sides) }),
  };
  return op.graph.fromOrder(op.graph.add('layerNorm', [op.graph.arrange(value, order)], attributes, weights), order);
};

const shaped = (op: Operation, i: number, shape: Shape) => {
  const constant = op.constant(i, 'a weight');
  return op.graph.derive(constant, `shaped ${shape.join()}`, () => ({ shape, data: Float32Array.from(constant.data) }));
};

/** The definition, written out: for files that read the mean, or whose scale is broadcast. */
function inSteps(op: Operation, value: RunTime, first: number): readonly Value[] {
  const shape = valueShape(value);
  const axes = identity(shape.length).slice(first);
  const mean = reduced(op, 'reduceMean', value, axes);
  const centred = combine(op, 'sub', value, mean);
  const variance = reduced(op, 'reduceMean', combine(op, 'mul', centred, centred), axes);
  const regular = combine(op, 'add', variance, constantOf('float32', [], [epsilonOf(op)]));
  const inverse = op.mapped(op.mapped(regular, 'sqrt'), 'reciprocal');
  const scaled = combine(op, 'mul', combine(op, 'mul', centred, inverse), op.input(1));
  return [op.inputs[2] ? combine(op, 'add', scaled, op.input(2)) : scaled, mean, inverse];
}

/** Scale and shift are one number a group below operator set 21, one a channel from there on. */
const groupNormalization: Reader = (op) => {
  const groups = op.attributes.integer('num_groups', 0);
  const channels = op.shape(0)[1] as number;
  const perChannel = (i: number) => {
    const constant = op.constant(i, 'a weight');
    if (constant.data.length === channels) return vector(op, constant);
    if (constant.data.length !== groups || channels % groups !== 0) {
      const expected = `one for each of ${groups} groups or ${channels} channels`;
      throw op.invalid(`its scale and shift are expected as ${expected}, got ${constant.data.length}`);
    }
    const size = channels / groups;
    return op.graph.derive(constant, `repeated for ${channels} channels`, () => ({
      shape: [channels],
      data: Float32Array.from(
        { length: channels },
        (_, channel) => constant.data[Math.floor(channel / size)] as number,
      ),
    }));
  };
  const weights = { scale: perChannel(1), shift: perChannel(2) };
  const placed = op.graph.add('groupNorm', [op.graph.image(op.input(0))], { groups, epsilon: epsilonOf(op) }, weights);
  return op.graph.fromImage(placed, op.shape(0).length);
};

export const normalization: Readonly<Record<string, Reader>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
};
