/** Letters: what the font has, what it has not, and where they end. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawText, fitText, LETTER_HEIGHT, textWidth } from '../../../engine/drawing/text.ts';
import type { Image } from '../../../engine/image/image.ts';

/** Rows of a text in black on white, `#` and `.`. */
function written(text: string, scale = 1): string[] {
  const image: Image = {
    width: textWidth(text, scale),
    height: LETTER_HEIGHT * scale,
    channels: 3,
    data: new Uint8Array(0),
  };
  const picture = { ...image, data: new Uint8Array(image.width * image.height * 3).fill(255) };
  drawText(picture, text, [0, 0], { colour: [0, 0, 0], scale });
  return Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (_, x) => (picture.data[3 * (y * image.width + x)] === 0 ? '#' : '.')).join(''),
  );
}

const BOX = ['#####', '#...#', '#...#', '#...#', '#...#', '#...#', '#####'];

test('a letter looks like it', () => {
  expect(written('T')).toEqual(['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..']);
});

describe('what the font does not have', () => {
  test.each([
    ['á', 'a'],
    ['ñ', 'n'],
    ['Ç', 'C'],
    ['ß', 'ss'],
    ['Æ', 'AE'],
    ['ø', 'o'],
    ['’', "'"],
    ['…', '...'],
    ['\t', ' '],
  ])('%s is written %s', (letter, spelt) => expect(written(letter)).toEqual(written(spelt)));

  test('an umlaut that it has stays, also in two parts', () => {
    expect(written('ä')).not.toEqual(written('a'));
    expect(written('a\u0308')).toEqual(written('ä'));
  });

  test.each(['中', '🐈', '\u0301', 'Ω', '\u0000'])('%j is a box', (letter) => expect(written(letter)).toEqual(BOX));

  test('nothing is left out silently', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const letters = [...text.normalize('NFC')].filter((letter) => !/\s/u.test(letter));
        const isBlank = written(text).every((row) => !row.includes('#'));
        expect(isBlank).toBe(letters.length === 0);
        expect(textWidth(text, 1)).toBeGreaterThanOrEqual(6 * [...text.normalize('NFC')].length - 1);
      }),
    );
  });
});

test('a scale repeats every dot', () => {
  const [one, three] = [written('Rg', 1), written('Rg', 3)];
  three.forEach((row, y) => void expect(row).toBe(one[Math.floor(y / 3)]!.replaceAll(/./g, '$&$&$&')));
});

test('what is outside of the picture is cut', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -30, max: 20 }),
      fc.integer({ min: -30, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      (x, y, scale) => {
        const wide = { width: 120, height: 120, channels: 3, data: new Uint8Array(120 * 120 * 3) } as const;
        const small = { width: 20, height: 20, channels: 3, data: new Uint8Array(20 * 20 * 3) } as const;
        const colour = [1, 2, 3] as const;
        drawText(wide, 'Ag', [x + 40, y + 40], { colour, scale });
        drawText(small, 'Ag', [x, y], { colour, scale });
        for (let row = 0; row < 20; row++) {
          const from = 3 * ((row + 40) * 120 + 40);
          expect(small.data.subarray(60 * row, 60 * row + 60)).toEqual(wide.data.subarray(from, from + 60));
        }
      },
    ),
  );
});

test('fitting keeps what fits, and marks what is gone', () => {
  expect(fitText('label', textWidth('label', 2), 2)).toBe('label');
  expect(fitText('label', textWidth('label', 2) - 1, 2)).toBe('la..');
  expect(fitText('label', textWidth('l..', 1), 1)).toBe('l..');
  expect(fitText('label', textWidth('l..', 1) - 1, 1)).toBe('');
});
