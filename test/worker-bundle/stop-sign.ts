/** A stop sign under a blue sky, drawn: a picture whose content a detector of everyday things knows, and no photo. */
import type { Image } from '../../engine/image/image.ts';

const [WIDTH, HEIGHT] = [320, 240];
const [MIDDLE_X, MIDDLE_Y, RADIUS] = [160, 100, 60];

/** Where the octagon is. */
export const stopSignBox = {
  xmin: MIDDLE_X - RADIUS,
  ymin: MIDDLE_Y - RADIUS,
  xmax: MIDDLE_X + RADIUS,
  ymax: MIDDLE_Y + RADIUS,
};

type Colour = readonly [red: number, green: number, blue: number];

/** Letters of 5×7 squares, four pixels wide. */
const letters: Readonly<Record<string, readonly string[]>> = {
  S: ['01110', '10001', '10000', '01110', '00001', '10001', '01110'],
  T: ['11111', '00100', '00100', '00100', '00100', '00100', '00100'],
  O: ['01110', '10001', '10001', '10001', '10001', '10001', '01110'],
  P: ['11110', '10001', '10001', '11110', '10000', '10000', '10000'],
};

const isInOctagon = (x: number, y: number, radius: number): boolean =>
  Math.max(Math.abs(x), Math.abs(y), (Math.abs(x) + Math.abs(y)) / Math.SQRT2) < radius;

function isLetter(x: number, y: number): boolean {
  const [column, row] = [Math.floor((x + 46) / 4), Math.floor((y + 14) / 4)];
  const letter = 'STOP'[Math.floor(column / 6)];
  return letter !== undefined && letters[letter]?.[row]?.[column % 6] === '1';
}

function colourAt(x: number, y: number): Colour {
  const [dx, dy] = [x - MIDDLE_X, y - MIDDLE_Y];
  if (isInOctagon(dx, dy, RADIUS)) {
    return isLetter(dx, dy) || !isInOctagon(dx, dy, RADIUS - 5) ? [245, 245, 245] : [190, 20, 30];
  }
  if (Math.abs(dx) < 4 && dy > 55) return [130, 130, 130];
  return y < 150 ? [150 - y / 4, 190 - y / 6, 235] : [90, 130, 60];
}

export const stopSign: Image = {
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
  data: Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return colourAt(pixel % WIDTH, Math.floor(pixel / WIDTH))[i % 3] as number;
  }),
};
