/** Convolution and depthwise convolution of u8 with i8, on every path, against sums over windows. */
import { describe, expect, test } from 'vitest';
import {
  depthwiseFilterBytes,
  depthwiseScratchBytes,
  panelBytes,
  stagedBytes,
} from '../../../engine/quantization/sizes.ts';
import { type QuantizedBuild, quantizedBuilds } from './builds.ts';
import { Draw, level, outputSides, requantisation, scaled, unsaturated, type Window, walk } from './reference.ts';

/** n h w c oh ow kh kw strides top left dilations, as kernels take them. */
const geometry = (g: Window): readonly number[] => [
  ...[g.n, g.h, g.w, g.c, ...outputSides(g), ...g.size, ...g.stride],
  ...[g.padding[0], g.padding[1], ...g.dilation],
];

const window = (over: Partial<Window>): Window => ({
  ...{ n: 1, h: 7, w: 7, c: 8, size: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1] },
  ...over,
});

/** Any window that sees at least one tap: sides, strides, padding up to the window's, dilation. */
function randomWindow(draw: Draw): Window {
  for (;;) {
    const pair = (lo: number, hi: number) => [draw.integer(lo, hi), draw.integer(lo, hi)] as const;
    const g = window({
      ...{ n: draw.integer(1, 2), h: draw.integer(1, 12), w: draw.integer(1, 12), c: draw.integer(1, 21) },
      ...{ size: pair(1, 5), stride: pair(1, 3), dilation: draw.pick([[1, 1] as const, pair(1, 3)]) },
      padding: [...pair(0, 3), ...pair(0, 3)],
    });
    if (outputSides(g).every((side) => side > 0)) return g;
  }
}

const zeroPoints = (draw: Draw) => draw.pick([0, 255, 128, draw.integer(0, 255)]);

interface Case {
  readonly g: Window;
  readonly oc: number;
  readonly x: Uint8Array;
  readonly filter: Int8Array;
  readonly bias: Int32Array;
  readonly m: Float32Array;
  readonly xZero: number;
  readonly zero: number;
}

function makeCase(seed: number, g: Window, oc: number, k: number): Case {
  const draw = new Draw(seed);
  const [xZero, zero] = [zeroPoints(draw), zeroPoints(draw)];
  const x = draw.levels(g.n * g.h * g.w * g.c);
  return { g, oc, x, filter: draw.weights(k * oc), xZero, zero, ...requantisation(draw, k, xZero, zero, oc) };
}

/** `sum` adds up what one tap gives one output channel. */
function expected({ g, oc, bias, m, zero }: Case, sum: (pixel: number, tap: number, o: number) => number): Uint8Array {
  const [oh, ow] = outputSides(g);
  const sums = Float64Array.from({ length: g.n * oh * ow * oc }, (_, i) => bias[i % oc] as number);
  walk(g, (output, tap, pixel) => {
    for (let o = 0; o < oc; o++) sums[output * oc + o]! += sum(pixel, tap, o);
  });
  return Uint8Array.from(sums, (each, i) => level(scaled(each, m[i % oc] as number), zero));
}

const fullCase = (seed: number, g: Window, oc: number) => makeCase(seed, g, oc, g.size[0] * g.size[1] * g.c);
const depthwiseCase = (seed: number, g: Window) => makeCase(seed, g, g.c, g.size[0] * g.size[1]);

const expectedFull = (c: Case): Uint8Array =>
  expected(c, (pixel, tap, o) => {
    let sum = 0;
    for (let i = 0; i < c.g.c; i++) {
      const weight = c.filter[(tap * c.g.c + i) * c.oc + o] as number;
      sum += ((c.x[pixel * c.g.c + i] as number) - c.xZero) * weight;
    }
    return sum;
  });

const expectedDepthwise = (c: Case): Uint8Array =>
  expected(c, (pixel, tap, o) => ((c.x[pixel * c.oc + o] as number) - c.xZero) * (c.filter[tap * c.oc + o] as number));

function convolve({ path, runner }: QuantizedBuild, c: Case, blockRows: number): Uint8Array {
  const { g, oc } = c;
  const k = g.size[0] * g.size[1] * g.c;
  const [oh, ow] = outputSides(g);
  const panels = new Uint8Array(panelBytes(path, k, oc));
  runner.call('packPanelsI8', path, c.filter, oc, c.bias, c.m, c.xZero, k, oc, panels);
  const y = new Uint8Array(g.n * oh * ow * oc);
  const columns = new Uint8Array(stagedBytes(path, blockRows, k));
  runner.call(
    'conv2dU8',
    ...[path, c.x, ...geometry(g), g.c, c.xZero, panels, y, oc, oc, 0, c.zero, 0, 255, 0, 0, 0, columns, blockRows],
  );
  return y;
}

