/** Markup with everything escaped: text that came from labels and file names can never become a tag. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Characters that XML 1.0 §2.2 does not allow, escaped or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text for HTML, XML and attribute values; what XML cannot hold becomes U+FFFD. */
export const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replace(forbidden, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character]!);

/** An attribute left `undefined` is left out; numbers are rounded to two places. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element whose children are markup already; text goes through `text` or `escapeText` first. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    if (value === undefined) return '';
    return ` ${key}="${typeof value === 'number' ? rounded(value) : escapeText(value)}"`;
  });
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

/** An element that holds text. */
export const textElement = (name: string, attributes: Attributes, text: string | number): string =>
  element(name, attributes, escapeText(String(text)));

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

/** 0.98765 → `98.77 %`; what is not a number is shown as such. */
export const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;

/** At most `length` characters: a longer text keeps its beginning and its end, which tells `class 12` from `class 13`. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}
