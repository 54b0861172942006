/** The parts of clouds and snow, each against a naive loop in f64. */
import { describe, expect, test } from 'vitest';
import { blendPlanes } from '../../../engine/augment/clouds.ts';
import { streak } from '../../../engine/augment/snow.ts';
import { gridOf, spectralNoise } from '../../../engine/augment/spectral-noise.ts';
import { cubicWindows, type Plane, stretchPlane, strideOf } from '../../../engine/augment/stretch.ts';
import { Studio } from '../../../engine/augment/studio.ts';
import { borderIndex } from '../../../engine/image/border.ts';
import { philox, Random } from '../../../engine/random.ts';
import { sampleAt } from '../../reference/augment/affine.ts';
import { testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

const kernels = testImageKernels();
/** Half the distance from 1 to the next f32: what one operation may be off, as a share. */
const UNIT = 2 ** -24;

function planeOf(studio: Studio, width: number, height: number, level: (x: number, y: number) => number): Plane {
  const stride = strideOf(width);
  const ptr = studio.take(stride * height * 4);
  const values = studio.floats(ptr, stride * height).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) values[y * stride + x] = level(x, y);
  }
  return { ptr, width, height, stride };
}

function valuesOf(studio: Studio, { ptr, width, height, stride }: Plane): number[] {
  const all = studio.floats(ptr, stride * height);
  return Array.from({ length: width * height }, (_, i) => all[Math.floor(i / width) * stride + (i % width)] as number);
}

function farthest(found: ArrayLike<number>, exact: ArrayLike<number>): number {
  expect(found.length).toBe(exact.length);
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - (exact[i] as number))), 0);
}

test.each([
  [8, 8, 37, 23],
  [64, 32, 50, 51],
  [4, 4, 1, 1],
  [16, 16, 16, 16],
  [2, 3, 9, 7],
  [1, 1, 5, 3],
])('a plane of %i × %i stretched to %i × %i by cubics', (width, height, toWidth, toHeight) => {
  const studio = new Studio(kernels);
  const random = new Random(5, width, height);
  const source = planeOf(studio, width, height, () => 255 * random.float());
  const image = { width, height, channels: 1, data: Float64Array.from(valuesOf(studio, source)) };
  const exact = Array.from({ length: toWidth * toHeight }, (_, i) => {
    const x = (((i % toWidth) + 0.5) * width) / toWidth - 0.5;
    const y = ((Math.floor(i / toWidth) + 0.5) * height) / toHeight - 0.5;
    return sampleAt(image, x, y, 0, { interpolation: 'bicubic', border: 'edge', fill: 0 });
  });
  const found = stretchPlane(studio, source, cubicWindows(width, toWidth), cubicWindows(height, toHeight));
  // Twice: weights rounded, four products, four sums, of magnitudes that add up to at most 1.4² · 255.
  expect(farthest(valuesOf(studio, found), exact)).toBeLessThan(2 * 9 * UNIT * 2 * 255);
});

test('columns are transformed as by the definition, and turned over', () => {
  const [rows, columns] = [32, 8];
  const studio = new Studio(kernels);
  const random = new Random(6);
  const re = planeOf(studio, columns * rows, 1, () => random.float() - 0.5);
  const im = planeOf(studio, columns * rows, 1, () => random.float() - 0.5);
  const targetRe = planeOf(studio, columns * rows, 1, () => 0);
  const targetIm = planeOf(studio, columns * rows, 1, () => 0);
  const twiddles = planeOf(studio, rows, 1, (i) =>
    i % 2 ? Math.sin((Math.PI * (i - 1)) / rows) : Math.cos((Math.PI * i) / rows),
  );
  const buffer = studio.take(36 * rows);
  const { call } = studio;
  call.transformColumns(re.ptr, im.ptr, rows, columns, targetRe.ptr, targetIm.ptr, twiddles.ptr, buffer, 12);
  const [a, b] = [valuesOf(studio, re), valuesOf(studio, im)];
  const exact = (part: 0 | 1) =>
    Array.from({ length: rows * columns }, (_, i) => {
      const column = Math.floor(i / rows);
      const r = ((i % rows) - 12 + rows) % rows;
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const angle = (2 * Math.PI * row * r) / rows;
        const [x, y] = [a[row * columns + column] as number, b[row * columns + column] as number];
        sum += part ? x * Math.sin(angle) + y * Math.cos(angle) : x * Math.cos(angle) - y * Math.sin(angle);
      }
      return sum;
    });
  // Five steps of four roundings each, on sums of at most 32 · ½ · √2.
  const bound = 5 * 4 * UNIT * 32;
  expect(farthest(valuesOf(studio, targetRe), exact(0))).toBeLessThan(bound);
  expect(farthest(valuesOf(studio, targetIm), exact(1))).toBeLessThan(bound);
});

