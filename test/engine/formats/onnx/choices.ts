/** Orders of axes and reshapes drawn from plain numbers, so that what fails shrinks. */
import { identity } from '../../../../engine/formats/onnx/layout.ts';
import type { Shape } from '../../../../engine/tensor.ts';

export type Keys = readonly number[];

/** An order of axes. */
export const orderBy = (rank: number, by: Keys): readonly number[] =>
  [...identity(rank)].sort((a, b) => (by[a] as number) - (by[b] as number));

/** A shape with as many elements, of at most six axes: sides cut and joined. */
export function recut(shape: Shape, by: Keys): Shape {
  return by.reduce<Shape>((sides, key, i) => {
    if (i % 2 === 1 || sides.length === 0) return sides;
    const axis = key % sides.length;
    const [side, next] = [sides[axis] as number, sides[axis + 1]];
    const how = by[i + 1] as number;
    if ((how % 2 === 0 || sides.length === 6) && next !== undefined) return sides.toSpliced(axis, 2, side * next);
    if (sides.length === 6) return sides;
    const divisors = identity(side + 1).filter((d) => d > 0 && side % d === 0);
    const outer = divisors[how % divisors.length] as number;
    return sides.toSpliced(axis, 1, outer, side / outer);
  }, shape);
}
