/** Tensors of levels joined along one axis; those of another scale go through a table on their way. */
import { isSame, requantizeTable } from '../../quantization/arithmetic.ts';
import { at, call, type KernelCall } from '../../region.ts';
import { aroundAxis } from '../axis.ts';
import type { QuantizedContext, QuantizedLayer } from '../layer.ts';
import { rowMajor, stridedCopy, whole } from '../strided.ts';

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
    const start = offset;
    offset += run;
    if (isSame(x.quantization, quantization)) {
      const to = { offset: start, strides: rowMajor(c.y.shape) };
      return stridedCopy(x, c.y, { sizes: x.shape, from: whole(x.shape), to });
    }
    const table = c.table(`levels ${i}`, requantizeTable(x.quantization, quantization));
    return call('lookupU8', x, run, at(c.y, start), length * inner, from.outer, run, table);
  });
}

export const quantizedConcat: QuantizedLayer<Attributes> = {
  calls: join,
  // What a graph gives away, boxes of a detector's heads joined, stays as exact as it was.
  wants: () => 'where read',
};
