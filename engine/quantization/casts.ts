/** Values that change between f32 and levels on their way to a reader: each of them once, just before it is first read. */

import type { Region } from '../region.ts';
import { call, type KernelCall, type Operand, operand, type QuantizedOperand, quantizedOperand } from '../region.ts';
import { elementCount } from '../tensor.ts';
import { isSame } from './arithmetic.ts';
import type { Quantization } from './quantization.ts';

export class Casts {
  /** By the region that is cast: views of it are cast in one. */
  private readonly casts = new Map<Region, Operand[]>();
  /** Calls that nobody has taken yet, by the region that they write. */
  private readonly waiting = new Map<Region, readonly KernelCall[]>();

  /** x as f32. */
  floats(x: Operand): Operand {
    const { quantization } = x;
    if (!quantization) return x;
    const made =
      this.find(x, undefined) ??
      this.add(x, operand(`${x.region.name} as f32`, x.shape, 'activation'), (y) =>
        call('dequantize', x, y, elementCount(x.shape), quantization.scale, quantization.zeroPoint),
      );
    return { shape: x.shape, region: made.region };
  }

  /** x as levels; of a value that has levels already, just these. */
  levels(x: Operand, quantization: Quantization): QuantizedOperand {
    if (x.quantization) return x as QuantizedOperand;
    const made =
      this.find(x, quantization) ??
      this.add(x, quantizedOperand(`${x.region.name} as u8`, x.shape, quantization), (y) =>
        call('quantize', x, y, elementCount(x.shape), Math.fround(1 / quantization.scale), quantization.zeroPoint),
      );
    return { shape: x.shape, region: made.region, quantization };
  }

  /** The calls for those of a node's operands that are casts which nobody has taken yet. */
  take(operands: readonly Operand[]): readonly KernelCall[] {
    return operands.flatMap(({ region }) => {
      const waiting = this.waiting.get(region);
      this.waiting.delete(region);
      return waiting ?? [];
    });
  }

  private find(x: Operand, quantization: Quantization | undefined): Operand | undefined {
    return this.casts.get(x.region)?.find((target) => {
      const known = target.quantization;
      return known && quantization ? isSame(known, quantization) : known === quantization;
    });
  }

  private add(x: Operand, target: Operand, write: (target: Operand) => KernelCall): Operand {
    this.waiting.set(target.region, [...this.take([x]), write(target)]);
    this.casts.set(x.region, [...(this.casts.get(x.region) ?? []), target]);
    return target;
  }
}
