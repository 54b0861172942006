/** Superpixels: what segments are, and the mean colours over them. */
import { describe, expect, test } from 'vitest';
import { centresOf, colourPlanes, paintMeans, type Segments, segment, slic } from '../../../engine/augment/segments.ts';
import { type Pixels, type PixelType, Studio } from '../../../engine/augment/studio.ts';
import { sampleAt } from '../../reference/augment/affine.ts';
import { testPicture } from '../../suites/augment.ts';
import { goldenFile } from '../../suites/golden-statistics.ts';
import { mean } from '../../suites/statistics.ts';
import { testCodecs, testImageKernels } from '../image/load.ts';

const kernels = testImageKernels();
const codecs = testCodecs();
await codecs.ready();
const photographs = ['astronaut', 'coffee', 'chelsea', 'camera_gray', 'synthetic'];
const photograph = (name: string): Pixels => codecs.decode(goldenFile(`in/${name}.png`));

function labelsOf(studio: Studio, { ptr, width, height }: Segments): Int32Array {
  return studio.words(ptr, width * height).slice();
}

/** Sizes of the components, by edges, of equal labels: one each label if all are connected. */
function components(labels: Int32Array, width: number): number {
  const seen = new Uint8Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (seen[start]) continue;
    count++;
    const stack = [start];
    seen[start] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const x = at % width;
      const next = [x > 0 ? at - 1 : -1, x + 1 < width ? at + 1 : -1, at - width, at + width];
      for (const to of next) {
        if (to < 0 || to >= labels.length || seen[to] || labels[to] !== labels[at]) continue;
        seen[to] = 1;
        stack.push(to);
      }
    }
  }
  return count;
}

/** Mean square distance of the pixels, all channels, from the mean of their segment. */
function varianceWithin({ data, channels }: Pixels, labels: ArrayLike<number>): number {
  const sums = new Map<number, Float64Array>();
  const each = (visit: (label: number, pixel: number) => void) => {
    for (let pixel = 0; pixel < labels.length; pixel++) visit(labels[pixel] as number, pixel);
  };
  each((label, pixel) => {
    const sum = sums.get(label) ?? new Float64Array(channels + 1);
    for (let c = 0; c < channels; c++) sum[c] = (sum[c] as number) + (data[pixel * channels + c] as number);
    sum[channels] = (sum[channels] as number) + 1;
    sums.set(label, sum);
  });
  let total = 0;
  each((label, pixel) => {
    const sum = sums.get(label) as Float64Array;
    for (let c = 0; c < channels; c++) {
      total += ((data[pixel * channels + c] as number) - (sum[c] as number) / (sum[channels] as number)) ** 2;
    }
  });
  return total / data.length;
}