test('a spectrum falls like a power of the frequency, around the same random numbers', () => {
  const [fullWidth, fullHeight, width, height, exponent] = [64, 32, 45, 20, -1.7];
  const studio = new Studio(kernels);
  const target = studio.take(fullWidth * fullHeight * 4);
  const row = studio.take((width + 16) * 8);
  const key = [123456789, 987654321] as const;
  studio.call.drawSpectrum(target, fullWidth, fullHeight, width, height, exponent, ...key, row);
  const found = studio.floats(target, fullWidth * fullHeight);
  const exact = new Float64Array(fullWidth * fullHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [b, a] = [Math.min(y, height - 1 - y), Math.min(x, width - 1 - x)];
      const counter = 4 * (y * Math.ceil(width / 16) + (x >> 4)) + (x & 3);
      const word = philox([counter, 0, 0, 0], key)[(x >> 2) & 3] as number;
      const wave = ((word & 0xffff) / 65_536) * Math.cos((2 * Math.PI * (word >>> 16)) / 65_536);
      const toX = x < Math.ceil(width / 2) ? x : x + fullWidth - width;
      const toY = y < Math.ceil(height / 2) ? y : y + fullHeight - height;
      exact[toY * fullWidth + toX] = a + b === 0 ? 0 : wave * Math.hypot(a, b) ** exponent;
    }
  }
  // The cosine's polynomial is off by at most 2e-6.
  expect(farthest(found, exact)).toBeLessThan(4e-6);
});

test.each([2, 5, 8, 9, 40, 100])('noise of %i cells lies in 0.01 … 1 and reaches both', (cells) => {
  for (const size of [
    { width: 128, height: 96 },
    { width: 37, height: 200 },
  ]) {
    const studio = new Studio(kernels);
    const noise = spectralNoise(studio, gridOf(size, cells), -1.5, new Random(cells));
    const values = valuesOf(studio, noise);
    expect(Math.min(...values)).toBeCloseTo(0.01, 6);
    expect(Math.max(...values)).toBeCloseTo(1, 6);
  }
});

test.each([
  [0, 0.6, 0.9, 0.8],
  [0.8, 0.3, 0.9, 0.5],
  [0, 1, 1.4, 1.5],
])('alpha of noise: least %f, factor %f, sparsity %f, density %f', (least, factor, sparsity, density) => {
  const studio = new Studio(kernels);
  const plane = planeOf(studio, 64, 1, (x) => (x - 2) / 60);
  const clip = (value: number) => Math.min(Math.max(value, 0), 1);
  const exact = valuesOf(studio, plane).map((n) => clip((least + factor * clip(n)) ** sparsity * density));
  studio.call.cloudAlpha(plane.ptr, 64, least, factor, sparsity, density);
  expect(farthest(valuesOf(studio, plane), exact)).toBeLessThan(32 * UNIT);
});

test('levels of clouds: the mean ± a fifth by the noise, on the coarse part', () => {
  const studio = new Studio(kernels);
  const fine = planeOf(studio, 64, 1, (x) => (x - 2) / 60);
  const coarse = planeOf(studio, 64, 1, (x) => 180 + x);
  const exact = valuesOf(studio, fine).map((n, i) => 180 + i + 210 * ((2 * Math.min(Math.max(n, 0), 1) - 1) / 5));
  studio.call.cloudIntensity(fine.ptr, coarse.ptr, 64, 210);
  expect(farthest(valuesOf(studio, fine), exact)).toBeLessThan(4 * UNIT * 300);
});

describe.each([1, 2, 3, 4, 5])('%i channels', (channels) => {
  const [width, height] = [23, 9];

  test.each(['u8', 'f32'] as const)('a cloud before a picture, %s', (type) => {
    const studio = new Studio(kernels);
    const picture = testPicture(width, height, channels, type);
    const image = studio.load(picture);
    const alphaAt = (x: number, y: number) => ((7 * x + 3 * y) % 11) / 10;
    const lightAt = (x: number, y: number) => 30 * x - 100 + y;
    const alpha = planeOf(studio, width, height, alphaAt);
    blendPlanes(studio, image, alpha, planeOf(studio, width, height, lightAt));
    const exact = Array.from(picture.data, (value, i) => {
      const pixel = Math.floor(i / channels);
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return (1 - alphaAt(x, y)) * value + alphaAt(x, y) * Math.min(Math.max(lightAt(x, y), 0), 255);
    });
    const off = farthest(studio.unload(image), exact);
    expect(off).toBeLessThanOrEqual(type === 'u8' ? 0.5 + 6 * UNIT * 255 : 6 * UNIT * 255);
  });

  test.each(['u8', 'f32'] as const)('snow on a picture, %s', (type) => {
    const studio = new Studio(kernels);
    const picture = testPicture(width, height, channels, type);
    const image = studio.load(picture);
    const levelAt = (x: number, y: number) => (x % 4 === 3 ? 0 : ((37 * x + 11 * y) % 256) - 4);
    const levels = planeOf(studio, width, height, levelAt);
    const [gain, light, glow, shine] = [1.7, 600, 0.3, 1.2];
    const isFloat = type === 'f32' ? 1 : 0;
    studio.call.blendSnow(
      image.ptr,
      width,
      height,
      channels,
      isFloat,
      levels.ptr,
      levels.stride * 4,
      gain,
      light,
      glow,
      shine,
      0,
    );
    const exact = Array.from(picture.data, (value, i) => {
      const pixel = Math.floor(i / channels);
      const n = light * (Math.max(levelAt(pixel % width, Math.floor(pixel / width)), 0) / 255) ** gain;
      return Math.max(value, Math.min(Math.max(value + glow * n, shine * n), 255));
    });
    // A power is off by at most (2 + 1.7·8) · 2⁻²² of itself; where it is near 255 that is below 0.002.
    const found = studio.unload(image);
    expect(farthest(found, exact)).toBeLessThanOrEqual(type === 'u8' ? 0.5 + 0.002 : 0.002);
    expect(found.every((value, i) => value >= (picture.data[i] as number))).toBe(true);
  });
});

