/** Values on their own. */
import type { AugmentReference, ReferencePicture } from './reference.ts';

export function mapped(image: ReferencePicture, map: (level: number, index: number) => number): ReferencePicture {
  return { ...image, data: image.data.map(map) };
}

/**
 * A table of 256 values is made in f64: nothing is off. Of f32 pictures a product and a sum are rounded, each by half an
 * ulp of levels up to 1000.
 */
const TABLE_BOUND = 1e-4;

function table<P>(map: (params: P) => (level: number) => number): AugmentReference {
  return { run: (image, params: P) => mapped(image, map(params)), bound: TABLE_BOUND };
}

export const brightness = table(
  ({ multiply, add }: { readonly multiply: number; readonly add: number }) =>
    (level) =>
      level * multiply + add,
);

export const contrast = table(
  ({ linear, sigmoid, center }: { readonly linear?: number; readonly sigmoid?: number; readonly center: number }) =>
    (level) => {
      if (sigmoid !== undefined) return 255 / (1 + Math.exp(sigmoid * (center / 255 - level / 255)));
      return (level - center) * (linear as number) + center;
    },
);

export const gamma = table(
  ({ gamma }: { readonly gamma: number }) =>
    (level) =>
      255 * (level / 255) ** gamma,
);

export const invert = table(
  ({ threshold }: { readonly threshold: number }) =>
    (level) =>
      level >= threshold ? 255 - level : level,
);

/** The upper bits, digit by digit. */
export const posterize = table(({ bits }: { readonly bits: number }) => (level) => {
  const digits = level.toString(2).padStart(8, '0');
  return Number.parseInt(digits.slice(0, bits).padEnd(8, '0'), 2);
});

/** Each channel's levels by how many values are at most as large. */
export const equalize: AugmentReference = {
  run: (image) => {
    const channels = Array.from({ length: image.channels }, (_, channel) =>
      image.data.filter((_value, i) => i % image.channels === channel).sort(),
    );
    return mapped(image, (level, i) => {
      const values = channels[i % image.channels] as Float64Array;
      const upTo = (limit: number) => values.findLastIndex((value) => value <= limit) + 1;
      const least = upTo(values[0] as number);
      if (least === values.length) return level;
      return Math.floor((255 * (upTo(level) - least)) / (values.length - least) + 0.5);
    });
  },
  bound: 0,
};
