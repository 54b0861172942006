/** Layers that only move elements: what moves f32 moves levels, too. Those of another scale go through a table first. */
import { isSame, requantizeTable } from '../../quantization/arithmetic.ts';
import { call, type KernelCall, type Operand } from '../../region.ts';
import { elementCount } from '../../tensor.ts';
import type { Context, QuantizedContext, QuantizedLayer } from '../layer.ts';

type Move<A> = (c: Context<A>) => KernelCall | readonly KernelCall[];

/** The calls of a layer that moves elements as it does in f32; undefined where y is no levels. */
export function moved<A>(c: QuantizedContext<A>, move: Move<A>): readonly KernelCall[] | undefined {
  const [x] = c.x;
  const { quantization } = c.y;
  if (!quantization) return undefined;
  if (isSame(x.quantization, quantization)) return [move(c)].flat();
  const count = elementCount(x.shape);
  const source: Operand = { shape: x.shape, region: c.scratch(count), quantization };
  const table = c.table('levels', requantizeTable(x.quantization, quantization));
  return [call('lookupU8', x, 0, source, 0, 1, count, table), ...[move({ ...c, x: [source] })].flat()];
}

/** @param picks whether y has nothing but elements of x */
export const byMoving = <A>(move: Move<A>, picks: (a: A) => boolean = () => true): QuantizedLayer<A> => ({
  calls: (c) => moved(c, move),
  picksLevels: picks,
  wants: () => 'where read',
});
