/** Colours: three channels of a pixel together. */
import type { AugmentReference, ReferencePicture } from './reference.ts';

type Colour = readonly [red: number, green: number, blue: number];

function coloured(image: ReferencePicture, map: (colour: Colour) => Colour): ReferencePicture {
  const { channels } = image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const [red, green, blue] = data.subarray(i, i + 3) as unknown as Colour;
    data.set(map([red, green, blue]), i);
  }
  return { ...image, data };
}

/** Half a dozen f32 roundings of levels up to 255, half an ulp (7.7e-6) each. */
const FEW_ROUNDINGS = 1e-4;

export const grayscale: AugmentReference = {
  run: (image, { alpha }: { readonly alpha: number }) =>
    coloured(image, (colour) => {
      const luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
      return colour.map((level) => (1 - alpha) * level + alpha * luma) as unknown as Colour;
    }),
  bound: FEW_ROUNDINGS,
};

export const channelShuffle: AugmentReference = {
  run: (image, { order }: { readonly order: Colour }) =>
    coloured(image, (colour) => order.map((from) => colour[from]) as unknown as Colour),
  bound: 0,
};

/**
 * The textbook's way to HSV and back. A hue below 16 is off by two or three ulps (9.5e-7 each) and moves a channel by at
 * most 255 levels a unit.
 */
export const hueSaturation: AugmentReference = {
  run: (image, { hue, saturation }: { readonly hue: number; readonly saturation: number }) =>
    coloured(image, ([red, green, blue]) => {
      const value = Math.max(red, green, blue);
      const chroma = value - Math.min(red, green, blue);
      const sixths = () => {
        if (chroma === 0) return 0;
        if (value === red) return (green - blue) / chroma;
        return value === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
      };
      const turned = (((sixths() + hue / 60) % 6) + 6) % 6;
      const next = Math.min(chroma * saturation, value);
      const least = value - next;
      const middle = least + next * (1 - Math.abs((turned % 2) - 1));
      const sextants: readonly Colour[] = [
        [value, middle, least],
        [middle, value, least],
        [least, value, middle],
        [least, middle, value],
        [middle, least, value],
        [value, least, middle],
      ];
      return sextants[Math.floor(turned) % 6] as Colour;
    }),
  bound: 1e-3,
};

/** To HLS and back, with the hue's own arithmetic left out: red, green and blue keep their shares of the chroma. */
export const fastSnowyLandscape: AugmentReference = {
  run: (image, { threshold, multiplier }: { readonly threshold: number; readonly multiplier: number }) =>
    coloured(image, (colour) => {
      const most = Math.max(...colour) / 255;
      const least = Math.min(...colour) / 255;
      const lightness = (most + least) / 2;
      if (!(lightness * 255 < threshold)) return colour;
      const room = (of: number) => 1 - Math.abs(2 * of - 1);
      const saturation = most === least ? 0 : (most - least) / room(lightness);
      const snowy = Math.min(lightness * multiplier, 1);
      const chroma = saturation * room(snowy);
      const share = (level: number) => (most === least ? 0 : (level / 255 - least) / (most - least));
      return colour.map((level) => 255 * (snowy - chroma / 2 + share(level) * chroma)) as unknown as Colour;
    }),
  // A quotient and products of levels up to 255, each rounded; the stretch is at most 4, the samples' largest multiplier.
  bound: 4 * FEW_ROUNDINGS,
};
