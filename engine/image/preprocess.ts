/**
 * Picture → tensor: size, channels and scale that a model wants (MODEL.md §1, `preprocess`). One function serves training,
 * command line, worker and page, so a model sees in use what it saw in training.
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Image } from './image.ts';
import { luma, over } from './pixels.ts';
import { resample, type Span } from './resize.ts';

const MAX_SIDE = 16_384;
const MAX_PIXELS = 16_000_000;
const level = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SIDE));

/** One number a channel: how many that is, is checked once the channels are known. */
const perChannel = (number: v.GenericSchema<number, number>) => v.optional(v.array(number));

/**
 * The `preprocess` object of a model file. Unknown keys are refused, missing ones get their defaults, and keys come out in
 * one order.
 */
export const preprocessSchema = v.pipe(
  v.strictObject({
    /** [width, height] of the model's input, pixels. */
    size: v.pipe(
      v.strictTuple([side, side]),
      v.check(([width, height]) => width * height <= MAX_PIXELS, `expected at most ${MAX_PIXELS} pixels`),
    ),
    /** `stretch` to the size; `crop` the centre after resizing the short side; `letterbox`: all of it, bars beside it. */
    fit: v.optional(v.picklist(['stretch', 'crop', 'letterbox']), 'stretch'),
    /** Level of the bars of a letterbox, 0–255, in every channel. */
    fill: v.optional(level),
    antialias: v.optional(v.boolean(), true),
    channels: v.optional(v.picklist(['RGB', 'BGR', 'gray']), 'RGB'),
    scale: v.optional(v.pipe(v.number(), v.finite()), 1 / 255),
    mean: perChannel(v.pipe(v.number(), v.finite())),
    std: perChannel(v.pipe(v.number(), v.finite(), v.gtValue(0))),
  }),
  v.transform(({ size, fit, fill, antialias, channels, scale, mean, std }) => ({
    size,
    fit,
    ...(fit === 'letterbox' || fill !== undefined ? { fill: fill ?? 0 } : {}),
    antialias,
    channels,
    scale,
    mean: mean ?? Array<number>(channelCount(channels)).fill(0),
    std: std ?? Array<number>(channelCount(channels)).fill(1),
  })),
  v.forward(
    v.check(({ channels, mean }) => mean.length === channelCount(channels), 'expected one number a channel'),
    ['mean'],
  ),
  v.forward(
    v.check(({ channels, std }) => std.length === channelCount(channels), 'expected one number a channel'),
    ['std'],
  ),
);
export type Preprocess = v.InferOutput<typeof preprocessSchema>;

export function channelCount(channels: 'RGB' | 'BGR' | 'gray'): 1 | 3 {
  return channels === 'gray' ? 1 : 3;
}

/**
 * A picture as the model's input: [H,W,C] f32, (x·scale − mean) / std with x in 0–255. Alpha is laid over white and gray is
 * taken before the picture is resized.
 * @param out of exactly H·W·C values, allocated where it is left out
 * @throws EngineError `invalid-input` where `out` has another length
 */
export function preprocess(image: Image, spec: Preprocess, out?: Float32Array): Float32Array {
  return preprocessPixels(fitPixels(image, spec), spec, out);
}

/**
 * Pixels that have the model's size and order of channels already, [N,H,W,C] u8 → [N,H,W,C] f32: the arithmetic of
 * `preprocess`, in f32, one look-up a value.
 * @throws EngineError `invalid-input` where `out` has another length
 */
export function preprocessPixels(pixels: Uint8Array, spec: Preprocess, out?: Float32Array): Float32Array {
  const result = out ?? new Float32Array(pixels.length);
  const channels = channelCount(spec.channels);
  if (result.length !== pixels.length || pixels.length % channels !== 0) {
    throw new EngineError(
      'invalid-input',
      `${pixels.length} pixel values of ${channels} channels do not fill a tensor of ${result.length} values`,
    );
  }
  valueTables(spec).forEach((table, channel) => {
    for (let i = channel; i < pixels.length; i += channels) result[i] = table[pixels[i]!]!;
  });
  return result;
}

/** Made once a document: training asks for them with every picture. */
const tablesBySpec = new WeakMap<Preprocess, readonly Float32Array[]>();

/** What each level 0–255 becomes, a table a channel; every step is rounded to f32. */
function valueTables(spec: Preprocess): readonly Float32Array[] {
  let tables = tablesBySpec.get(spec);
  if (!tables) {
    const { fround } = Math;
    const scale = fround(spec.scale);
    tables = spec.mean.map((mean, channel) =>
      Float32Array.from(
        { length: 256 },
        (_, x) => fround(fround(x * scale) - fround(mean)) / fround(spec.std[channel]!),
      ),
    );
    tablesBySpec.set(spec, tables);
  }
  return tables;
}