function depthwise({ path, runner }: QuantizedBuild, c: Case): Uint8Array {
  const { g } = c;
  const [oh, ow] = outputSides(g);
  const sides = { w: g.w, c: g.c, ow, size: g.size, stride: g.stride, dilation: g.dilation };
  const filter = new Uint8Array(depthwiseFilterBytes(path, sides));
  runner.call(
    'packDepthwiseI8',
    ...[path, c.filter, c.bias, c.m, c.xZero, g.c, ...g.size, g.stride[0], ...g.dilation, filter],
  );
  const y = new Uint8Array(g.n * oh * ow * g.c);
  const scratch = new Uint8Array(depthwiseScratchBytes(path, sides));
  runner.call('depthwiseConv2dU8', ...[path, c.x, ...geometry(g), c.xZero, filter, y, c.zero, 0, 255, scratch]);
  return y;
}

describe.each(quantizedBuilds)('$label', (build) => {
  test.each([
    ['a first layer of three channels', { h: 17, w: 18, c: 3, stride: [2, 2], padding: [0, 0, 1, 1] }, 16],
    ['3×3 with padding', { n: 2, h: 9, w: 6, c: 16 }, 12],
    ['dilated', { h: 11, w: 12, c: 5, dilation: [2, 3], padding: [2, 3, 2, 3] }, 8],
    ['pointwise with a stride', { h: 8, w: 7, c: 20, size: [1, 1], stride: [2, 3], padding: [0, 0, 0, 0] }, 9],
    ['windows wholly in the padding', { h: 2, w: 2, c: 4, padding: [3, 3, 3, 3] }, 8],
  ] as [string, Partial<Window>, number][])('convolution: %s', (_, over, oc) => {
    const c = fullCase(oc, window(over), oc);
    const y = expectedFull(c);
    expect(unsaturated(y)).toBeGreaterThan(0.9);
    for (const blockRows of [1, 6, 100]) expect(convolve(build, c, blockRows)).toEqual(y);
  });

  test('convolution: random windows', () => {
    const draw = new Draw(21);
    for (let seed = 0; seed < 40; seed++) {
      const g = randomWindow(draw);
      const c = fullCase(seed, g, draw.integer(1, 20));
      expect(convolve(build, c, draw.integer(1, 30)), JSON.stringify(g)).toEqual(expectedFull(c));
    }
  });

  test('convolution: groups are runs of channels of a pixel', () => {
    const { path, runner } = build;
    const [groups, channels, filters] = [2, 3, 8];
    const g = window({ h: 5, w: 6, c: channels });
    const parts = [0, 1].map((group) => ({ ...fullCase(group, g, filters), xZero: 77, zero: 128 }));
    const pixels = g.h * g.w;
    const x = Uint8Array.from({ length: pixels * groups * channels }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / 6), i % 6];
      return parts[Math.floor(channel / channels)]!.x[pixel * channels + (channel % channels)] as number;
    });
    const y = new Uint8Array(pixels * groups * filters);
    const columns = new Uint8Array(stagedBytes(path, 10, 27));
    parts.forEach((part, group) => {
      const panels = new Uint8Array(panelBytes(path, 27, filters));
      runner.call('packPanelsI8', path, part.filter, filters, part.bias, part.m, 77, 27, filters, panels);
      // The kernel is given addresses within a pixel, so x and y start at their group here.
      const [from, to] = [x.subarray(group * channels), y.subarray(group * filters)];
      runner.call(
        'conv2dU8',
        ...[path, from, ...geometry(g), 6, 77, panels, to, 16, filters, 0, 128, 0, 255, 0, 0, 0, columns, 10],
      );
    });
    const whole = parts.map((part) => expectedFull(part));
    expect([...y]).toEqual(
      Array.from(y, (_, i) => whole[Math.floor((i % 16) / 8)]![Math.floor(i / 16) * 8 + (i % 8)] as number),
    );
  });

  test.each([
    ['3×3', { n: 2, h: 9, w: 10, c: 16 }],
    ['3×3 by two', { h: 12, w: 11, c: 24, stride: [2, 2], padding: [0, 0, 1, 1] }],
    ['5×5', { h: 8, w: 9, c: 12, size: [5, 5], padding: [2, 2, 2, 2] }],
    ['5×5 by two', { h: 9, w: 14, c: 8, size: [5, 5], stride: [2, 2], padding: [2, 2, 2, 2] }],
    ['7×7 of an odd number of channels', { h: 9, w: 9, c: 7, size: [7, 7], padding: [3, 3, 3, 3] }],
    ['dilated', { h: 12, w: 13, c: 10, dilation: [2, 3], padding: [2, 3, 2, 3] }],
    ['a single pixel', { h: 1, w: 1, c: 33 }],
    ['narrower than a tile', { h: 5, w: 3, c: 18 }],
    ['strides beyond the image', { h: 1, w: 1, c: 4, stride: [9, 9], padding: [1, 51, 1, 0] }],
  ] as [string, Partial<Window>][])('depthwise: %s', (_, over) => {
    const c = depthwiseCase(9, window(over));
    const y = expectedDepthwise(c);
    expect(unsaturated(y)).toBeGreaterThan(0.9);
    expect(depthwise(build, c)).toEqual(y);
  });

  test('depthwise: random windows', () => {
    const draw = new Draw(22);
    for (let seed = 0; seed < 80; seed++) {
      const g = randomWindow(draw);
      const c = depthwiseCase(seed, g);
      expect(depthwise(build, c), JSON.stringify(g)).toEqual(expectedDepthwise(c));
    }
  });
});
