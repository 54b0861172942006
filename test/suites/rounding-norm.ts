/** How the layers round that normalise: over a batch, and within a sample by blocks. */
import type { Shape } from '../../engine/tensor.ts';
import { batchStatistics } from '../reference/batch-norm2d.ts';
import { type Blocks, blockStatistics, type Statistics } from '../reference/block-norm.ts';
import type { Tensor64 } from '../reference/tensor64.ts';
import type { Case64, Rounding } from './rounding.ts';

/** Unit roundoff of f32. */
const U = 2 ** -24;

export const batchNorm2d: Rounding = {
  /** factor and shift' are rounded once, the product once, the sum once. */
  forward(c, y) {
    const { scale, shift, mean, variance } = c.w as Record<string, Tensor64>;
    return y.data.map((_, i) => {
      const ch = i % (scale as Tensor64).data.length;
      const factor = scale!.data[ch]! / Math.sqrt(variance!.data[ch]! + c.attributes.epsilon);
      return (
        3 * U * (Math.abs(c.x[0]!.data[i]! * factor) + Math.abs(mean!.data[ch]! * factor) + Math.abs(shift!.data[ch]!))
      );
    });
  },
  training(c, y) {
    const of = batchErrors(c);
    return y.data.map((value, i) => {
      const { scale, inverse, centred, centredError, inverseError } = of(i);
      const factor = Math.abs(scale) * inverse;
      return factor * centredError + factor * Math.abs(centred) * (inverseError + 3 * U) + U * Math.abs(value);
    });
  },
  gradient(c, dy) {
    const of = batchErrors(c);
    const { data, shape } = c.x[0] as Tensor64;
    const channels = shape.at(-1) as number;
    const rows = data.length / channels;
    const sums = (ch: number) => {
      const total = { dy: 0, dyAbs: 0, products: 0, productsAbs: 0, productErrors: 0 };
      for (let i = ch; i < data.length; i += channels) {
        const { centred, centredError } = of(i);
        const gradient = dy[i] as number;
        total.dy += gradient;
        total.dyAbs += Math.abs(gradient);
        total.products += gradient * centred;
        total.productsAbs += Math.abs(gradient * centred);
        total.productErrors += Math.abs(gradient) * centredError;
      }
      return total;
    };
    return (target, i, exact) => {
      const ch = i % channels;
      const { inverse, inverseError, scale, centred, centredError } = of(typeof target === 'number' ? i : ch);
      const total = sums(ch);
      const chain = (rows / 4 + 5) * U; // four sums side by side
      const shiftError = chain * total.dyAbs;
      const scaleError = inverse * (total.productErrors + (chain + inverseError) * total.productsAbs);
      if (target === 'shift') return shiftError;
      if (target === 'scale') return scaleError;
      const dScale = Math.abs(total.products) * inverse;
      const normalised = Math.abs(centred) * inverse;
      const normalisedError = inverse * centredError + normalised * (inverseError + 2 * U);
      const sumError = shiftError + normalised * scaleError + normalisedError * (dScale + scaleError);
      const size = Math.abs(dy[i] as number) + (Math.abs(total.dy) + normalised * dScale) / rows;
      return Math.abs(scale) * inverse * (sumError / rows + 4 * U * size) + Math.abs(exact) * (inverseError + 3 * U);
    };
  },
};

/** Errors of the batch's statistics as they are at element i: of x − mean, and relative ones of 1 / deviation. */
function batchErrors(c: Case64) {
  const { data, shape } = c.x[0] as Tensor64;
  const channels = shape.at(-1) as number;
  const rows = data.length / channels;
  const { mean, variance } = batchStatistics(c.x[0] as Tensor64);
  const chain = (rows / 4 + 5) * U;
  const meanErrors = mean.map(() => 0);
  data.forEach((value, i) => {
    meanErrors[i % channels]! += (chain * Math.abs(value)) / rows;
  });
  const varianceErrors = variance.map((value) => chain * value);
  const centredAt = (i: number) => data[i]! - mean[i % channels]!;
  const centredErrorAt = (i: number) => meanErrors[i % channels]! + U * Math.abs(centredAt(i));
  data.forEach((_, i) => {
    varianceErrors[i % channels]! += (2 * Math.abs(centredAt(i)) * centredErrorAt(i)) / rows;
  });
  return (i: number) => {
    const ch = i % channels;
    const regular = variance[ch]! + c.attributes.epsilon;
    return {
      scale: c.w.scale!.data[ch]!,
      inverse: 1 / Math.sqrt(regular),
      /** Relative. */
      inverseError: varianceErrors[ch]! / (2 * regular) + 4 * U,
      centred: centredAt(i),
      centredError: centredErrorAt(i),
    };
  };
}

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
