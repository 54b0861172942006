/// <reference path="./oled-font.d.ts" />
/**
 * Letters of 5 × 7 dots in pictures: the font is oled-font-5x7's, columns of dots from the top, magnified by a whole
 * number. What the font does not have is written as letters that it has (á as a, ß as ss), or as a box.
 */
import font from 'oled-font-5x7';
import type { Image } from '../image/image.ts';
import { fill } from './canvas.ts';
import type { Rgb } from './colours.ts';

/** Dots of a line of text, and from one letter to the next. */
export const LETTER_HEIGHT = font.height;
export const ADVANCE = font.width + 1;

/** Columns of dots of what cannot be written. */
const BOX: readonly number[] = [0x7f, 0x41, 0x41, 0x41, 0x7f];
const glyphs = new Map(
  font.lookup.map((letter, i) => [letter, font.fontData.slice(i * font.width, (i + 1) * font.width)]),
);

/** Letters that are no letter of the font with an accent. */
const spellings: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D' },
  ...{ þ: 'th', Þ: 'Th', ł: 'l', Ł: 'L', ı: 'i', ħ: 'h', Ħ: 'H', '¿': '?', '¡': '!', '×': 'x', '·': '.', '…': '...' },
  ...{ '‘': "'", '’': "'", '“': '"', '”': '"', '«': '"', '»': '"', '–': '-', '—': '-', '−': '-' },
};

/** Columns of dots of every letter that a text is written with. */
function lettersOf(text: string): (readonly number[])[] {
  return [...text.normalize('NFC')].flatMap((letter) => spell(letter).map((each) => glyphs.get(each) ?? BOX));
}

function spell(letter: string): string[] {
  if (glyphs.has(letter)) return [letter];
  if (/\s/u.test(letter)) return [' '];
  const spelt = spellings[letter];
  if (spelt !== undefined) return [...spelt];
  // Without its accents; an accent by itself leaves nothing, and is a box.
  const [bare, ...more] = letter.normalize('NFD').replace(/\p{M}/gu, '');
  return [bare !== undefined && more.length === 0 ? bare : letter];
}

/** Pixels across, the gap behind the last letter not counted. */
export function textWidth(text: string, scale: number): number {
  return Math.max(lettersOf(text).length * ADVANCE - 1, 0) * scale;
}

/** The text, or as much of it as fits with two dots behind; nothing where not even a letter does. */
export function fitText(text: string, width: number, scale: number): string {
  if (textWidth(text, scale) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join('')}..`, scale) > width) letters.pop();
  return letters.length > 0 ? `${letters.join('')}..` : '';
}

/** Writes with the upper left corner at left, top; what is outside of the picture is cut. */
export function drawText(
  image: Image,
  text: string,
  [left, top]: readonly [number, number],
  { colour, scale }: { readonly colour: Rgb; readonly scale: number },
): void {
  lettersOf(text).forEach((columns, i) => {
    columns.forEach((dots, column) => {
      for (let row = 0; row < LETTER_HEIGHT; row++) {
        if (!((dots >> row) & 1)) continue;
        const [x, y] = [left + (i * ADVANCE + column) * scale, top + row * scale];
        fill(image, { left: x, top: y, right: x + scale, bottom: y + scale }, colour);
      }
    });
  });
}
