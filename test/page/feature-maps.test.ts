import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../engine/tensor.ts';
import {
  cssColour,
  paintChannel,
  paintSheet,
  palettes,
  rangeOf,
  scaleOf,
  sheetSize,
  stripSize,
} from '../../page/feature-maps.ts';

const palette = palettes.light;
const value = fc.float({ noNaN: true, noDefaultInfinity: true });

/** Squared distance of two `rgb(…)` colours. */
function distance(a: string, b: string): number {
  const [one, other] = [a, b].map((text) => (text.match(/\d+/g) ?? []).map(Number)) as [number[], number[]];
  return one.reduce((sum, level, i) => sum + (level - (other[i] as number)) ** 2, 0);
}

const blank = ({ width, height }: { width: number; height: number }) => ({
  width,
  height,
  data: new Uint8ClampedArray(4 * width * height),
});

describe('colours', () => {
  test.each(Object.entries(palettes))(
    'in the %s scheme both ramps begin at the same background',
    (_, { positive, negative }) => {
      expect([...negative.subarray(0, 3)]).toEqual([...positive.subarray(0, 3)]);
    },
  );

  test('signs have their own ramp, and the largest magnitude its end', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), (values) => {
        const range = rangeOf(Float32Array.from(values));
        fc.pre(range.min < range.max);
        const scale = scaleOf(range, true);
        const end = Math.max(range.max, -range.min);
        const ramp = end === range.max ? palette.positive : palette.negative;
        expect(cssColour(end === range.max ? end : -end, scale, palette)).toBe(`rgb(${ramp.subarray(-3).join(',')})`);
        expect(cssColour(0, scale, palette)).toBe(`rgb(${palette.positive.subarray(0, 3).join(',')})`);
      }),
    );
  });

  test('without a sign the smallest value is the background and the largest the end', () => {
    const scale = scaleOf({ min: 2, max: 5 }, false);
    expect(cssColour(2, scale, palette)).toBe(`rgb(${palette.positive.subarray(0, 3).join(',')})`);
    expect(cssColour(5, scale, palette)).toBe(`rgb(${palette.positive.subarray(-3).join(',')})`);
  });

  test('a larger value is never nearer to the background', () => {
    const scale = scaleOf({ min: -1, max: 1 }, true);
    const background = cssColour(0, scale, palette);
    const distances = Array.from({ length: 101 }, (_, i) => distance(cssColour(i / 100, scale, palette), background));
    expect(distances.every((far, i) => i === 0 || far >= (distances[i - 1] as number))).toBe(true);
  });

  test('what is the same everywhere is background', () => {
    const scale = scaleOf({ min: -3, max: -3 }, true);
    expect(cssColour(-3, scale, palette)).toBe(`rgb(${palette.positive.subarray(0, 3).join(',')})`);
  });
});

describe('pictures', () => {
  test('every map lies at its place on the sheet, painted as alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        (channels, columns, seed) => {
          const shape = [1, 3, 2, channels];
          const data = Float32Array.from({ length: 6 * channels }, (_, i) => Math.sin(seed + i));
          const tensor: Tensor = { shape, data };
          const sheet = blank(sheetSize(shape, columns));
          paintSheet(sheet, tensor, columns, palette);
          for (let channel = 0; channel < channels; channel++) {
            const alone = blank({ width: 2, height: 3 });
            const isSigned = rangeOf(data).min < 0;
            paintChannel(alone, tensor, channel, scaleOf(rangeOf(data, channel, channels), isSigned), palette);
            const [left, top] = [2 * (channel % columns), 3 * Math.floor(channel / columns)];
            for (let y = 0; y < 3; y++) {
              const start = 4 * ((top + y) * sheet.width + left);
              expect(sheet.data.slice(start, start + 8)).toEqual(alone.data.slice(8 * y, 8 * y + 8));
            }
          }
        },
      ),
    );
  });

  test('a strip has a cell for every value, and less than a line to spare', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (length) => {
        const { columns, rows } = stripSize(length);
        expect(columns * rows).toBeGreaterThanOrEqual(length);
        expect(columns * rows - length).toBeLessThan(columns);
      }),
    );
  });
});
