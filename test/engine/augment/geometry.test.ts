/** What moves pixels: properties that hold whatever the numbers are, and kernels against each other. */
import { describe, expect, test } from 'vitest';
import type { Augmented } from '../../../engine/augment/augmenter.ts';
import type { Labels } from '../../../engine/augment/labels.ts';
import { inverse, multiply, toCorners } from '../../../engine/augment/matrix.ts';
import { augmentationOf } from '../../../engine/augment/operations/index.ts';
import type { Interpolation, Resampling } from '../../../engine/augment/resampling.ts';
import { type Step, stepRandom } from '../../../engine/augment/resolve.ts';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { borderIndex, borders } from '../../../engine/image/border.ts';
import { resize } from '../../../engine/image/resize.ts';
import { type Key, philox, Random } from '../../../engine/random.ts';
import { sampleAt, warped } from '../../reference/augment/affine.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const runner = new AugmentRunner(testImageKernels());
const run = (node: unknown, image: Pixels, input = {}) => runner.run(pipelineOf(node), image, input);
/** The first step's params. */
const paramsOf = ({ steps }: Pick<Augmented, 'steps'>) => (steps[0] as Step).params;
const keypointOf = ({ labels }: Pick<Augmented, 'labels'>) =>
  (labels as Labels).keypoints?.[0] as readonly [number, number];
const chain = (...children: unknown[]) => ({ type: 'compose', children });

/** Odd and even sizes, below and above a vector, and the channels that have kernels of their own beside one that has none. */
const pictures = [1, 3, 4, 5].flatMap((channels) =>
  [
    [1, 1],
    [3, 5],
    [16, 4],
    [23, 18],
    [70, 33],
  ].flatMap(([width, height]) => [
    testPicture(width as number, height as number, channels, 'u8'),
    testPicture(width as number, height as number, channels, 'f32'),
  ]),
);

describe('exact copies', () => {
  test.each([
    ['hflip', chain({ type: 'hflip' }, { type: 'hflip' })],
    ['vflip', chain({ type: 'vflip' }, { type: 'vflip' })],
    ['transpose', chain({ type: 'transpose' }, { type: 'transpose' })],
    ['rotate90 four times', chain(...Array.from({ length: 4 }, () => ({ type: 'rotate90', times: 1 })))],
    ['rotate90 there and back', chain({ type: 'rotate90', times: 1 }, { type: 'rotate90', times: 3 })],
  ])('%s is the identity', (_, node) => {
    for (const picture of pictures) expect(run(node, picture).image).toEqual(picture);
  });

  test('two quarters are both mirrors, and a transposition after a mirror is a quarter', () => {
    for (const picture of pictures) {
      const turned = run({ type: 'rotate90', times: 2 }, picture).image;
      expect(run(chain({ type: 'hflip' }, { type: 'vflip' }), picture).image).toEqual(turned);
      const quarter = run({ type: 'rotate90', times: 1 }, picture).image;
      expect(run(chain({ type: 'vflip' }, { type: 'transpose' }), picture).image).toEqual(quarter);
    }
  });

  test.each(['nearest', 'bilinear', 'bicubic'])('moving by whole pixels copies, %s', (interpolation) => {
    for (const picture of pictures) {
      const by = (value: number) => ({ by: { value, unit: 'pixels' }, interpolation, border: 'wrap' });
      const node = chain({ type: 'translateX', ...by(2) }, { type: 'translateY', ...by(-3) });
      const { image } = run(node, picture);
      const moved = picture.data.map((_, i) => {
        const [pixel, channel] = [Math.floor(i / picture.channels), i % picture.channels];
        const x = borderIndex((pixel % picture.width) - 2, picture.width, 'wrap');
        const y = borderIndex(Math.floor(pixel / picture.width) + 3, picture.height, 'wrap');
        return picture.data[(y * picture.width + x) * picture.channels + channel] as number;
      });
      expect(image.data).toEqual(moved);
    }
  });
});

