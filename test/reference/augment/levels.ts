/** Values on their own. */
import type { AugmentReference, ReferencePicture } from './reference.ts';

export function mapped(image: ReferencePicture, map: (level: number, index: number) => number): ReferencePicture {
  return { ...image, data: image.data.map(map) };
}

/**
 * A table of 256 values is made in f64: nothing is off. Of f32 pictures a product and a sum are rounded, each by half an
 * ulp of levels up to 1000; powers are off by a few ulps (1.5e-5 each) of levels up to 255.
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
    const maps = Array.from({ length: image.channels }, (_, channel) =>
      equalized(image.data.filter((_value, i) => i % image.channels === channel)),
    );
    return mapped(image, (level, i) => maps[i % image.channels]?.get(level) as number);
  },
  bound: 0,
};

function equalized(values: Float64Array): ReadonlyMap<number, number> {
  const levels = [...new Set(values)].sort((a, b) => a - b);
  const upTo = (limit: number) => values.filter((value) => value <= limit).length;
  const least = upTo(levels[0] as number);
  if (levels.length === 1) return new Map([[levels[0] as number, levels[0] as number]]);
  const share = (level: number) => (upTo(level) - least) / (values.length - least);
  return new Map(levels.map((level) => [level, Math.floor(255 * share(level) + 0.5)]));
}
