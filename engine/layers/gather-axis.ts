/** Picking along axes by tables of indices, and its gradient: what gather, pad and nearest-neighbour resizing share. */
import { call, type Operand, type Region } from '../region.ts';
import { type AxisStep, aroundAxis, throughAxes } from './axis.ts';
import type { Context } from './layer.ts';

/** y's element i along the axis is x's element indices[i]. */
export interface Pick {
  readonly axis: number;
  readonly indices: readonly number[];
}

type Memory = { table: Context<unknown>['table']; scratch: Context<unknown>['scratch'] };

/** Keyed by both lengths, too: one node may be run at several batches. */
const indexTable = (c: Memory, { axis, indices }: Pick, lengthIn: number): Region =>
  c.table(`indices ${axis} ${lengthIn} ${indices.length}`, Int32Array.from(indices));

/** y ← x, picked along each of these axes in turn. */
export function gatherAxes(c: Memory, x: Operand, y: Operand, picks: readonly Pick[]) {
  const elementBytes = x.quantization ? 1 : 4;
  const steps = picks.map((pick): AxisStep => {
    const { axis, indices } = pick;
    return {
      axis,
      length: indices.length,
      call(source, target) {
        const { outer, length, inner } = aroundAxis(source.shape, axis);
        return call(
          'gatherAxis',
          source,
          target,
          outer,
          length,
          indices.length,
          elementBytes * inner,
          indexTable(c, pick, length),
        );
      },
    };
  });
  return throughAxes(x, y, steps, c.scratch, elementBytes);
}

/** dx ← dy: the way back, the last axis first. */
export function gatherAxesBackward(c: Memory, dy: Operand, dx: Operand, picks: readonly Pick[]) {
  const steps = picks.toReversed().map((pick): AxisStep => {
    const { axis, indices } = pick;
    const lengthIn = dx.shape[axis] as number;
    return {
      axis,
      length: lengthIn,
      call(source, target) {
        const { outer, inner } = aroundAxis(source.shape, axis);
        const table = indexTable(c, pick, lengthIn);
        return call('gatherAxisBackward', source, target, outer, lengthIn, indices.length, 4 * inner, table);
      },
    };
  });
  return throughAxes(dy, dx, steps, c.scratch);
}
