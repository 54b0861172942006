/**
 * Colours that people tell apart whether or not they see red and green alike: Okabe and Ito's set (2008), black left out.
 * What pictures of answers and the page mark labels with.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Sky blue, orange, bluish green, yellow, reddish purple, vermillion, blue: neighbours differ most. */
export const labelColours: readonly Rgb[] = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
  [213, 94, 0],
  [0, 114, 178],
];

/** A colour a label, in the order in which labels first occur; they come round again after seven. */
export function coloursOf(labels: Iterable<string>): ReadonlyMap<string, Rgb> {
  return new Map([...new Set(labels)].map((label, i) => [label, labelColours[i % labelColours.length] as Rgb]));
}

/** Relative luminance of an sRGB colour, 0–1 (WCAG 2.2). */
export function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white: whichever stands out more on a colour. */
export function textColour(background: Rgb): Rgb {
  const light = luminance(background);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? [0, 0, 0] : [255, 255, 255];
}
