/**
 * How a value's elements lie in memory, apart from how ONNX numbers its axes. An axis is made of atoms (a 6 may be 2·3);
 * memory holds the atoms in some order. So a Transpose costs nothing until somebody needs another order, a Reshape only
 * cuts and joins atoms, and a convolution that wants [N,H,W,C] finds it where the one before it has left it.
 * Axes of length 1 have no atoms: they can be thought anywhere.
 */
import type { Shape } from '../../tensor.ts';

/** A factor of an axis; two atoms are the same if they are the same object. */
export interface Atom {
  readonly size: number;
}

export interface Layout {
  /** The atoms of each axis as ONNX numbers them, outermost first. */
  readonly axes: readonly (readonly Atom[])[];
  /** All atoms in the order in which memory holds them. */
  readonly order: readonly Atom[];
}

/** `[0, 1, …, rank − 1]`. */
export const identity = (rank: number): readonly number[] => Array.from({ length: rank }, (_, axis) => axis);

/** Channels last: `[0, 2, 3, 1]` for an image [N,C,H,W]. */
export const channelsLast = (rank: number): readonly number[] =>
  rank < 3 ? identity(rank) : [0, ...identity(rank).slice(2), 1];

export const permute = <T>(items: readonly T[], permutation: readonly number[]): readonly T[] =>
  permutation.map((i) => items[i] as T);

/** The value whose memory holds the axes of `shape` in the order of `permutation`. */
export function layoutOf(shape: Shape, permutation: readonly number[] = identity(shape.length)): Layout {
  const axes = shape.map((size) => (size === 1 ? [] : [{ size }]));
  return { axes, order: permute(axes, permutation).flat() };
}

export const shapeOf = ({ axes }: Layout): Shape => axes.map(sizeOf);

export const sizeOf = (atoms: readonly Atom[]): number => atoms.reduce((product, { size }) => product * size, 1);

export const sameOrder = (a: readonly Atom[], b: readonly Atom[]): boolean =>
  a.length === b.length && a.every((atom, i) => atom === b[i]);

/** Whether memory holds whole axes in the order of `permutation`. */
export const conforms = (layout: Layout, permutation: readonly number[]): boolean =>
  sameOrder(permute(layout.axes, permutation).flat(), layout.order);

/** The axes in memory's order, where memory keeps every axis whole; axes of length 1 stand where they do in ONNX. */
export function wholeAxes({ axes, order }: Layout): readonly number[] | undefined {
  const filled = identity(axes.length).filter((axis) => (axes[axis] as readonly Atom[]).length > 0);
  const place = (axis: number) => order.indexOf((axes[axis] as readonly Atom[])[0] as Atom);
  const sorted = [...filled].sort((a, b) => place(a) - place(b));
  let next = 0;
  const permutation = axes.map((atoms, axis) => (atoms.length === 0 ? axis : (sorted[next++] as number)));
  return conforms({ axes, order }, permutation) ? permutation : undefined;
}

/** Axes renumbered; memory stays. */
export const transposed = ({ axes, order }: Layout, permutation: readonly number[]): Layout => ({
  axes: permute(axes, permutation),
  order,
});

/**
 * The same elements under other axes; undefined where atoms would have to be cut in a way that they cannot be, so that
 * memory must first be brought into ONNX's order.
 */
export function reshaped(layout: Layout, shape: Shape): Layout | undefined {
  const rest = layout.axes.flat();
  const cuts = new Map<Atom, readonly Atom[]>();
  const cut = (atom: Atom, outer: number): readonly [Atom, Atom] => {
    const pair = [{ size: outer }, { size: atom.size / outer }] as const;
    cuts.set(atom, pair);
    return pair;
  };
  const axes: (readonly Atom[])[] = [];
  for (const size of shape) {
    const atoms: Atom[] = [];
    let missing = size;
    while (missing > 1) {
      const atom = rest.shift();
      if (!atom) return undefined;
      if (missing % atom.size === 0) {
        atoms.push(atom);
        missing /= atom.size;
        continue;
      }
      if (atom.size % missing !== 0) return undefined;
      const [outer, inner] = cut(atom, missing);
      atoms.push(outer);
      rest.unshift(inner);
      missing = 1;
    }
    axes.push(atoms);
  }
  const expand = (atom: Atom): readonly Atom[] => cuts.get(atom)?.flatMap(expand) ?? [atom];
  return rest.length > 0 ? undefined : { axes, order: layout.order.flatMap(expand) };
}

/**
 * What it takes to bring memory from one order of the same atoms into another: the fewest axes, and their permutation.
 * Atoms that are neighbours in both are one axis.
 */
export function rearrangement(
  from: readonly Atom[],
  to: readonly Atom[],
): { readonly shape: Shape; readonly permutation: readonly number[] } {
  const follows = new Map(to.map((atom, i) => [to[i - 1], atom]));
  const runs: Atom[][] = [];
  for (const [i, atom] of from.entries()) {
    const before = from[i - 1];
    if (before && follows.get(before) === atom) (runs.at(-1) as Atom[]).push(atom);
    else runs.push([atom]);
  }
  const heads = runs.map((run) => to.indexOf(run[0] as Atom));
  const permutation = identity(runs.length)
    .slice()
    .sort((a, b) => (heads[a] as number) - (heads[b] as number));
  return { shape: runs.map(sizeOf), permutation };
}

/**
 * Orders through which memory goes from one into another, so that every step moves at most `most` axes. Mostly that is
 * one step; else the atoms that come next are brought forward, run by run.
 */
export function stages(from: readonly Atom[], to: readonly Atom[], most: number): readonly (readonly Atom[])[] {
  const orders: (readonly Atom[])[] = [];
  let order = from;
  for (let done = 0; rearrangement(order, to).shape.length > most; ) {
    while (order[done] === to[done]) done++;
    const start = order.indexOf(to[done] as Atom);
    let end = start + 1;
    while (order[end] !== undefined && order[end] === to[done + end - start]) end++;
    const run = order.slice(start, end);
    order = [...order.slice(0, done), ...run, ...order.slice(done, start), ...order.slice(end)];
    orders.push(order);
  }
  return [...orders, to];
}

/** Row-major data under `shape`, with the axes in the order of `permutation`. */
export function permuteData<T extends Float32Array | Float64Array | Int8Array>(
  data: T,
  shape: Shape,
  permutation: readonly number[],
): T {
  if (permutation.every((axis, i) => axis === i)) return data.slice() as T;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sides = permute(shape, permutation);
  const steps = permute(strides, permutation);
  const result = new (data.constructor as new (length: number) => T)(data.length);
  const index = sides.map(() => 0);
  let source = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[source] as number;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      source += steps[axis] as number;
      if ((index[axis] as number) < (sides[axis] as number)) break;
      source -= (index[axis] as number) * (steps[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}
