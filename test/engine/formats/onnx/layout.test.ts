/** Layouts against a naive model of them: an array with a stride for each factor of each axis. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Atom,
  channelsLast,
  conforms,
  identity,
  type Layout,
  layoutOf,
  permute,
  permuteData,
  rearrangement,
  reshaped,
  shapeOf,
  sizeOf,
  stages,
  transposed,
  wholeAxes,
} from '../../../../engine/formats/onnx/layout.ts';
import { elementCount, type Shape } from '../../../../engine/tensor.ts';
import { orderBy, recut } from './choices.ts';

const runs = { numRuns: 300 };

/** ONNX's element i → its place in memory, by the definition of atoms: a mixed-radix number, its digits reordered. */
function placesOf({ axes, order }: Layout): readonly number[] {
  const digits = axes.flat();
  return Array.from({ length: sizeOf(digits) }, (_, i) => {
    const value = new Map<Atom, number>();
    let rest = i;
    for (const atom of digits.toReversed()) {
      value.set(atom, rest % atom.size);
      rest = Math.floor(rest / atom.size);
    }
    return order.reduce((place, atom) => place * atom.size + (value.get(atom) as number), 0);
  });
}

const stridesOf = (shape: Shape): readonly number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** Row-major numbers of a shape, read in another order of axes: by strides, index by index. */
function permutedIndices(shape: Shape, permutation: readonly number[]): readonly number[] {
  const strides = permute(stridesOf(shape), permutation);
  return permute(shape, permutation).reduce<readonly number[]>(
    (offsets, side, axis) =>
      offsets.flatMap((offset) => Array.from({ length: side }, (_, i) => offset + i * (strides[axis] as number))),
    [0],
  );
}

/** Numbers that choose: how an order of axes or a reshape is drawn, so that a failing one shrinks. */
const keys = fc.array(fc.nat(99), { minLength: 12, maxLength: 12 });

/** Up to five axes, of lengths that have many divisors. */
const anyShape = fc.array(fc.constantFrom(1, 1, 2, 3, 4, 6, 12), { maxLength: 5 });

/** A layout after any number of transposes and reshapes, with the places in memory that ONNX should read in its order. */
const anyLayout = fc
  .record({ shape: anyShape, memory: keys, steps: fc.array(fc.tuple(fc.boolean(), keys), { maxLength: 5 }) })
  .map(({ shape, memory, steps }) => {
    const permutation = orderBy(shape.length, memory);
    const places = [...identity(elementCount(shape))];
    permutedIndices(shape, permutation).forEach((element, place) => {
      places[element] = place;
    });
    return steps.reduce(
      (now, [isTranspose, by]) => {
        const sides = shapeOf(now.layout);
        if (!isTranspose) return { layout: reshaped(now.layout, recut(sides, by)) ?? now.layout, places: now.places };
        const axes = orderBy(sides.length, by);
        const read = permutedIndices(sides, axes).map((i) => now.places[i] as number);
        return { layout: transposed(now.layout, axes), places: read };
      },
      { layout: layoutOf(shape, permutation), places },
    );
  });

/** Every order of these axes. */
const ordersOf = (axes: readonly number[]): readonly (readonly number[])[] =>
  axes.length === 0
    ? [[]]
    : axes.flatMap((axis) => ordersOf(axes.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));

