/** What a step of a random chain may be: each adds a node that fits the current value, or none. */
import { elementCount, type Shape } from '../../../../engine/tensor.ts';
import { axesOf, type Step, signed } from './chain.ts';
import { orderBy, recut } from './choices.ts';
import { float } from './models.ts';
import { sums } from './random-sums.ts';

const unary: Step = (chain, { name, shape }) => {
  const type = chain.choose(['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Neg', 'Clip', 'Abs']);
  const limits = type === 'Clip' ? ` ${chain.constant([], -0.5, 0)} ${chain.constant([], 0, 0.5)}` : '';
  chain.add(type, `${name}${limits}`, shape, type === 'LeakyRelu' ? { alpha: float(0.25) } : {});
};

/** With a constant that has any of the axes, and perhaps fewer. */
const withConstant: Step = (chain, { name, shape }) => {
  const sides = shape.map((side) => (chain.pick(2) === 1 ? side : 1));
  const constant = chain.constant(sides.slice(chain.pick(shape.length + 1)), 0.5, 1.5);
  const type = chain.choose(['Add', 'Add', 'Mul', 'Sub', 'Max', 'Min', 'Div']);
  chain.add(type, type !== 'Div' && chain.pick(3) === 0 ? `${constant} ${name}` : `${name} ${constant}`, shape);
};

const fits = (shape: Shape, other: Shape): boolean =>
  other.length <= shape.length &&
  other.every((side, i) => side === 1 || side === shape[shape.length - other.length + i]);

/** With a value from before that can be broadcast to this one. */
const withEarlier: Step = (chain, { name, shape }) => {
  const other = chain.choose(chain.values.filter((value) => fits(shape, value.shape)));
  const type = chain.choose(chain.products++ < 2 ? ['Add', 'Mul', 'Sub', 'Max'] : ['Add', 'Sub', 'Max']);
  chain.add(type, chain.pick(2) === 1 ? `${name} ${other.name}` : `${other.name} ${name}`, shape);
};

const transpose: Step = (chain, { name, shape }) => {
  const perm = orderBy(shape.length, chain.allKeys);
  chain.add(
    'Transpose',
    name,
    perm.map((axis) => shape[axis] as number),
    { perm },
  );
};

const reshape: Step = (chain, { name, shape }) => {
  const wanted = recut(shape, chain.allKeys);
  const open = chain.pick(wanted.length + 1);
  chain.add('Reshape', `${name} ${chain.list(...wanted.map((side, axis) => (axis === open ? -1 : side)))}`, wanted);
};

const flatten: Step = (chain, { name, shape }) => {
  const axis = chain.pick(shape.length + 1);
  chain.add('Flatten', name, [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))], { axis });
};