/** A picture in the model's size and order of channels, before the arithmetic: [H,W,C] u8. */
export function fitPixels(image: Image, spec: Preprocess): Uint8Array {
  const channels = channelCount(spec.channels);
  const { across, down, left, top } = layout(image, spec);
  const readRow = rowConverter(image, spec.channels);
  const pixels = resample(image, { across, down, antialias: spec.antialias, channels, readRow });
  const [width, height] = spec.size;
  if (across.count === width && down.count === height) return pixels;

  const boxed = new Uint8Array(width * height * channels).fill(spec.fill ?? 0);
  const length = across.count * channels;
  for (let y = 0; y < down.count; y++) {
    boxed.set(pixels.subarray(y * length, (y + 1) * length), ((top + y) * width + left) * channels);
  }
  return boxed;
}

/** Which part of the resized picture goes where in the model's input. */
function layout(image: Pick<Image, 'width' | 'height'>, { size: [width, height], fit }: Preprocess): Layout {
  const whole = (full: number): Span => ({ full, first: 0, count: full });
  if (fit === 'stretch') return { across: whole(width), down: whole(height), left: 0, top: 0 };

  const isWide = image.width * height > image.height * width; // wider than the model's input
  if (fit === 'crop') {
    // The side that is short for this input fits exactly; the other is cut, as torchvision's Resize and CenterCrop do.
    const fullWidth = isWide ? Math.max(width, Math.floor((image.width * height) / image.height)) : width;
    const fullHeight = isWide ? height : Math.max(height, Math.floor((image.height * width) / image.width));
    const across = { full: fullWidth, first: roundHalfEven((fullWidth - width) / 2), count: width };
    const down = { full: fullHeight, first: roundHalfEven((fullHeight - height) / 2), count: height };
    return { across, down, left: 0, top: 0 };
  }
  const boxWidth = isWide ? width : Math.max(1, Math.round((image.width * height) / image.height));
  const boxHeight = isWide ? Math.max(1, Math.round((image.height * width) / image.width)) : height;
  const left = Math.floor((width - boxWidth) / 2);
  const top = Math.floor((height - boxHeight) / 2);
  return { across: whole(boxWidth), down: whole(boxHeight), left, top };
}

/** Model pixels → source pixels, both measured at edges: source = (model + offset) · scale. */
export interface SourceMapping {
  readonly scale: readonly [across: number, down: number];
  readonly offset: readonly [across: number, down: number];
}

/**
 * The way back of `preprocess`: where a point of the model's input lies in the picture that it was made of. A point of a
 * letterbox's bars, or beyond the input, lies outside the picture.
 */
export function sourceMapping(image: Pick<Image, 'width' | 'height'>, spec: Preprocess): SourceMapping {
  const { across, down, left, top } = layout(image, spec);
  return {
    scale: [image.width / across.full, image.height / down.full],
    offset: [across.first - left, down.first - top],
  };
}

interface Layout {
  readonly across: Span;
  readonly down: Span;
  /** Where the part's corner lies in the model's input, pixels. */
  readonly left: number;
  readonly top: number;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** Writes a source row in the wanted channels, alpha laid over white. */
function rowConverter(image: Image, wanted: 'RGB' | 'BGR' | 'gray'): (y: number, row: Uint8Array) => void {
  const { width, channels, data } = image;
  const colors = channels < 3 ? 1 : 3;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : -1;
  const isAsWanted = alphaAt < 0 && (wanted === 'gray' ? colors === 1 : wanted === 'RGB' && colors === 3);
  if (isAsWanted) return (y, row) => row.set(data.subarray(y * width * channels, (y + 1) * width * channels));
  return (y, row) => {
    let from = y * width * channels;
    for (let x = 0, to = 0; x < width; x++, from += channels) {
      let red = data[from]!;
      let green = colors === 3 ? data[from + 1]! : red;
      let blue = colors === 3 ? data[from + 2]! : red;
      if (alphaAt > 0) {
        const alpha = data[from + alphaAt]!;
        red = over(red, alpha, 255);
        green = over(green, alpha, 255);
        blue = over(blue, alpha, 255);
      }
      if (wanted === 'gray') {
        row[to++] = colors === 1 ? red : luma(red, green, blue);
      } else {
        row[to++] = wanted === 'RGB' ? red : blue;
        row[to++] = green;
        row[to++] = wanted === 'RGB' ? blue : red;
      }
    }
  };
}