describe('a layout', () => {
  test('finds every element after any transposes and reshapes', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, places }) => {
        expect(placesOf(layout)).toEqual(places);
      }),
      runs,
    );
  });

  test('conforms to an order of axes exactly where memory, read in that order, is 0, 1, 2 …', () => {
    fc.assert(
      fc.property(anyLayout, keys, ({ layout, places }, by) => {
        // An order at random seldom conforms: that of memory's axes does, if there is one.
        for (const order of [orderBy(layout.axes.length, by), wholeAxes(layout) ?? []]) {
          if (order.length < layout.axes.length) continue;
          const read = permutedIndices(shapeOf(layout), order).map((i) => places[i]);
          expect(conforms(layout, order)).toBe(read.every((place, i) => place === i));
        }
      }),
      runs,
    );
  });

  test('has whole axes exactly where some order of them conforms', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout }) => {
        const isFilled = (axis: number) => (layout.axes[axis] as readonly Atom[]).length > 0;
        const axes = identity(layout.axes.length);
        const empty = axes.filter((axis) => !isFilled(axis));
        const fitting = ordersOf(axes.filter(isFilled)).filter((order) => conforms(layout, [...order, ...empty]));
        const whole = wholeAxes(layout);
        expect(whole !== undefined).toBe(fitting.length > 0);
        if (!whole) return;
        expect([...whole].sort((a, b) => a - b)).toEqual(axes);
        expect(whole.filter(isFilled)).toEqual(fitting[0]);
        for (const axis of empty) expect(whole[axis]).toBe(axis);
      }),
      runs,
    );
  });

  test('comes into another order by the transpose that rearrangement names', () => {
    fc.assert(
      fc.property(anyLayout, keys, ({ layout }, by) => {
        const target = permute(layout.order, orderBy(layout.order.length, by));
        const { shape, permutation } = rearrangement(layout.order, target);
        const moved = permutedIndices(shape, permutation);
        const [before, after] = [placesOf(layout), placesOf({ axes: layout.axes, order: target })];
        expect(after.map((place) => moved[place])).toEqual(before);
        // The fewest axes: none that stay neighbours are apart.
        permutation.forEach((axis, i) => {
          expect(permutation[i + 1]).not.toBe(axis + 1);
        });
      }),
      runs,
    );
  });
});

test('stages move at most so many axes each, and end in the order that is wanted', () => {
  const atoms = identity(12).map((i) => ({ size: 2 + (i % 3) }));
  fc.assert(
    fc.property(fc.nat(12), keys, fc.integer({ min: 4, max: 6 }), (length, by, most) => {
      const from = atoms.slice(0, length);
      const to = permute(from, orderBy(length, by));
      const orders = stages(from, to, most);
      expect(orders.at(-1)).toBe(to);
      orders.forEach((order, i) => {
        expect(new Set(order).size).toBe(length);
        expect(rearrangement(orders[i - 1] ?? from, order).shape.length).toBeLessThanOrEqual(most);
      });
    }),
    runs,
  );
});

describe('reshaped', () => {
  /** Where a shape cuts its elements: the products of its last sides. */
  const cuts = (shape: Shape): Shape => [...shape.map((_, axis) => elementCount(shape.slice(axis))), 1];

  test('refuses exactly where two cuts do not divide each other', () => {
    fc.assert(
      fc.property(anyShape, keys, keys, (shape, memory, by) => {
        const wanted = recut(shape, by);
        const all = [...new Set([...cuts(shape), ...cuts(wanted)])].sort((a, b) => a - b);
        const isPossible = all.every((cut, i) => i === 0 || cut % (all[i - 1] as number) === 0);
        const layout = layoutOf(shape, orderBy(shape.length, memory));
        expect(reshaped(layout, wanted) !== undefined).toBe(isPossible);
      }),
      runs,
    );
  });

  test('refuses a shape with more or fewer elements', () => {
    expect(reshaped(layoutOf([2, 6]), [2, 3])).toBeUndefined();
    expect(reshaped(layoutOf([2, 6]), [2, 12])).toBeUndefined();
    expect(reshaped(layoutOf([2, 6]), [])).toBeUndefined();
  });

  test('back again is the layout that it was', () => {
    const image = layoutOf([2, 12, 5, 7], channelsLast(4));
    const back = reshaped(reshaped(image, [2, 3, 4, 35]) as Layout, [2, 12, 5, 7]) as Layout;
    expect(conforms(back, channelsLast(4))).toBe(true);
  });
});

test('permuteData reads row-major data in another order of axes', () => {
  fc.assert(
    fc.property(anyShape, keys, (shape, by) => {
      const permutation = orderBy(shape.length, by);
      const data = Float32Array.from(identity(elementCount(shape)));
      expect([...permuteData(data, shape, permutation)]).toEqual(permutedIndices(shape, permutation));
    }),
    runs,
  );
  expect(permuteData(Float64Array.of(), [0, 3], [1, 0])).toHaveLength(0);
});
