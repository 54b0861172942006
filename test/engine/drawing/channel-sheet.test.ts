/** Channels side by side: in order, each on its own scale, large enough to be seen and never too large. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawChannels } from '../../../engine/drawing/channel-sheet.ts';
import { ramp } from '../../../engine/drawing/ramp.ts';
import type { Image } from '../../../engine/image/image.ts';

const pixel = ({ width, data }: Image, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const colour = (level: number) => [...ramp.subarray(3 * level, 3 * level + 3)];
const white = [255, 255, 255];

test('two channels of two pixels', () => {
  // Channel 0 from −1 to 1, channel 1 the same everywhere.
  const sheet = drawChannels({ shape: [1, 2, 2], data: Float32Array.of(-1, 5, 1, 5) });
  // 32 times larger: 64 wide, 32 high; about square is one below the other.
  expect([sheet.width, sheet.height, sheet.channels]).toEqual([64, 66, 3]);
  expect(pixel(sheet, 0, 0)).toEqual(colour(0));
  expect(pixel(sheet, 31, 31)).toEqual(colour(0));
  expect(pixel(sheet, 32, 0)).toEqual(colour(255));
  expect(pixel(sheet, 63, 31)).toEqual(colour(255));
  for (const y of [32, 33]) for (const x of [0, 31, 63]) expect(pixel(sheet, x, y)).toEqual(white);
  expect(pixel(sheet, 0, 34)).toEqual(colour(0));
  expect(pixel(sheet, 63, 65)).toEqual(colour(0));
});

test('rows of channels, from the top left; what is over is white', () => {
  // Five channels of 64×64, each zero but for one place that says its number.
  const data = new Float32Array(64 * 64 * 5);
  for (let channel = 0; channel < 5; channel++) data[channel * 5 + channel] = 1;
  const sheet = drawChannels({ shape: [64, 64, 5], data });
  expect([sheet.width, sheet.height]).toEqual([2 * 66 - 2, 3 * 66 - 2]);
  for (let channel = 0; channel < 5; channel++) {
    const [left, top] = [66 * (channel % 2), 66 * Math.floor(channel / 2)];
    expect(pixel(sheet, left + channel, top)).toEqual(colour(255));
    expect(pixel(sheet, left + channel + 1, top)).toEqual(colour(0));
  }
  expect(pixel(sheet, 66 + 10, 2 * 66 + 10)).toEqual(white);
});

test('large maps are drawn as the means of blocks', () => {
  const side = 3000;
  const data = Float32Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 0 : 4));
  const sheet = drawChannels({ shape: [side, side, 1], data });
  expect([sheet.width, sheet.height]).toEqual([1500, 1500]);
  expect(pixel(sheet, 749, 7)).toEqual(colour(0));
  expect(pixel(sheet, 750, 7)).toEqual(colour(255));
});

test('no sheet is longer than 2048 pixels, and every channel that has room is there', () => {
  const shape = fc.tuple(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 3000 }),
  );
  const law = fc.property(shape, ([rows, columns, channels]) => {
    if (rows * columns * channels > 2_000_000) return;
    const sheet = drawChannels({ shape: [rows, columns, channels], data: new Float32Array(rows * columns * channels) });
    expect(Math.max(sheet.width, sheet.height)).toBeLessThanOrEqual(2048);
    // All that is not white is cells of zeros, of one size.
    let blue = 0;
    for (let i = 0; i < sheet.data.length; i += 3) if (sheet.data[i] === 0) blue++;
    expect(blue % channels).toBe(0);
    expect(blue / channels).toBeGreaterThan(0);
  });
  fc.assert(law, { numRuns: 60, seed: 1 });
});
