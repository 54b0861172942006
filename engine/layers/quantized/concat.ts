/** Tensors of levels joined along one axis; those of another scale go through a table on their way. */
import { requantizeTable } from '../../quantization/arithmetic.ts';
import { at, call, type KernelCall } from '../../region.ts';
import { aroundAxis } from '../axis.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';

interface Attributes {
  readonly axis: number;
}

function join(c: QuantizedContext<Attributes>): KernelCall[] | undefined {
  const { quantization } = c.y;
  if (!quantization) return undefined;
  const { length, inner } = aroundAxis(c.y.shape, c.a.axis);
  let offset = 0;
  return c.x.map((x, i) => {
    const from = aroundAxis(x.shape, c.a.axis);
    const run = from.length * inner;
    const table = c.table(`levels ${i}`, requantizeTable(x.quantization, quantization));
    const joined = call('lookupU8', x, run, at(c.y, offset), length * inner, from.outer, run, table);
    offset += run;
    return joined;
  });
}

export const quantizedConcat: QuantizedLayer<Attributes> = { calls: join };
