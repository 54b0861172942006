/** Superpixels: what segments are, and the mean colours over them. */
import { describe, expect, test } from 'vitest';
import { paintMeans, type Segments, segment } from '../../../engine/augment/segments.ts';
import { type Pixels, type PixelType, Studio } from '../../../engine/augment/studio.ts';
import { testPicture } from '../../suites/augment.ts';
import { goldenFile, mean } from '../../suites/statistics.ts';
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
