/**
 * Linear maps along single axes: every output element is a weighted sum of a few input elements. The gradient is the
 * same with input and output exchanged. What picks single elements is left to gatherAxis.
 */
import { call, type KernelCall, type Operand } from '../region.ts';
import { type AxisStep, aroundAxis, throughAxes } from './axis.ts';
import { gatherAxes } from './gather-axis.ts';
import type { Context } from './layer.ts';
import type { Taps } from './resize-taps.ts';

/** y's element i along the axis, by taps[i]. */
export interface Resampling {
  readonly axis: number;
  readonly taps: readonly Taps[];
}

/** Whether every element of y is one of x. */
export const isPicking = (all: readonly Resampling[]): boolean => all.every(({ taps }) => taps.every(isPick));

type Memory = { table: Context<unknown>['table']; scratch: Context<unknown>['scratch'] };

/** y ← x, resampled along these axes; axes along which nothing changes are left out. */
export function resampleAxes(c: Memory, x: Operand, y: Operand, all: readonly Resampling[]): readonly KernelCall[] {
  const changing = all.filter(({ axis, taps }) => !isIdentity(taps, x.shape[axis] as number));
  // What shrinks most goes first, so that the least is left for the others.
  const growth = ({ axis, taps }: Resampling) => taps.length / (x.shape[axis] as number);
  const ordered = changing.toSorted((a, b) => growth(a) - growth(b));
  if (isPicking(ordered)) {
    const picks = ordered.map(({ axis, taps }) => ({
      axis,
      indices: taps.map(({ weights }) => [...weights.keys()][0]!),
    }));
    return gatherAxes(c, x, y, picks);
  }
  return throughAxes(
    x,
    y,
    ordered.map((resampling) => step(c, resampling, 'taps')),
    c.scratch,
  );
}

/** dx ← dy: each input element collects from the outputs that it is part of. */
export function resampleAxesBackward(
  c: Memory,
  dy: Operand,
  dx: Operand,
  all: readonly Resampling[],
): readonly KernelCall[] {
  const steps = all
    .map(({ axis, taps }) => ({ axis, taps: transposed(taps, dx.shape[axis] as number) }))
    .filter(({ axis, taps }) => !isIdentity(taps, dy.shape[axis] as number))
    .toSorted((a, b) => a.taps.length / dy.shape[a.axis]! - b.taps.length / dy.shape[b.axis]!);
  return throughAxes(
    dy,
    dx,
    steps.map((resampling) => step(c, resampling, 'taps back')),
    c.scratch,
  );
}

/** Input element → outputs, instead of output element → inputs. Constants have no gradient. */
function transposed(taps: readonly Taps[], lengthIn: number): readonly Taps[] {
  const collected = Array.from({ length: lengthIn }, () => new Map<number, number>());
  taps.forEach(({ weights }, output) => {
    for (const [input, weight] of weights) collected[input]?.set(output, weight);
  });
  return collected.map((weights) => ({ weights, offset: 0 }));
}

const isPick = ({ weights, offset }: Taps): boolean =>
  offset === 0 && weights.size === 1 && [...weights.values()][0] === 1;

const isIdentity = (taps: readonly Taps[], lengthIn: number): boolean =>
  taps.length === lengthIn && taps.every((tap, i) => isPick(tap) && tap.weights.has(i));

function step(c: Memory, { axis, taps }: Resampling, key: string): AxisStep {
  const { most, indices, weights, offsets } = tapTables(taps);
  return {
    axis,
    length: taps.length,
    call(source, target) {
      const { outer, length, inner } = aroundAxis(source.shape, axis);
      // Keyed by both lengths, too: one node may be run at several batches.
      const name = `${key} ${axis} ${length} ${taps.length}`;
      return call(
        'resampleAxis',
        [source, target, outer, length, taps.length, inner, most],
        c.table(`${name} indices`, indices),
        c.table(`${name} weights`, weights),
        c.table(`${name} offsets`, offsets),
      );
    },
  };
}

/** As the kernel reads them: lists of one length, where −1 ends a shorter one. */
export function tapTables(taps: readonly Taps[]) {
  const most = Math.max(1, ...taps.map(({ weights }) => weights.size));
  const indices = new Int32Array(taps.length * most).fill(-1);
  const weights = new Float32Array(taps.length * most);
  taps.forEach((tap, i) => {
    indices.set([...tap.weights.keys()], i * most);
    weights.set([...tap.weights.values()], i * most);
  });
  return { most, indices, weights, offsets: Float32Array.from(taps, ({ offset }) => offset) };
}
