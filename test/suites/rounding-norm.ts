/** How the layers round that normalise within a sample. The analysis is that of batch norm (rounding.ts), by blocks. */
import type { Shape } from '../../engine/tensor.ts';
import { type Blocks, blockStatistics, type Statistics } from '../reference/block-norm.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import type { Case64, Rounding } from './rounding.ts';

/** Unit roundoff of f32. */
const U = 2 ** -24;

/**
 * A block of K = P·C values is summed in four chains down each of C columns (P / 4 + 4 roundings), then along them in four
 * more (C / 4 + 6, with the division): as P + C ≤ K + 1, and with the rounding of a product, no more than K / 4 + 12.
 */
const chainError = (count: number): number => (count / 4 + 12) * U;

/** Adds up per block or weight. */
class Sums {
  private readonly sums = new Map<number, number>();

  add(key: number, value: number): void {
    this.sums.set(key, this.of(key) + value);
  }

  of(key: number): number {
    return this.sums.get(key) ?? 0;
  }
}

/** x − mean and 1 / deviation at each element, and how far they may be off (the latter relatively). */
function elementErrors(c: Case64, blocks: Blocks) {
  const { data } = c.x[0] as Tensor64;
  const statistics = blockStatistics(c.x[0] as Tensor64, blocks);
  const of = (i: number) => statistics.get(blocks.block(i)) as Statistics;
  const meanErrors = new Sums();
  data.forEach((value, i) => {
    meanErrors.add(blocks.block(i), (chainError(of(i).count) * Math.abs(value)) / of(i).count);
  });
  const centredAt = (i: number) => (data[i] as number) - of(i).mean;
  const centredErrorAt = (i: number) => meanErrors.of(blocks.block(i)) + U * Math.abs(centredAt(i));
  const varianceErrors = new Sums();
  data.forEach((_, i) => {
    const [centred, error, { count }] = [Math.abs(centredAt(i)), centredErrorAt(i), of(i)];
    varianceErrors.add(blocks.block(i), (centred ** 2 * chainError(count) + 2 * centred * error + error ** 2) / count);
  });
  return (i: number) => {
    const { count, variance } = of(i);
    const inverse = 1 / Math.sqrt(variance + c.attributes.epsilon);
    const inverseError = (varianceErrors.of(blocks.block(i)) * inverse ** 2) / 2 + 4 * U;
    const normalised = centredAt(i) * inverse;
    return {
      count,
      inverse,
      inverseError,
      centredError: centredErrorAt(i),
      normalised,
      normalisedError: inverse * centredErrorAt(i) + Math.abs(normalised) * (inverseError + U),
      scale: c.w.scale?.data[blocks.weight(i)] ?? 1,
    };
  };
}

export const blockNorm = (blocksOf: (x: Shape, a: Case64['attributes']) => Blocks): Rounding => ({
  /** The factor scale / deviation, its product and the sum are rounded once each. */
  forward(c, y) {
    const of = elementErrors(c, blocksOf((c.x[0] as Tensor64).shape, c.attributes));
    return y.data.map((value, i) => {
      const { scale, normalised, normalisedError } = of(i);
      return Math.abs(scale) * (normalisedError + 2 * U * Math.abs(normalised)) + U * Math.abs(value);
    });
  },
  gradient(c, dy) {
    const blocks = blocksOf((c.x[0] as Tensor64).shape, c.attributes);
    const of = elementErrors(c, blocks);
    // Means over a block of g = dy·scale and of g·x̂; sums of |dy| and |dy·x̂| for each weight; errors of all these.
    const sums = new Sums();
    const sumErrors = new Sums();
    const products = new Sums();
    const productErrors = new Sums();
    const weightCounts = new Sums();
    dy.forEach((_, i) => {
      weightCounts.add(blocks.weight(i), 1);
    });
    const shiftErrors = new Sums();
    const scaleErrors = new Sums();
    dy.forEach((gradient, i) => {
      const { count, scale, normalised, normalisedError } = of(i);
      const [block, weight, g] = [blocks.block(i), blocks.weight(i), (gradient * scale) / count];
      sums.add(block, g);
      sumErrors.add(block, Math.abs(g) * (chainError(count) + U));
      products.add(block, g * normalised);
      productErrors.add(block, Math.abs(g) * (normalisedError + Math.abs(normalised) * (chainError(count) + 2 * U)));
      // Down a column in four chains, then from sample to sample: fewer roundings than there are summands, and six.
      const chain = (weightCounts.of(weight) + 6) * U;
      shiftErrors.add(weight, chain * Math.abs(gradient));
      scaleErrors.add(weight, Math.abs(gradient) * (normalisedError + Math.abs(normalised) * (chain + 2 * U)));
    });
    return (target, i, exact) => {
      if (target === 'shift') return shiftErrors.of(i);
      if (target === 'scale') return scaleErrors.of(i);
      const { inverse, inverseError, normalised, normalisedError, scale } = of(i);
      const block = blocks.block(i);
      const [sum, product] = [Math.abs(sums.of(block)), Math.abs(products.of(block))];
      const productError = productErrors.of(block);
      const error =
        sumErrors.of(block) + Math.abs(normalised) * productError + normalisedError * (product + productError);
      const size = Math.abs((dy[i] as number) * scale) + sum + Math.abs(normalised) * product;
      return inverse * (error + 4 * U * size) + Math.abs(exact) * (inverseError + 2 * U);
    };
  },
});
