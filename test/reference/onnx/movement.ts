/** ONNX operators that move elements: an element of y by its indices is an element of x. */
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { element, type Indices, tensorOf } from '../indices.ts';
import { broadcastShape, stretched } from './elementwise.ts';
import { type Call, type Evaluate, fromEnd, type Value, withError } from './value.ts';

/** y[indices] = x[f(indices)]. */
const moved = (x: Value, shape: Shape, from: (indices: Indices) => Indices): Value =>
  withError(
    tensorOf(shape, (indices) => element(x, from(indices))),
    x.error,
  );

const reshaped = (x: Value, shape: Shape): Value => ({ ...x, shape });

const reshape: Evaluate = ({ x, list }) => {
  const sides = list(1).map((side, axis) => (side === 0 ? (x(0).shape[axis] as number) : side));
  const known = elementCount(sides.filter((side) => side !== -1));
  return reshaped(
    x(0),
    sides.map((side) => (side === -1 ? elementCount(x(0).shape) / known : side)),
  );
};

const flatten: Evaluate = ({ x, a }) => {
  const { shape } = x(0);
  const axis = fromEnd((a.axis as number | undefined) ?? 1, shape.length);
  return reshaped(x(0), [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))]);
};

const squeeze: Evaluate = ({ x, list }) => {
  const axes = list(1).map((axis) => fromEnd(axis, x(0).shape.length));
  return reshaped(
    x(0),
    x(0).shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Evaluate = ({ x, list }) => {
  const rank = x(0).shape.length + list(1).length;
  const axes = list(1).map((axis) => fromEnd(axis, rank));
  const sides = [...x(0).shape];
  return reshaped(
    x(0),
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (sides.shift() as number))),
  );
};

const transpose: Evaluate = ({ x, a }) => {
  const permutation = (a.perm as readonly number[] | undefined) ?? [...x(0).shape.keys()].reverse();
  return moved(
    x(0),
    permutation.map((axis) => x(0).shape[axis] as number),
    (indices) => permutation.map((_, axis) => indices[permutation.indexOf(axis)] as number),
  );
};

const inputsOf = ({ x, has }: Call): readonly Value[] => {
  const values: Value[] = [];
  for (let i = 0; has(i); i++) values.push(x(i));
  return values;
};

const concat: Evaluate = (call) => {
  const inputs = inputsOf(call);
  const { shape } = inputs[0] as Value;
  const axis = fromEnd(call.a.axis as number, shape.length);
  const length = inputs.reduce((sum, input) => sum + (input.shape[axis] as number), 0);
  const y = tensorOf(shape.with(axis, length), (indices) => {
    let place = indices[axis] as number;
    const source = inputs.find((input) => {
      const isHere = place < (input.shape[axis] as number);
      if (!isHere) place -= input.shape[axis] as number;
      return isHere;
    });
    return element(source as Value, indices.with(axis, place));
  });
  return withError(y, Math.max(...inputs.map(({ error }) => error)));
};

/** What NumPy's start:end:step means for an axis. */
function picked(length: number, start: number, end: number, step: number): readonly number[] {
  const clamp = (place: number, lo: number, hi: number) => Math.min(Math.max(fromEnd(place, length), lo), hi);
  const places: number[] = [];
  if (step > 0) for (let i = clamp(start, 0, length); i < clamp(end, 0, length); i += step) places.push(i);
  else for (let i = clamp(start, 0, length - 1); i > clamp(end, -1, length - 1); i += step) places.push(i);
  return places;
}

const slice: Evaluate = ({ x, list, has }) => {
  const { shape } = x(0);
  const [starts, ends] = [list(1), list(2)];
  const axes = has(3) ? list(3).map((axis) => fromEnd(axis, shape.length)) : [...starts.keys()];
  const steps = has(4) ? list(4) : starts.map(() => 1);
  const places = shape.map((length, axis) => {
    const i = axes.indexOf(axis);
    return i < 0
      ? [...Array(length).keys()]
      : picked(length, starts[i] as number, ends[i] as number, steps[i] as number);
  });
  return moved(
    x(0),
    places.map(({ length }) => length),
    (indices) => indices.map((index, axis) => (places[axis] as number[])[index] as number),
  );
};

