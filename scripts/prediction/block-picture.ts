/** A map of numbers on a terminal: two characters a cell, so that cells are about square. */

const SHADES = [' ', '░', '▒', '▓', '█'] as const;
/** Cells beside each other in 80 columns. */
const MOST_CELLS = 40;

/**
 * Lines of shades; of a map with more than 40 columns or rows the means of blocks.
 * @param data [h,w], 0–1
 */
export function blockPicture([height, width]: readonly [number, number], data: ArrayLike<number>): string {
  const block = Math.ceil(Math.max(height, width) / MOST_CELLS);
  const lines: string[] = [];
  for (let top = 0; top < height; top += block) {
    let line = '';
    for (let left = 0; left < width; left += block) {
      let [sum, count] = [0, 0];
      for (let y = top; y < Math.min(top + block, height); y++) {
        for (let x = left; x < Math.min(left + block, width); x++, count++) sum += data[y * width + x]!;
      }
      line += SHADES[Math.round((sum / count) * (SHADES.length - 1))]!.repeat(2);
    }
    lines.push(line.trimEnd());
  }
  return lines.join('\n');
}
