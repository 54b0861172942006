/**
 * The colours of the report, for light and dark screens. Train and validation are the blue and the vermilion (light) or
 * orange (dark) of Okabe and Ito's palette, which colour-blind readers tell apart; dashes and markers differ as well.
 */
export const themes = {
  light: {
    paper: '#ffffff',
    ink: '#1f2328',
    muted: '#59636e',
    line: '#d1d9e0',
    train: '#0072b2',
    validation: '#d55e00',
    hot: '#08519c',
  },
  dark: {
    paper: '#0d1117',
    ink: '#e6edf3',
    muted: '#9198a1',
    line: '#3d444d',
    train: '#56b4e9',
    validation: '#e69f00',
    hot: '#9ecae1',
  },
} as const;

export type ThemeName = keyof typeof themes;

/** CSS that sets `--ink` and the others on whatever `selector` names, by the reader's colour scheme. */
export function themeStyle(selector: string): string {
  const rule = (name: ThemeName) => {
    const variables = Object.entries(themes[name]).map(([key, value]) => `--${key}:${value}`);
    return `${selector}{${variables.join(';')}}`;
  };
  return `${rule('light')}@media(prefers-color-scheme:dark){${rule('dark')}}`;
}

/**
 * Black or white, whichever contrasts more (WCAG 2.2 §1.4.3) with `share` of `hot` laid over `paper`.
 * @param share 0–1
 */
export function inkOn(theme: ThemeName, share: number): 'black' | 'white' {
  const paper = channels(themes[theme].paper);
  const mixed = channels(themes[theme].hot).map((hot, i) => share * hot + (1 - share) * paper[i]!);
  const [r, g, b] = mixed.map(linear) as [number, number, number];
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? 'black' : 'white';
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