/** CIE Lab under D65 of sRGB, as scikit-image has it. */
function labOf(rgb: readonly number[]): [number, number, number] {
  const [r, g, b] = rgb.map((level) => {
    const value = level / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const curve = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = curve((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
  const y = curve(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = curve((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

interface Centre {
  colour: [number, number, number];
  x: number;
  y: number;
}

/**
 * SLIC by its definition: labels after ten rounds around a grid of centres, before pieces are joined. Centres are met one
 * step away, rounded to where the kernel's vectors of four pixels begin and end.
 */
function naiveSlic({ width, height, data }: Pixels, across: number, down: number): Int32Array {
  const colours = Array.from({ length: width * height }, (_, i) => labOf([...data.slice(3 * i, 3 * i + 3)]));
  const centres = Array.from({ length: across * down }, (_, k): Centre => {
    const x = Math.floor(((2 * (k % across) + 1) * width) / (2 * across));
    const y = Math.floor(((2 * Math.floor(k / across) + 1) * height) / (2 * down));
    return { colour: colours[y * width + x] as Centre['colour'], x, y };
  });
  const labels = Int32Array.from({ length: width * height }, (_, i) => {
    const row = Math.floor((Math.floor(i / width) * down) / height);
    return row * across + Math.floor(((i % width) * across) / width);
  });
  const step = Math.sqrt((width * height) / (across * down));
  for (let round = 0; round < 10; round++) {
    const sums = centres.map(() => [0, 0, 0, 0, 0, 0]);
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const colour = colours[i] as Centre['colour'];
      let best = Number.POSITIVE_INFINITY;
      centres.forEach((centre, k) => {
        const [top, left] = [Math.max(centre.y - step, 0), Math.max(centre.x - step, 0)];
        if (y < Math.floor(top) || y > Math.floor(centre.y + step)) return;
        if (x < 4 * Math.floor(left / 4) || x > 4 * Math.floor((centre.x + step) / 4) + 3) return;
        const far = colour.reduce((sum, value, c) => sum + (value - (centre.colour[c] as number)) ** 2, 0);
        const distance = far + ((x - centre.x) ** 2 + (y - centre.y) ** 2) * (10 / step) ** 2;
        if (distance < best) [best, labels[i]] = [distance, k];
      });
      [...colour, x, y, 1].forEach((value, c) => {
        const sum = sums[labels[i] as number] as number[];
        sum[c] = (sum[c] as number) + value;
      });
    }
    sums.forEach((sum, k) => {
      const [l, a, b, x, y, n] = sum as [number, number, number, number, number, number];
      if (n > 0) centres[k] = { colour: [l / n, a / n, b / n], x: x / n, y: y / n };
    });
  }
  return labels;
}

test.each(['astronaut', 'coffee'])('segments of %s are those of the definition, but for rounding', (name) => {
  const picture = photograph(name);
  const { width, height } = picture;
  const studio = new Studio(kernels);
  const planes = colourPlanes(studio, studio.load(picture));
  const plane = planes.stride * height;
  const colours = studio.floats(planes.ptr, 3 * plane);
  const exactColours = Array.from({ length: width * height }, (_, i) =>
    labOf([...picture.data.slice(3 * i, 3 * i + 3)]),
  );
  exactColours.forEach((exact, i) => {
    const at = Math.floor(i / width) * planes.stride + (i % width);
    // ∛ to 1e-5 times 500, of two, and the roundings of f32.
    exact.forEach((value, c) => {
      expect(Math.abs((colours[c * plane + at] as number) - value)).toBeLessThan(0.012);
    });
  });
  const { across, down } = centresOf(planes, 100);
  const found = labelsOf(studio, slic(studio, planes, across, down, 0, 2 ** 30));
  const exact = naiveSlic(picture, across, down);
  // Whether neighbours belong together: a pixel in a thousand may lie as near to one centre as to another.
  let [pairs, agreed] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    for (const next of [i % width === width - 1 ? -1 : i + 1, i + width]) {
      if (next < 0 || next >= found.length) continue;
      pairs++;
      if ((found[i] === found[next]) === (exact[i] === exact[next])) agreed++;
    }
  }
  expect(agreed / pairs).toBeGreaterThan(0.995);
});

test.each([
  [300, 200, 128, 85],
  [129, 140, 117, 128],
  [50, 40, 50, 40],
])('the small copy of %i × %i pixels is bilinear, %i × %i', (fullWidth, fullHeight, width, height) => {
  for (const channels of [2, 5]) {
    for (const type of ['u8', 'f32'] as const) {
      const picture = testPicture(fullWidth, fullHeight, channels, type);
      const studio = new Studio(kernels);
      const planes = colourPlanes(studio, studio.load(picture));
      expect([planes.width, planes.height]).toEqual([width, height]);
      const plane = planes.stride * height;
      const found = studio.floats(planes.ptr, 3 * plane);
      const exact = { ...picture, data: Float64Array.from(picture.data) };
      for (let i = 0; i < width * height; i += 7) {
        const [x, y] = [i % width, Math.floor(i / width)];
        for (let c = 0; c < 3; c++) {
          const [u, v] = [((x + 0.5) * fullWidth) / width - 0.5, ((y + 0.5) * fullHeight) / height - 0.5];
          const how = { interpolation: 'bilinear', border: 'edge', fill: 0 } as const;
          const value = c < channels ? (100 / 255) * sampleAt(exact, u, v, c, how) : 0;
          // Places below 512 are off by at most two of their ulps of 2⁻¹⁵, times the slope of a level.
          expect(Math.abs((found[c * plane + y * planes.stride + x] as number) - value)).toBeLessThan(100 * 2 ** -12);
        }
      }
    }
  }
});

test('what has one label is one segment, up to the last row and column', () => {
  for (const [width, height] of [
    [13, 5],
    [1, 9],
    [9, 1],
  ] as const) {
    const studio = new Studio(kernels);
    const stride = Math.ceil(width / 4) * 4;
    const planes = studio.take(stride * height * 12);
    const ptr = studio.take(width * height * 4);
    const work = studio.take(stride * height * 28 + 64);
    expect(studio.call.slic(planes, width, height, stride, 1, 1, 10, 0, 0, 1000, ptr, work)).toBe(1);
    expect(labelsOf(studio, { ptr, width, height, count: 1 }).every((label) => label === 0)).toBe(true);
  }
});

describe.each(photographs)('%s', (name) => {
  test.each([50, 100, 120])('%i segments: connected, about as many, of less variance than a grid', (wanted) => {
    const picture = photograph(name);
    const studio = new Studio(kernels);
    const segments = segment(studio, studio.load(picture), wanted);
    const { width, height, count } = segments;
    expect([width, height]).toEqual([picture.width, picture.height]);
    const labels = labelsOf(studio, segments);
    expect(new Set(labels).size).toBe(count);
    expect(Math.max(...labels)).toBe(count - 1);
    expect(components(labels, width)).toBe(count);
    expect(count).toBeGreaterThanOrEqual(0.7 * wanted);
    expect(count).toBeLessThanOrEqual(1.3 * wanted);
    // A regular grid of at least as many cells.
    const across = Math.ceil(Math.sqrt((count * width) / height));
    const down = Math.ceil(count / across);
    const grid = Array.from(labels, (_, pixel) => {
      const x = Math.floor(((pixel % width) * across) / width);
      return Math.floor((Math.floor(pixel / width) * down) / height) * across + x;
    });
    expect(varianceWithin(picture, labels)).toBeLessThan(varianceWithin(picture, grid));
  });
});

test.each([
  [300, 200, 128, 85],
  [129, 2, 128, 1],
  [1, 1000, 1, 128],
  [3, 5, 3, 5],
])('%i × %i pixels are segmented on %i × %i', (fullWidth, fullHeight, width, height) => {
  for (const channels of [1, 2, 3, 4, 6]) {
    for (const type of ['u8', 'f32'] as const) {
      const studio = new Studio(kernels);
      const segments = segment(studio, studio.load(testPicture(fullWidth, fullHeight, channels, type)), 60);
      expect([segments.width, segments.height]).toEqual([width, height]);
      const labels = labelsOf(studio, segments);
      expect(components(labels, width)).toBe(segments.count);
    }
  }
});

test('a picture of two colours is cut along their edge, wherever it lies', () => {
  const [width, height] = [100, 60];
  const isLeft = (pixel: number) => pixel % width < 37;
  const picture = (channels: number, type: PixelType): Pixels => {
    const values = Array.from({ length: width * height * channels }, (_, i) =>
      isLeft(Math.floor(i / channels)) ? 60 : 180,
    );
    return { width, height, channels, data: type === 'u8' ? Uint8Array.from(values) : Float32Array.from(values) };
  };
  for (const channels of [1, 2, 3, 4, 5]) {
    for (const type of ['u8', 'f32'] as const) {
      const studio = new Studio(kernels);
      const labels = labelsOf(studio, segment(studio, studio.load(picture(channels, type)), 40));
      const left = new Set(labels.filter((_, pixel) => isLeft(pixel)));
      const right = new Set(labels.filter((_, pixel) => !isLeft(pixel)));
      expect([...left].some((label) => right.has(label))).toBe(false);
    }
  }
});

test.each([1, 2, 3, 4, 5])('paints means over chosen segments, %i channels', (channels) => {
  const [width, height] = [31, 17];
  const segments = { width: 9, height: 6, count: 7 };
  const map = Int32Array.from({ length: 54 }, (_, i) => (i * 5 + (i >> 3)) % 6); // label 6 is nowhere
  const labelOf = (pixel: number) => {
    const x = Math.floor((((pixel % width) + 0.5) * segments.width) / width);
    const y = Math.floor(((Math.floor(pixel / width) + 0.5) * segments.height) / height);
    return map[y * segments.width + x] as number;
  };
  for (const type of ['u8', 'f32'] as const) {
    const picture = testPicture(width, height, channels, type);
    const studio = new Studio(kernels);
    const image = studio.load(picture);
    const ptr = studio.take(map.length * 4);
    studio.words(ptr, map.length).set(map);
    paintMeans(studio, image, { ...segments, ptr }, (label) => label !== 2);
    const painted = studio.unload(image);
    const exact = Array.from(picture.data, (value, i) => {
      const label = labelOf(Math.floor(i / channels));
      if (label === 2) return value;
      const own = picture.data.filter(
        (_, k) => k % channels === i % channels && labelOf(Math.floor(k / channels)) === label,
      );
      return type === 'u8' ? Math.floor(mean(own) + 0.5) : Math.fround(mean(own));
    });
    expect(Array.from(painted)).toEqual(exact);
  }
});
