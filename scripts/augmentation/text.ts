/** Letters of 5 × 7 dots in pictures: the font is oled-font-5x7's, columns of dots from the top. */
import font from 'oled-font-5x7';
import type { Image } from '../../engine/image/image.ts';

const SCALE = 2;
const ADVANCE = (font.width + 1) * SCALE;
export const TEXT_HEIGHT = font.height * SCALE;

export function textWidth(text: string): number {
  return text.length * ADVANCE;
}

/** Writes black letters; what the font does not have becomes a blank, what is outside is cut. */
export function drawText(image: Image, text: string, left: number, top: number): void {
  [...text].forEach((letter, i) => {
    const start = font.lookup.indexOf(letter) * font.width;
    for (let column = 0; start >= 0 && column < font.width; column++) {
      const dots = font.fontData[start + column] as number;
      for (let row = 0; row < font.height; row++) {
        if ((dots >> row) & 1) dot(image, left + i * ADVANCE + column * SCALE, top + row * SCALE);
      }
    }
  });
}

function dot({ width, height, channels, data }: Image, left: number, top: number): void {
  for (let y = top; y < Math.min(top + SCALE, height); y++) {
    for (let x = left; x < Math.min(left + SCALE, width); x++) {
      data.fill(0, (y * width + x) * channels, (y * width + x + 1) * channels);
    }
  }
}
