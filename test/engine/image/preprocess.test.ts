import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../engine/image/image.ts';
import { toGray, toRgb } from '../../../engine/image/pixels.ts';
import {
  fitPixels,
  type Preprocess,
  preprocess,
  preprocessPixels,
  preprocessSchema,
  sourceMapping,
} from '../../../engine/image/preprocess.ts';
import { resize } from '../../../engine/image/resize.ts';
import { errorCode } from './load.ts';

const spec = (document: object): Preprocess => v.parse(preprocessSchema, document);

const images = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    channels: fc.constantFrom<Image['channels'][]>(1, 2, 3, 4),
  })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data): Image => ({ ...shape, data }));
  });

/** Every pixel tells its place: red is x, green is y. */
function grid(width: number, height: number): Image {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel % width, Math.floor(pixel / width), 200][i % 3]!;
  });
  return { width, height, channels: 3, data };
}

describe('preprocessSchema', () => {
  test('fills in what is left out', () => {
    expect(spec({ size: [28, 20] })).toEqual({
      size: [28, 20],
      fit: 'stretch',
      antialias: true,
      channels: 'RGB',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect(spec({ size: [1, 1], channels: 'gray' })).toMatchObject({ mean: [0], std: [1] });
    expect(spec({ size: [1, 1], fit: 'letterbox' })).toMatchObject({ fill: 0 });
  });

  test('a complete document comes back as it is, key by key', () => {
    const document = {
      size: [28, 28],
      fit: 'letterbox',
      fill: 114,
      antialias: false,
      channels: 'gray',
      scale: 0.00392156862745098,
      mean: [0.1307],
      std: [0.3081],
    };
    expect(JSON.stringify(spec(document))).toBe(JSON.stringify(document));
  });

  test.each([
    ['no size', {}],
    ['a size of 0', { size: [0, 1] }],
    ['a fractional size', { size: [1.5, 1] }],
    ['three sizes', { size: [1, 1, 1] }],
    ['a side beyond any picture', { size: [16_385, 1] }],
    ['more pixels than any picture', { size: [16_384, 1_000] }],
    ['an unknown key', { size: [1, 1], resample: 'bilinear' }],
    ['an unknown fit', { size: [1, 1], fit: 'cover' }],
    ['lower-case channels', { size: [1, 1], channels: 'rgb' }],
    ['one mean for three channels', { size: [1, 1], mean: [0.5] }],
    ['three deviations for gray', { size: [1, 1], channels: 'gray', std: [1, 1, 1] }],
    ['a deviation of 0', { size: [1, 1], std: [1, 0, 1] }],
    ['an infinite scale', { size: [1, 1], scale: Number.POSITIVE_INFINITY }],
    ['a fill of 256', { size: [1, 1], fit: 'letterbox', fill: 256 }],
  ])('refuses %s', (_, document) => {
    expect(v.safeParse(preprocessSchema, document).success).toBe(false);
  });
});

describe('preprocess', () => {
  test('value = (x·scale − mean) / std, each step in f32', () => {
    const { mean, std } = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const found = preprocess({ width: 256, height: 1, channels: 3, data }, spec({ size: [256, 1], mean, std }));
    const f = Math.fround;
    for (let i = 0; i < found.length; i++) {
      const c = i % 3;
      expect(found[i]).toBe(f(f(f(data[i]! * f(1 / 255)) - f(mean[c]!)) / f(std[c]!)));
    }
  });

  test('stretch is: alpha over white, the channels, the resize, the arithmetic', () => {
    fc.assert(
      fc.property(
        images,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('RGB', 'BGR', 'gray'),
        fc.boolean(),
        (image, width, height, channels, antialias) => {
          const document = spec({ size: [width, height], channels, antialias, scale: 1 });
          const resized = resize(channels === 'gray' ? toGray(image) : toRgb(image), width, height, antialias).data;
          const mirrored = (i: number) => (channels === 'BGR' ? i - (i % 3) + 2 - (i % 3) : i);
          const wanted = Float32Array.from(resized, (_, i) => resized[mirrored(i)]!);
          expect(preprocess(image, document)).toEqual(wanted);
        },
      ),
    );
  });

  test('crop takes the centre: of a wide picture, of a tall one, rounding half to even as torchvision does', () => {
    const columns = (image: Image, size: [number, number]) => {
      const pixels = fitPixels(image, spec({ size, fit: 'crop' }));
      return Array.from({ length: size[0] }, (_, x) => pixels[3 * x]!);
    };
    expect(columns(grid(8, 4), [4, 4])).toEqual([2, 3, 4, 5]);
    expect(columns(grid(5, 4), [4, 4])).toEqual([0, 1, 2, 3]); // 0.5 → 0
    expect(columns(grid(7, 4), [4, 4])).toEqual([2, 3, 4, 5]); // 1.5 → 2
    const tall = fitPixels(grid(4, 8), spec({ size: [4, 4], fit: 'crop' }));
    expect([0, 1, 2, 3].map((y) => tall[12 * y + 1])).toEqual([2, 3, 4, 5]);
  });

  test('letterbox keeps the whole picture and fills the rest', () => {
    const wide = fitPixels(grid(8, 4), spec({ size: [8, 8], fit: 'letterbox', fill: 114 }));
    const reds = Array.from({ length: 64 }, (_, i) => wide[3 * i]!);
    const bar = Array<number>(16).fill(114);
    expect(reds).toEqual([...bar, ...Array.from({ length: 32 }, (_, i) => i % 8), ...bar]);
    const tall = fitPixels(grid(4, 8), spec({ size: [8, 8], fit: 'letterbox', fill: 114 }));
    expect(Array.from({ length: 8 }, (_, x) => tall[3 * x]!)).toEqual([114, 114, 0, 1, 2, 3, 114, 114]);
  });

  test('every fit gives the size that is asked for, of any picture', () => {
    const side = fc.integer({ min: 1, max: 16 });
    fc.assert(
      fc.property(images, side, side, fc.constantFrom('stretch', 'crop', 'letterbox'), (image, width, height, fit) => {
        const values = preprocess(image, spec({ size: [width, height], fit }));
        expect(values.length).toBe(width * height * 3);
        for (const value of values) expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });

  test('pixels of the right size give the same values by themselves, in batches too', () => {
    const document = spec({ size: [6, 5], mean: [0.1, 0.2, 0.3], std: [2, 3, 4] });
    const image = grid(6, 5);
    const one = preprocess(image, document);
    expect(preprocessPixels(image.data, document)).toEqual(one);
    const out = new Float32Array(2 * one.length);
    expect(preprocessPixels(Uint8Array.from([...image.data, ...image.data]), document, out)).toBe(out);
    expect(out).toEqual(Float32Array.from([...one, ...one]));
  });

  test('an output of another length is refused', () => {
    expect(errorCode(() => preprocess(grid(4, 4), spec({ size: [4, 4] }), new Float32Array(47)))).toBe('invalid-input');
    expect(errorCode(() => preprocessPixels(new Uint8Array(5), spec({ size: [4, 4] })))).toBe('invalid-input');
  });
});

describe('the way back', () => {
  const back = (width: number, height: number, fields: object, point: readonly [number, number]) => {
    const { scale, offset } = sourceMapping({ width, height }, spec(fields));
    return point.map((at, axis) => (at + offset[axis as 0 | 1]) * scale[axis as 0 | 1]);
  };

  test.each<[string, number, number, object, [number, number], [number, number]]>([
    ['stretch: each side by itself', 200, 50, { size: [100, 100], fit: 'stretch' }, [50, 100], [100, 50]],
    ['crop: the middle of the long side', 200, 50, { size: [100, 100], fit: 'crop' }, [0, 100], [75, 50]],
    ['letterbox: bars above and below', 200, 50, { size: [100, 100], fit: 'letterbox' }, [100, 37], [200, 0]],
    ['letterbox: a bar lies outside', 200, 50, { size: [100, 100], fit: 'letterbox' }, [0, 35], [0, -4]],
    ['one pixel', 1, 1, { size: [8, 8], fit: 'letterbox' }, [4, 8], [0.5, 1]],
  ])('%s', (_, width, height, fields, point, expected) => {
    expect(back(width, height, fields, point)).toEqual(expected);
  });
});