describe('matrices', () => {
  test('M·M⁻¹ is the identity, of whatever moves points', () => {
    const nodes = [
      { type: 'affine', rotate: 33, scaleX: 1.4, shearX: 20, translateY: 0.2 },
      { type: 'perspective', scale: 0.2, keepSize: true },
      { type: 'perspective', scale: 0.2 },
      { type: 'rotate', angle: -71, fit: true },
    ];
    for (const [sample, node] of nodes.entries()) {
      const { steps } = run(node, testPicture(70, 33, 3), { sample });
      const matrix = steps[0]?.params.matrix as NonNullable<ReturnType<typeof inverse>>;
      const product = multiply(matrix, inverse(matrix) ?? matrix);
      // Conditioned below 1e4: products of numbers of 53 bits.
      product.forEach((value, i) => {
        expect(value / product[8]).toBeCloseTo(i % 4 === 0 ? 1 : 0, 9);
      });
    }
  });

  test('the centre of a mask goes where the keypoint at its centre goes', () => {
    const [width, height] = [90, 70];
    const centre = { x: 37, y: 32 };
    const inside = (x: number, y: number) => Math.abs(x + 0.5 - centre.x) < 6 && Math.abs(y + 0.5 - centre.y) < 6;
    const mask = {
      width,
      height,
      channels: 1,
      data: Uint8Array.from({ length: width * height }, (_, i) => Number(inside(i % width, Math.floor(i / width)))),
    };
    const nodes = [
      { type: 'hflip' },
      { type: 'transpose' },
      { type: 'rotate90', times: 3 },
      { type: 'rotate', angle: 20, fit: true },
      { type: 'affine', rotate: -15, scaleX: 1.3, translateX: 0.05 },
      { type: 'crop', left: 0.1, top: 0.2 },
      { type: 'crop', left: 0.1, top: 0.2, keepSize: true },
      { type: 'cropAndPad', left: 0.1, bottom: -0.2, right: 0.3 },
      { type: 'resize', width: 120, height: 50 },
      { type: 'elastic', alpha: 4, sigma: 8 },
    ];
    for (const node of nodes) {
      const result = run(node, testPicture(width, height, 3), { mask, labels: { keypoints: [[centre.x, centre.y]] } });
      const moved = result.mask as Pixels;
      const sums = { x: 0, y: 0, count: 0 };
      moved.data.forEach((value, i) => {
        if (value === 0) return;
        sums.x += (i % moved.width) + 0.5;
        sums.y += Math.floor(i / moved.width) + 0.5;
        sums.count++;
      });
      const [x, y] = keypointOf(result);
      // The rim of some 40 pixels is whole: each off by half at most, their mean by far less than half a pixel.
      expect(Math.abs(sums.x / sums.count - x), JSON.stringify(node)).toBeLessThan(0.35);
      expect(Math.abs(sums.y / sums.count - y), JSON.stringify(node)).toBeLessThan(0.35);
    }
  });

  test('rows beyond a piece of 256 columns, and positions far out, agree with f64', () => {
    const picture = testPicture(613, 9, 3);
    const how = { interpolation: 'bilinear', border: 'reflect', fill: 0 } as const;
    const { image, steps } = run({ type: 'affine', rotate: 3, scaleX: 0.07, ...how }, picture);
    const back = inverse(steps[0]?.params.matrix as never) as NonNullable<ReturnType<typeof inverse>>;
    const exact = { ...picture, data: Float64Array.from(picture.data) };
    let wrong = 0;
    image.data.forEach((value, i) => {
      const [x, y] = [(Math.floor(i / 3) % 613) + 0.5, Math.floor(i / 3 / 613) + 0.5];
      const at = (row: 0 | 3) => back[row] * x + back[(row + 1) as 1] * y + back[(row + 2) as 2] - 0.5;
      // A position up to 4,000 pixels out is off by 5e-4 at most in f32, 0.13 of a level.
      const level = sampleAt(exact, at(0), at(3), i % 3, how);
      if (Math.abs(value - level) > 0.7) wrong++;
    });
    expect(wrong).toBe(0);
  });
});

