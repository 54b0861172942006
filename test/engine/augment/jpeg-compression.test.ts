/** The loss of JPEG is that of libjpeg, byte for byte. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../../engine/augment/studio.ts';
import { AugmentRunner, pipelineOf, testPicture } from '../../suites/augment.ts';
import { testImageKernels } from '../image/load.ts';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Base64, as all pixels here. */
  readonly data: string;
  /** By quality. */
  readonly lost: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../../fixtures/jpeg-loss.json', import.meta.url), 'utf8'),
);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const runner = new AugmentRunner(testImageKernels());
const lose = (image: Pixels, quality: number) =>
  runner.run(pipelineOf({ type: 'jpegCompression', quality }), image).image.data;

describe.each(cases)('$width×$height×$channels', ({ data, lost, ...shape }) => {
  test.each(Object.entries(lost))('quality %s is what libjpeg leaves', (quality, expected) => {
    expect(lose({ ...shape, data: bytes(data) }, Number(quality))).toEqual(bytes(expected));
  });
});

test('a fourth channel is a gray picture beside the three', () => {
  const picture = testPicture(37, 23, 4);
  const split = (from: number, to: number): Pixels => ({
    ...picture,
    channels: to - from,
    data: picture.data.filter((_, i) => i % 4 >= from && i % 4 < to),
  });
  const colours = lose(split(0, 3), 40);
  const fourth = lose(split(3, 4), 40);
  const found = lose(picture, 40);
  expect(found.filter((_, i) => i % 4 < 3)).toEqual(colours);
  expect(found.filter((_, i) => i % 4 === 3)).toEqual(fourth);
});

test('f32 is rounded and clipped to levels first', () => {
  const picture = testPicture(19, 11, 3);
  const between = Float32Array.from(picture.data, (value, i) => (value === 255 ? 300 : value + (i % 3) * 0.2 - 0.2));
  expect(lose({ ...picture, data: between }, 60)).toEqual(Float32Array.from(lose(picture, 60)));
});