const split: Evaluate = ({ x, list, a, outputs }) => {
  const { shape } = x(0);
  const axis = fromEnd((a.axis as number | undefined) ?? 0, shape.length);
  let start = 0;
  return Array.from({ length: outputs }, (_, i) => {
    const [size, first] = [list(1)[i] as number, start];
    start += size;
    return moved(x(0), shape.with(axis, size), (indices) => indices.with(axis, (indices[axis] as number) + first));
  });
};

const modulo = (i: number, n: number): number => ((i % n) + n) % n;
const inside: Readonly<Record<string, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: modulo,
  reflect: (i, n) => (n === 1 ? 0 : Math.min(modulo(i, 2 * n - 2), 2 * n - 2 - modulo(i, 2 * n - 2))),
};

const pad: Evaluate = ({ x, list, a, has }) => {
  const { shape } = x(0);
  const pads = list(1);
  const value = has(2) ? (x(2).data[0] as number) : 0;
  const place = inside[a.mode as string];
  const sides = shape.map((side, axis) => side + (pads[axis] as number) + (pads[axis + shape.length] as number));
  const y = tensorOf(sides, (indices) => {
    const at = indices.map((index, axis) => index - (pads[axis] as number));
    if (place)
      return element(
        x(0),
        at.map((index, axis) => place(index, shape[axis] as number)),
      );
    return at.every((index, axis) => index >= 0 && index < (shape[axis] as number)) ? element(x(0), at) : value;
  });
  return withError(y, x(0).error);
};

const expand: Evaluate = ({ x, list }) =>
  withError(
    tensorOf(broadcastShape(x(0).shape, list(1)), (indices) => stretched(x(0), indices)),
    x(0).error,
  );

const tile: Evaluate = ({ x, list }) =>
  moved(
    x(0),
    x(0).shape.map((side, axis) => side * (list(1)[axis] as number)),
    (indices) => indices.map((index, axis) => index % (x(0).shape[axis] as number)),
  );

const gather: Evaluate = ({ x, a }) => {
  const { shape } = x(0);
  const axis = fromEnd((a.axis as number | undefined) ?? 0, shape.length);
  const indices = x(1);
  const rank = indices.shape.length;
  return moved(x(0), shape.toSpliced(axis, 1, ...indices.shape), (at) => {
    const place = element(indices, at.slice(axis, axis + rank));
    return at.toSpliced(axis, rank, fromEnd(place, shape[axis] as number));
  });
};

/** [N,C,H,W] → [N,C/b²,H·b,W·b], by the reshapes and the transpose of the specification. */
const depthToSpace: Evaluate = ({ x, a }) => {
  const [n, c, h, w] = x(0).shape as [number, number, number, number];
  const b = a.blocksize as number;
  const depth = c / (b * b);
  return moved(x(0), [n, depth, h * b, w * b], ([image, channel, row, column]) => {
    const [i, j] = [(row as number) % b, (column as number) % b];
    const from = a.mode === 'CRD' ? (channel as number) * b * b + i * b + j : (i * b + j) * depth + (channel as number);
    return [image as number, from, Math.floor((row as number) / b), Math.floor((column as number) / b)];
  });
};

const spaceToDepth: Evaluate = ({ x, a }) => {
  const [n, c, h, w] = x(0).shape as [number, number, number, number];
  const b = a.blocksize as number;
  return moved(x(0), [n, c * b * b, h / b, w / b], ([image, channel, row, column]) => {
    const block = Math.floor((channel as number) / c);
    const [i, j] = [Math.floor(block / b), block % b];
    return [image as number, (channel as number) % c, (row as number) * b + i, (column as number) * b + j];
  });
};

export const movement: Readonly<Record<string, Evaluate>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Identity: ({ x }) => x(0),
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