describe('strong perspectives, with spans of every kind', () => {
  test.each(borders)('border %s: as the naive loop', (border) => {
    const picture = testPicture(300, 21, 3);
    const exact = { ...picture, data: Float64Array.from(picture.data) };
    for (let sample = 0; sample < 8; sample++) {
      const corners = [
        [-90 * (sample & 1), 0],
        [300, -9 * (sample & 2)],
        [310 - 20 * sample, 21],
        [40, 21 + 3 * sample],
      ];
      const node = { type: 'perspective', corners, border, keepSize: true, fill: [9, 90, 200] };
      const result = run(node, picture);
      const expected = warped(exact, paramsOf(result) as never, augmentationOf('perspective'), {
        ...node,
        interpolation: 'bilinear',
      });
      let wrong = 0;
      result.image.data.forEach((value, i) => {
        // Half a level of rounding, and the bound of the references.
        if (Math.abs(value - (expected.data[i] as number)) > 0.6) wrong++;
      });
      expect(wrong, `${sample}`).toBe(0);
    }
  });
});

describe('crop', () => {
  const picture = testPicture(40, 30, 3);

  test('a part of a size lies anywhere in the picture, each place as likely', () => {
    const seen = new Set<string>();
    for (let sample = 0; sample < 200; sample++) {
      const result = run({ type: 'crop', size: [28, 37] }, picture, { sample });
      const { image } = result;
      const { top, left, bottom, right } = paramsOf(result) as Record<string, number>;
      expect([image.height, image.width]).toEqual([28, 37]);
      expect([(top as number) + (bottom as number), (left as number) + (right as number)]).toEqual([2, 3]);
      expect(image.data[0]).toBe(picture.data[((top as number) * 40 + (left as number)) * 3]);
      seen.add(`${top},${left}`);
    }
    // 12 places, 200 draws: one is missed with a probability of 12 · (11/12)^200 = 3e-7.
    expect(seen.size).toBe(12);
  });

  test('one that is larger than the picture is an error with its path', () => {
    const node = chain({ type: 'hflip' }, { type: 'crop', size: [31, 40] });
    expect(() => run(node, picture)).toThrow(
      expect.objectContaining({ code: 'invalid-pipeline', path: '$.pipeline.children[1].size' }),
    );
  });

  test('sides never take the last pixel', () => {
    const all = { value: 16_384, unit: 'pixels' };
    const { image } = run({ type: 'crop', top: all, left: all, right: all, bottom: 0.5 }, picture);
    expect([image.width, image.height]).toEqual([1, 1]);
  });
});

describe('canvases', () => {
  test.each([
    [{ type: 'cropAndPad', left: { value: 16_384, unit: 'pixels' } }],
    [{ type: 'affine', scale: 100, fit: true }],
    [
      {
        type: 'perspective',
        corners: [
          [0, 0],
          [20_000, 0],
          [20_000, 20],
          [0, 20],
        ],
      },
    ],
  ])('above 16,384 pixels a side are refused: %j', (node) => {
    expect(() => run(node, testPicture(200, 40, 1))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded', path: '$.pipeline' }),
    );
  });

  test('beyond the memory are refused', () => {
    expect(() => run({ type: 'resize', width: 16_384, height: 16_384 }, testPicture(2, 2, 5))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded' }),
    );
  });
});

