/** Values on their own. */
import type { AugmentReference, ReferencePicture } from './reference.ts';

export function mapped(image: ReferencePicture, map: (level: number) => number): ReferencePicture {
  return { ...image, data: image.data.map(map) };
}

/** A table of 256 values is made in f64: nothing is off. f32 pictures round once, by half an ulp of levels up to 1000. */
export const TABLE_BOUND = 1e-4;

export const brightness: AugmentReference = {
  run: (image, { multiply, add }: { readonly multiply: number; readonly add: number }) =>
    mapped(image, (level) => level * multiply + add),
  bound: TABLE_BOUND,
};
