/** Sums and products of levels; functions of one argument, which are tables of 256 entries made by the layer's own f32 kernel. */
import { outputArguments, productRatio, ratio } from '../../quantization/arithmetic.ts';
import { LEVELS } from '../../quantization/quantization.ts';
import { call, type KernelCall, type Operand, type QuantizedOperand } from '../../region.ts';
import { elementCount, sameShape } from '../../tensor.ts';
import { broadcastLoops } from '../broadcast.ts';
import type { Context, QuantizedContext, QuantizedLayer } from '../layer.ts';

function sum<A>(c: QuantizedContext<A>): KernelCall | undefined {
  const [a, b] = c.x as unknown as readonly [QuantizedOperand, QuantizedOperand];
  const { quantization } = c.y;
  if (!quantization || !sameShape(a.shape, b.shape)) return undefined;
  const term = (x: QuantizedOperand) => [x, x.quantization.zeroPoint, ratio(x.quantization, quantization)] as const;
  return call('addU8', term(a), term(b), c.y, elementCount(c.y.shape), outputArguments(quantization, c.epilogue));
}

export const quantizedAdd: QuantizedLayer<unknown> = { calls: sum };

/** Broadcast, as the gate of squeeze and excite is. */
function product<A>(c: QuantizedContext<A>): KernelCall | undefined {
  const [a, b] = c.x as unknown as readonly [QuantizedOperand, QuantizedOperand];
  const { quantization } = c.y;
  const factor = quantization && productRatio(a.quantization, b.quantization, quantization);
  if (!quantization || factor === undefined) return undefined;
  return call(
    'mulU8',
    [a, a.quantization.zeroPoint, b, b.quantization.zeroPoint, c.y],
    broadcastLoops(c.y.shape, [a.shape, b.shape]),
    factor,
    outputArguments(quantization, c.epilogue),
  );
}

export const quantizedMul: QuantizedLayer<unknown> = { calls: product };

const TABLE = LEVELS + 1;

/** y[i] = f(x[i]) for a layer that computes every element by itself, whatever the shape. */
export const byTable = <A>(forward: (c: Context<A>) => KernelCall | readonly KernelCall[]): QuantizedLayer<A> => ({
  calls: (c) => {
    const x = c.x[0];
    const { quantization } = c.y;
    if (!quantization) return undefined;
    const table = c.packed('table', TABLE, (target) => {
      const all = c.hosted('all levels', TABLE, () => Uint8Array.from({ length: TABLE }, (_, level) => level));
      const vector = (): Operand => ({ shape: [TABLE], region: c.scratch(4 * TABLE) });
      const [argument, value] = [vector(), vector()];
      return [
        call('dequantize', all, argument, TABLE, x.quantization.scale, x.quantization.zeroPoint),
        ...[forward({ ...c, x: [argument], y: value, ys: [value] })].flat(),
        call('quantize', value, target, TABLE, Math.fround(1 / quantization.scale), quantization.zeroPoint),
      ];
    });
    return call('lookupU8', x, 0, c.y, 0, 1, elementCount(c.y.shape), table);
  },
});