describe('perspective', () => {
  test('drawn corners always make a convex quadrilateral', () => {
    for (let sample = 0; sample < 300; sample++) {
      const { steps } = run({ type: 'perspective', scale: 1 }, testPicture(5, 4, 1), { sample });
      expect(toCorners(steps[0]?.params.corners as never, { width: 5, height: 4 })).toBeDefined();
    }
  });

  test('the distance of a corner is half-normal, of the width across and of the height down', () => {
    const picture = { width: 1000, height: 100, channels: 1, data: new Uint8Array(100_000) };
    let [across, down] = [0, 0];
    const rounds = 100;
    for (let sample = 0; sample < rounds; sample++) {
      const result = run({ type: 'perspective', scale: 0.05 }, picture, { sample });
      for (const [x, y] of paramsOf(result).corners as readonly (readonly [number, number])[]) {
        across += Math.min(x, 1000 - x) / 1000 / (4 * rounds);
        down += Math.min(y, 100 - y) / 100 / (4 * rounds);
      }
    }
    // σ·√(2/π) = 0.0399; of 400 the mean has a standard deviation of σ·0.6/20 = 0.0015: five of them.
    expect(Math.abs(across - 0.0399)).toBeLessThan(0.0075);
    expect(Math.abs(down - 0.0399)).toBeLessThan(0.0075);
  });

  test('corners that cross are refused, with their path', () => {
    const corners = [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ];
    expect(() => run({ type: 'perspective', corners }, testPicture(20, 20, 1))).toThrow(
      expect.objectContaining({ code: 'invalid-pipeline', path: '$.pipeline.corners' }),
    );
  });
});

describe('resize', () => {
  test.each([
    [32, 20],
    [17, 33],
    [64, 90],
    [64, 40],
    [50, 40],
  ])('bilinear with antialias to %i×%i is what pre-processing does, which is Pillow’s to the bit', (width, height) => {
    for (const channels of [1, 3, 4]) {
      const picture = testPicture(64, 40, channels);
      const { image } = run({ type: 'resize', width, height }, picture);
      expect(image).toEqual(resize(picture as never, width, height));
    }
  });

  test('width or height alone keeps the ratio of the sides', () => {
    const sizeOf = (node: object) => {
      const { image } = run({ type: 'resize', ...node }, testPicture(60, 40, 1));
      return [image.width, image.height];
    };
    expect(sizeOf({ width: 30 })).toEqual([30, 20]);
    expect(sizeOf({ height: 100 })).toEqual([150, 100]);
    expect(sizeOf({ width: 1 })).toEqual([1, 1]);
    expect(sizeOf({})).toEqual([60, 40]);
  });

  test.each(['nearest', 'bilinear', 'bicubic', 'lanczos', 'box', 'area'])('%s keeps what is of one level', (filter) => {
    const picture = { width: 31, height: 17, channels: 3, data: new Uint8Array(31 * 17 * 3).fill(201) };
    for (const antialias of [true, false]) {
      const { image } = run({ type: 'resize', width: 13, height: 40, filter, antialias }, picture);
      expect(image.data.every((level) => level === 201)).toBe(true);
    }
  });
});

/** The field as its definition has it, in f64: bytes of Philox, smoothed along rows, then columns. */
function naiveField(width: number, height: number, alpha: number, sigma: number, key: Key): readonly Float64Array[] {
  const radius = Math.max(Math.ceil(4 * sigma), 1);
  const window = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    sigma === 0 ? Number(k === radius) : Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = window.reduce((all, weight) => all + weight, 0);
  const perColumn = Math.ceil(height / 8) * 8;
  return [0, 1].map((plane) => {
    const noise = (x: number, y: number) => {
      const index = x * perColumn + y;
      const [run64, word, lane, byte] = [index >> 6, (index >> 4) & 3, (index >> 2) & 3, index & 3];
      const block = philox([4 * run64 + lane, plane, 0, 0], key);
      return (((((block[word] as number) >>> (8 * byte)) << 24) >> 24) + 0.5) / 128;
    };
    const values = Float64Array.from({ length: width * height }, (_, i) => noise(i % width, Math.floor(i / width)));
    const smooth = (from: Float64Array, at: (i: number, k: number) => number) =>
      from.map((_, i) =>
        window.reduce((all, weight, k) => all + (weight / sum) * (from[at(i, k - radius)] as number), 0),
      );
    const across = smooth(values, (i, k) => i - (i % width) + borderIndex((i % width) + k, width, 'reflect'));
    const down = smooth(
      across,
      (i, k) => borderIndex(Math.floor(i / width) + k, height, 'reflect') * width + (i % width),
    );
    return down.map((value) => value * alpha);
  });
}