test('flakes fall where the random numbers say, as bright as the gate lets through', () => {
  const [width, height, threshold] = [41, 13, 9000];
  const studio = new Studio(kernels);
  const gate = planeOf(studio, width, height, (x, y) => (x + y) / 40 - 0.1);
  const target = planeOf(studio, width, height, () => Number.NaN);
  const key = [5, 6] as const;
  studio.call.sowFlakes(target.ptr, gate.ptr, gate.stride * 4, width, height, threshold, ...key);
  const exact = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const word = philox([4 * (y * Math.ceil(width / 16) + (x >> 4)) + (x & 3), 0, 0, 0], key)[(x >> 2) & 3] as number;
    if (word >>> 16 >= threshold) return 0;
    const level = 127.5 * (1 + Math.abs(Math.cos((Math.PI * (word & 0xffff)) / 65_536)));
    return level * Math.min(Math.max((x + y) / 40 - 0.1, 0), 1);
  });
  expect(exact.filter((level) => level > 0).length).toBeGreaterThan(20);
  expect(farthest(valuesOf(studio, target), exact)).toBeLessThan(127.5 * 4e-6);
});

test('planes are correlated with taps, mirrored outside', () => {
  const [width, height, margin, stride] = [21, 6, 3, 64];
  const studio = new Studio(kernels);
  const random = new Random(8);
  const level = Array.from({ length: width * height }, () => random.float());
  const memory = studio.take(stride * (height + 2 * margin) * 4);
  const inner = memory + (margin * stride + 16) * 4;
  studio.floats(memory, stride * (height + 2 * margin)).fill(0);
  level.forEach((value, i) => {
    studio.floats(inner, stride * height)[Math.floor(i / width) * stride + (i % width)] = value;
  });
  studio.call.mirrorMargins(inner, stride * 4, width, height, margin);
  const taps = streak(7, 33);
  const list = studio.take(taps.length * 8);
  taps.forEach(([row, column, weight], i) => {
    studio.words(list, taps.length * 2)[2 * i] = (row * stride + column) * 4;
    studio.floats(list, taps.length * 2)[2 * i + 1] = weight;
  });
  const target = planeOf(studio, width, height, () => 0);
  const { call } = studio;
  call.correlatePlane(
    inner,
    stride * 4,
    target.ptr,
    target.stride * 4,
    target.stride * 4,
    height,
    list,
    list + taps.length * 8,
  );
  const exact = level.map((_, i) =>
    taps.reduce((sum, [row, column, weight]) => {
      const x = borderIndex((i % width) + column, width, 'reflect');
      const y = borderIndex(Math.floor(i / width) + row, height, 'reflect');
      return sum + weight * (level[y * width + x] as number);
    }, 0),
  );
  expect(farthest(valuesOf(studio, target), exact)).toBeLessThan(UNIT * (taps.length + 2));
});

test('streaks fade downwards, turn clockwise and have sum 1', () => {
  const fading = [1, 0.75, 0.5, 0.25].map((weight) => weight / 2.5);
  expect(streak(5, 0)).toEqual(fading.map((weight, i) => [i - 2, 0, weight]));
  // A quarter turn clockwise brings the upper end to the right.
  expect(streak(5, 90)).toEqual(fading.map((weight, i) => [0, 2 - i, weight]).reverse());
  const sum = streak(9, 30).reduce((total, [, , weight]) => total + weight, 0);
  expect(sum).toBeCloseTo(1, 12);
  expect(streak(9, 30).every(([row, column]) => row * column <= 0 || Math.abs(row) + Math.abs(column) <= 2)).toBe(true);
});