const squeeze: Step = (chain, { name, shape }) => {
  const axes = chain.subset(axesOf(shape).filter((axis) => shape[axis] === 1));
  if (axes.length === 0) return;
  const list = chain.list(...axes.map((axis) => signed(chain, axis, shape.length)));
  chain.add(
    'Squeeze',
    `${name} ${list}`,
    shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueeze: Step = (chain, { name, shape }) => {
  const axis = chain.pick(shape.length + 1);
  const list = chain.list(signed(chain, axis, shape.length + 1));
  chain.add('Unsqueeze', `${name} ${list}`, shape.toSpliced(axis, 0, 1));
};

const concat: Step = (chain, { name, shape }) => {
  if (shape.length === 0) return;
  const axis = chain.pick(shape.length);
  const own = [shape.with(axis, 1 + chain.pick(3)), shape];
  const earlier = chain.values.filter(
    (value) => value.shape.length === shape.length && value.shape.every((side, i) => i === axis || side === shape[i]),
  );
  const isConstant = chain.pick(3) === 0;
  const other = isConstant ? { name: chain.constant(own[0]!), shape: own[0]! } : chain.choose(earlier);
  const length = (shape[axis] as number) + (other.shape[axis] as number);
  const inputs = chain.pick(2) === 1 ? [name, other.name] : [other.name, name];
  chain.add('Concat', inputs.join(' '), shape.with(axis, length), { axis: signed(chain, axis, shape.length) });
};

const slice: Step = (chain, { name, shape }) => {
  const axes = chain.subset(axesOf(shape));
  if (axes.length === 0) return;
  const parts = axes.map((axis) => {
    const length = shape[axis] as number;
    const step = chain.choose([1, 1, 2, -1, -2]);
    const [a, b] = [chain.pick(length), chain.pick(length)];
    const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
    const size = Math.floor((hi - lo) / Math.abs(step)) + 1;
    // Backwards to the very start there is no end but one far below.
    const far = lo === 0 ? -length - 1 : lo - 1;
    return { axis, size, step, start: step > 0 ? lo - length : hi, end: step > 0 ? hi + 1 : far };
  });
  const lists = [
    parts.map(({ start }) => start),
    parts.map(({ end }) => end),
    parts.map(({ axis }) => axis),
    parts.map(({ step }) => step),
  ];
  const sides = [...shape];
  for (const { axis, size } of parts) sides[axis] = size;
  chain.add('Slice', [name, ...lists.map((list) => chain.list(...list))].join(' '), sides);
};

const pad: Step = (chain, { name, shape }) => {
  if (shape.length === 0) return;
  const mode = chain.choose(['constant', 'constant', 'reflect', 'edge', 'wrap']);
  const amount = (side: number) => (mode === 'reflect' ? Math.min(side - 1, chain.pick(3)) : chain.pick(3));
  const before = shape.map(amount);
  const after = shape.map(amount);
  const value = mode === 'constant' ? ` ${chain.constant([])}` : '';
  const sides = shape.map((side, axis) => side + (before[axis] as number) + (after[axis] as number));
  chain.add('Pad', `${name} ${chain.list(...before, ...after)}${value}`, sides, { mode });
};

const expand: Step = (chain, { name, shape }) => {
  const wanted = [...[2, 3].slice(0, chain.pick(2)), ...shape.map((side) => (side === 1 ? 1 + chain.pick(4) : side))];
  const given = wanted.map((side) => (chain.pick(2) === 1 ? side : 1));
  const rank = wanted.length - shape.length;
  const sides = given.map((side, axis) => Math.max(side, axis < rank ? 1 : (shape[axis - rank] as number)));
  chain.add('Expand', `${name} ${chain.list(...given)}`, sides);
};

const tile: Step = (chain, { name, shape }) => {
  const repeats = shape.map(() => chain.choose([1, 1, 2, 3]));
  chain.add(
    'Tile',
    `${name} ${chain.list(...repeats)}`,
    shape.map((side, axis) => side * (repeats[axis] as number)),
  );
};

const gather: Step = (chain, { name, shape }) => {
  if (shape.length === 0) return;
  const axis = chain.pick(shape.length);
  const indices = Array.from({ length: 1 + chain.pick(4) }, () =>
    signed(chain, chain.pick(shape[axis] as number), shape[axis] as number),
  );
  chain.add('Gather', `${name} ${chain.list(...indices)}`, shape.with(axis, indices.length), { axis });
};

const split: Step = (chain, { name, shape }) => {
  const axes = axesOf(shape).filter((axis) => (shape[axis] as number) > 1);
  if (axes.length === 0) return;
  const axis = chain.choose(axes);
  const length = shape[axis] as number;
  const first = 1 + chain.pick(length - 1);
  const parts = [shape.with(axis, first), shape.with(axis, length - first)];
  chain.addAll('Split', `${name} ${chain.list(first, length - first)}`, parts, { axis });
};

const depthToSpace: Step = (chain, { name, shape }) => {
  if (shape.length !== 4) return;
  const [n, c, h, w] = shape as [number, number, number, number];
  if (c % 4 === 0 && chain.pick(2) === 1) {
    const mode = chain.choose(['DCR', 'CRD']);
    chain.add('DepthToSpace', name, [n, c / 4, 2 * h, 2 * w], { blocksize: 2, mode });
  } else if (h % 2 === 0 && w % 2 === 0) {
    chain.add('SpaceToDepth', name, [n, 4 * c, h / 2, w / 2], { blocksize: 2 });
  }
};

export const steps = {
  ...sums,
  unary,
  withConstant,
  withEarlier,
  transpose,
  transposeAgain: transpose,
  reshape,
  reshapeAgain: reshape,
  flatten,
  squeeze,
  unsqueeze,
  concat,
  slice,
  pad,
  expand,
  tile,
  gather,
  split,
  depthToSpace,
} satisfies Record<string, Step>;