describe('elastic', () => {
  test.each([
    [1, 1, 30, 4, 'bilinear', 'reflect'],
    [7, 2, 5, 1.5, 'bilinear', 'edge'],
    [37, 23, 30, 4, 'bilinear', 'constant'],
    [24, 32, 60, 6, 'bilinear', 'symmetric'],
    [20, 17, 3, 0, 'bilinear', 'wrap'],
    [20, 17, 9, 2, 'nearest', 'constant'],
  ] as const)(
    '%i×%i, alpha %d, sigma %d, %s, %s: as the naive loop',
    (width, height, alpha, sigma, interpolation, border) => {
      for (const channels of [1, 3, 4, 5]) {
        for (const type of ['u8', 'f32'] as const) {
          const picture = testPicture(width, height, channels, type);
          const how: Resampling = { interpolation, border, fill: 9 };
          const { image, steps } = run({ type: 'elastic', alpha, sigma, ...how }, picture);
          const key = stepRandom(steps[0] as never)?.kernelKey() as Key;
          const [dx, dy] = naiveField(width, height, alpha, sigma, key) as [Float64Array, Float64Array];
          const exact = { ...picture, data: Float64Array.from(picture.data) };
          let wrong = 0;
          image.data.forEach((value, i) => {
            const pixel = Math.floor(i / channels);
            const [x, y] = [(pixel % width) - (dx[pixel] as number), Math.floor(pixel / width) - (dy[pixel] as number)];
            const level = sampleAt(exact, x, y, i % channels, how);
            // f32 sums of 49 weights, twice, times alpha: 2 · 49 · 2^-25 · 60 = 2e-4 of a pixel, 0.05 of a level; half a level more for u8.
            if (Math.abs(value - level) > (type === 'u8' ? 0.65 : 0.1)) wrong++;
          });
          // Nearest: a position within 2e-4 of the edge between two pixels.
          expect(wrong, `${channels} channels of ${type}`).toBeLessThanOrEqual(
            interpolation === 'nearest' ? channels : 0,
          );
        }
      }
    },
  );

  test('a keypoint goes where what is there goes', () => {
    const [width, height] = [96, 80];
    const spot = (x: number, y: number) => (Math.abs(x - 40) < 3 && Math.abs(y - 37) < 3 ? 255 : 0);
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      spot((i % width) + 0.5, Math.floor(i / width) + 0.5),
    );
    for (let sample = 0; sample < 5; sample++) {
      const node = { type: 'elastic', alpha: 60, sigma: 8 };
      const result = run(node, { width, height, channels: 1, data }, { sample, labels: { keypoints: [[40, 37]] } });
      let [sum, x, y] = [0, 0, 0];
      result.image.data.forEach((level, i) => {
        sum += level;
        x += level * ((i % width) + 0.5);
        y += level * (Math.floor(i / width) + 0.5);
      });
      const [toX, toY] = keypointOf(result);
      // A spot of six pixels keeps its centre but for the field's curvature across it.
      expect(Math.abs(x / sum - toX)).toBeLessThan(0.3);
      expect(Math.abs(y / sum - toY)).toBeLessThan(0.3);
      expect(Math.abs(toX - 40) + Math.abs(toY - 37)).toBeGreaterThan(0.05);
    }
  });
});

test('every border and interpolation takes any matrix: none traps, all give the same bytes twice', () => {
  const random = new Random(5);
  const interpolations: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic'];
  for (let round = 0; round < 600; round++) {
    const picture = pictures[random.below(pictures.length)] as Pixels;
    // From those of all but everyday size to those that overflow.
    const reach = [2, 10, 60, 300][round % 4] as number;
    const matrix = Array.from({ length: 9 }, () => (random.float() - 0.5) * 10 ** ((random.float() - 0.5) * reach));
    if (!inverse(matrix as never)) continue;
    const node = {
      type: 'perspective',
      matrix,
      interpolation: interpolations[random.below(3)],
      border: borders[random.below(borders.length)],
    };
    const first = run(node, picture).image;
    expect(first.data.every((value) => Number.isFinite(value))).toBe(true);
    expect(run(node, picture).image).toEqual(first);
  }
});
