/** StridedSlice: Python's x[1:, ..., ::2, None, 3], written as numbers and masks. */
import { excerpt } from '../../../json.ts';
import { valueShape } from '../../onnx/value.ts';
import type { TensorFlowReader } from '../operation.ts';

/** Beyond any axis, to either side. */
const FAR = 2 ** 31 - 1;

/** What becomes of the axes, in order: one that stays, one that is dropped, one of length 1 more. */
type Fate = 'keep' | 'drop' | 'new';

export const stridedSlice: TensorFlowReader = (op) => {
  const [begin, end, strides] = [op.list(1, 'the begin'), op.list(2, 'the end'), op.list(3, 'the strides')];
  const shape = op.shape(0);
  const has = (mask: string, i: number) => Math.floor(op.tf.integer(`${mask}_mask`, 0) / 2 ** i) % 2 === 1;
  const isNew = (i: number) => has('new_axis', i) && !has('ellipsis', i);
  const [starts, ends, steps, axes]: [number[], number[], number[], number[]] = [[], [], [], []];
  const fates: Fate[] = [];
  const wrong = () => op.invalid(`begin ${excerpt(begin)} and end ${excerpt(end)} do not fit ${excerpt(shape)}`);
  if (begin.length !== end.length || begin.length !== strides.length) throw wrong();
  let axis = 0;
  begin.forEach((from, i) => {
    if (has('ellipsis', i)) {
      const behind = begin.filter((_, j) => j > i && !isNew(j)).length;
      for (; axis < shape.length - behind; axis++) fates.push('keep');
      return;
    }
    if (isNew(i)) {
      fates.push('new');
      return;
    }
    const length = shape[axis];
    if (length === undefined) throw wrong();
    const step = strides[i] as number;
    if (has('shrink_axis', i)) {
      const place = from < 0 ? from + length : from;
      if (place < 0 || place >= length) throw op.invalid(`place ${from} is not one of ${length}`);
      starts.push(place);
      ends.push(place + 1);
      steps.push(1);
      fates.push('drop');
    } else {
      starts.push(has('begin', i) ? (step > 0 ? 0 : FAR) : from);
      ends.push(has('end', i) ? (step > 0 ? FAR : -FAR) : (end[i] as number));
      steps.push(step);
      fates.push('keep');
    }
    axes.push(axis++);
  });
  for (; axis < shape.length; axis++) fates.push('keep');
  const part = axes.length > 0 ? op.apply('Slice', [op.input(0)], { starts, ends, axes, steps }) : op.input(0);
  if (!fates.some((fate) => fate !== 'keep')) return part;
  const sides = [...valueShape(part)];
  const wanted = fates.flatMap((fate) => {
    if (fate === 'new') return [1];
    const side = sides.shift() as number;
    return fate === 'drop' ? [] : [side];
  });
  return op.apply('Reshape', [part, op.shapeOf(wanted)], { allowzero: 1 });
};
