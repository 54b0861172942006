import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../engine/image/image.ts';
import { CENTRE, centreOfMass, DIGIT_SIDE, digitInput, INK_SIDE, inkBounds } from '../../page/digit-input.ts';
import { examples } from '../../page/examples.ts';
import { rasterize } from '../../page/strokes.ts';
import { drawings } from './arbitrary.ts';

/** The picture inside a larger, empty one. */
function framed({ width, height, data }: Image, left: number, top: number, side: number): Image {
  const pixels = new Uint8Array(side * side);
  for (let y = 0; y < height; y++) {
    pixels.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  }
  return { width: side, height: side, channels: 1, data: pixels };
}

/** Every pixel as a block of `factor` × `factor`. */
function enlarged({ width, height, data }: Image, factor: number): Image {
  const pixels = new Uint8Array(width * height * factor * factor);
  pixels.forEach((_, index) => {
    const x = Math.floor((index % (width * factor)) / factor);
    const y = Math.floor(index / (width * factor) / factor);
    pixels[index] = data[y * width + x] as number;
  });
  return { width: width * factor, height: height * factor, channels: 1, data: pixels };
}

/** Sides of the rectangle with ink. */
function inkSize(image: Image): readonly [width: number, height: number] {
  const bounds = inkBounds(image);
  return bounds ? [bounds.right - bounds.left, bounds.bottom - bounds.top] : [0, 0];
}

describe('digitInput', () => {
  test('an empty drawing is an empty digit', () => {
    const digit = digitInput(rasterize([]));
    expect(digit).toMatchObject({ width: DIGIT_SIDE, height: DIGIT_SIDE, channels: 1 });
    expect(digit.data).toEqual(new Uint8Array(DIGIT_SIDE * DIGIT_SIDE));
  });

  test('the longer side of the ink is 20 pixels, or what is left where its rim rounds to black', () => {
    fc.assert(
      fc.property(drawings(), (strokes) => {
        const longer = Math.max(...inkSize(digitInput(rasterize(strokes))));
        expect(longer).toBeLessThanOrEqual(INK_SIDE);
        expect(longer).toBeGreaterThanOrEqual(INK_SIDE - 2);
      }),
    );
  });

  test('the centre of mass is within half a pixel of the centre, unless the ink lies at the edge', () => {
    fc.assert(
      fc.property(drawings(), (strokes) => {
        const digit = digitInput(rasterize(strokes));
        const bounds = inkBounds(digit);
        const { x, y } = centreOfMass(digit);
        // The rim of the ink may have rounded to black.
        const isAtEdge = {
          x: (bounds?.left ?? 0) <= 1 || (bounds?.right ?? 0) >= DIGIT_SIDE - 1,
          y: (bounds?.top ?? 0) <= 1 || (bounds?.bottom ?? 0) >= DIGIT_SIDE - 1,
        };
        if (!isAtEdge.x) expect(Math.abs(x - CENTRE)).toBeLessThanOrEqual(0.5 + 1e-9);
        if (!isAtEdge.y) expect(Math.abs(y - CENTRE)).toBeLessThanOrEqual(0.5 + 1e-9);
      }),
    );
  });

  test('where the drawing lies on the pad does not matter', () => {
    fc.assert(
      fc.property(drawings(), fc.nat(60), fc.nat(60), (strokes, left, top) => {
        const drawing = rasterize(strokes);
        expect(digitInput(framed(drawing, left, top, drawing.width + 60)).data).toEqual(digitInput(drawing).data);
      }),
    );
  });

  test('how large the picture is does not matter', () => {
    fc.assert(
      fc.property(drawings(), fc.integer({ min: 2, max: 5 }), (strokes, factor) => {
        const drawing = rasterize(strokes, 40);
        expect(digitInput(enlarged(drawing, factor)).data).toEqual(digitInput(drawing).data);
      }),
      { numRuns: 40 },
    );
  });

  test('a rectangle keeps its proportions and is as bright as it was', () => {
    const data = new Uint8Array(60 * 60);
    for (let y = 10; y < 50; y++) data.fill(255, y * 60 + 5, y * 60 + 25); // 20 wide, 40 high
    const digit = digitInput({ width: 60, height: 60, channels: 1, data });
    expect(inkSize(digit)).toEqual([10, 20]);
    expect([...new Set(digit.data)].sort()).toEqual([0, 255]);
  });

  test('every example has as much ink as digits of MNIST have', () => {
    // Mean and spread over the 10,000 test digits: 104 ± 40 white pixels; a "1" has 60.
    for (const strokes of examples) {
      const sum = digitInput(rasterize(strokes)).data.reduce((total, value) => total + value / 255, 0);
      expect(sum).toBeGreaterThan(45);
      expect(sum).toBeLessThan(150);
    }
  });
});
