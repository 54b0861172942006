/** A map over a picture: the place that is hot in the model's input is hot where the input was taken. */
import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { luminance, type Rgb } from '../../../engine/drawing/colours.ts';
import { enlarged } from '../../../engine/drawing/enlarge.ts';
import { drawHeatMap } from '../../../engine/drawing/heat-map.ts';
import { ramp } from '../../../engine/drawing/ramp.ts';
import type { Image } from '../../../engine/image/image.ts';
import { fitPixels, preprocessSchema } from '../../../engine/image/preprocess.ts';

const gray = (width: number, height: number, level = 128): Image => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(level),
});
const spec = (size: [number, number], fit: string) =>
  v.parse(preprocessSchema, { size, fit, fill: 0, channels: 'gray' });
const reds = ({ data }: Image) => data.filter((_, i) => i % 3 === 0);
const constant = (shape: [number, number], value: number) => ({
  shape,
  data: new Float32Array(shape[0] * shape[1]).fill(value),
});

test('the ramp grows lighter', () => {
  const light = Array.from({ length: 256 }, (_, i) =>
    luminance([...ramp.subarray(3 * i, 3 * i + 3)] as unknown as Rgb),
  );
  // Levels are rounded: of neighbours a channel may fall while another has yet to rise.
  expect(light.every((value, i) => i < 4 || value > light[i - 4]!)).toBe(true);
  expect([...ramp.subarray(0, 3), ...ramp.subarray(765)]).toEqual([0, 32, 77, 255, 234, 70]);
});

test('none is a thin blue, all a thick yellow, over any kind of picture', () => {
  const [cold, hot] = [0, 1].map((value) => drawHeatMap(gray(3, 2), constant([2, 2], value), spec([4, 4], 'stretch')));
  expect(cold).toMatchObject({ width: 3, height: 2, channels: 3 });
  // A quarter and eleven sixteenths of the colour.
  expect(cold!.data).toEqual(Uint8Array.from({ length: 18 }, (_, i) => (128 * 192 + ramp[i % 3]! * 64 + 128) >> 8));
  expect(hot!.data).toEqual(
    Uint8Array.from({ length: 18 }, (_, i) => (128 * 80 + ramp[765 + (i % 3)]! * 176 + 128) >> 8),
  );
  const white: Image = { width: 1, height: 1, channels: 4, data: Uint8Array.of(9, 9, 9, 0) };
  expect(drawHeatMap(white, constant([1, 1], 0), spec([4, 4], 'stretch')).data[0]).toBe((255 * 192 + 128) >> 8);
});

test('values between the cells are mixed, at the edge the outer cell is alone', () => {
  const map = { shape: [1, 2] as const, data: Float32Array.of(0, 1) };
  const drawn = reds(drawHeatMap(gray(8, 1), map, spec([4, 4], 'stretch')));
  const at = (heat: number) => reds(drawHeatMap(gray(1, 1), constant([1, 1], heat), spec([4, 4], 'stretch')))[0]!;
  // Middles of the cells at 2 and 6; of the pixels at 0.5, 1.5 …
  expect([...drawn]).toEqual([0, 0, 1 / 8, 3 / 8, 5 / 8, 7 / 8, 1, 1].map(at));
});

describe('a hot place', () => {
  const problem = fc.record({
    width: fc.integer({ min: 4, max: 60 }),
    height: fc.integer({ min: 4, max: 60 }),
    size: fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 8, max: 40 })),
    fit: fc.constantFrom('stretch', 'crop', 'letterbox'),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test('of the input is where preprocess took it from', () => {
    const law = fc.property(problem, ({ width, height, size, fit, x, y }) => {
      const preprocess = spec(size, fit);
      // The map that sees the picture as the model does: white where one place of the picture is.
      const image = gray(width, height, 0);
      const [spotX, spotY] = [Math.floor(x * (width - 3)), Math.floor(y * (height - 3))];
      for (let dy = 0; dy < 3; dy++)
        image.data.fill(255, (spotY + dy) * width + spotX, (spotY + dy) * width + spotX + 3);
      const seen = fitPixels(image, preprocess);
      const most = Math.max(...seen);
      if (most < 100) return; // cropped away, or next to nothing is left of it
      const map = { shape: [size[1], size[0]] as const, data: Float32Array.from(seen, (value) => value / most) };
      const drawn = reds(drawHeatMap(gray(width, height), map, preprocess));
      const dark = (128 * 96) >> 8;
      if ([0, 1, 2].some((d) => drawn[(spotY + d) * width + spotX + d] === dark)) return; // at the edge of a crop
      const hottest = Math.max(...drawn);
      // The middle of what is hot lies within the spot, give or take a pixel of the coarser raster.
      const hot = [...drawn.keys()].filter((i) => drawn[i] === hottest);
      const slack = 1 + Math.max(width / size[0], height / size[1]);
      for (const [axis, from] of [
        [(i: number) => i % width, spotX],
        [(i: number) => Math.floor(i / width), spotY],
      ] as const) {
        const middle = hot.reduce((sum, i) => sum + axis(i) + 0.5, 0) / hot.length;
        expect(middle).toBeGreaterThan(from - slack);
        expect(middle).toBeLessThan(from + 3 + slack);
      }
    });
    fc.assert(law, { numRuns: 200, seed: 1 });
  });
});

test('what a crop left out is dark and has no colour', () => {
  const drawn = drawHeatMap(gray(12, 4), constant([2, 2], 1), spec([4, 4], 'crop'));
  const columns = Array.from({ length: 12 }, (_, x) => [...drawn.data.subarray(3 * x, 3 * x + 3)]);
  const dark = [48, 48, 48];
  const hot = [...drawHeatMap(gray(1, 1), constant([1, 1], 1), spec([4, 4], 'stretch')).data];
  expect(columns).toEqual([...Array(4).fill(dark), ...Array(4).fill(hot), ...Array(4).fill(dark)]);
});

test('all of a letterbox is drawn', () => {
  const drawn = drawHeatMap(gray(12, 4), constant([2, 2], 1), spec([8, 8], 'letterbox'));
  expect(new Set(reds(drawn))).toEqual(new Set([(128 * 80 + 255 * 176 + 128) >> 8]));
});

test('a small picture is enlarged by whole times, a large one stays', () => {
  const image: Image = { width: 2, height: 1, channels: 2, data: Uint8Array.of(1, 2, 3, 4) };
  expect(enlarged(image, 3)).toEqual({
    width: 4,
    height: 2,
    channels: 2,
    data: Uint8Array.of(1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4),
  });
  expect(enlarged(image, 2)).toBe(image);
});
