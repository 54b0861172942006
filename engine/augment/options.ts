/**
 * The options of an augmentation: each says how it is written in a pipeline, how a value is drawn, in which range it makes
 * sense and how a drawn value is written down again. Parser, sampler, resolved pipelines and docs derive from these.
 */
import { excerpt } from '../json.ts';
import type { Random } from '../random.ts';
import { type Distribution, distributionText, draw, parseNumber, type Unit } from './number.ts';
import { type Path, pipelineError } from './pipeline-error.ts';

/** Pixels of the picture as it comes to the node. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Draw<T> = (random: Random, size: Size) => T;

export interface Option<T> {
  /** @throws EngineError `invalid-pipeline` with the path */
  readonly parse: (value: unknown, path: Path) => Draw<T>;
  /** Where the key is left out. */
  readonly fallback: Draw<T>;
  /** Where the key is left out but another of its group is named: changes nothing. */
  readonly neutral?: T;
  /** A drawn value as the resolved pipeline says it; parsed again it gives that value. */
  write(value: T): unknown;
  /** For docs and help: what may be written, what holds without it. */
  readonly accepts: string;
  readonly defaultText: string;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
/** The drawn values of `Options`. */
export type ParamsOf<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

const constant =
  <T>(value: T): Draw<T> =>
  () =>
    value;

export interface NumberRange {
  /** As it would be written in a pipeline: a number, [a, b] or an object of one kind. */
  readonly default: unknown;
  readonly min: number;
  readonly max: number;
  readonly neutral?: number;
  readonly integer?: boolean;
  /** A drawn even number becomes the odd one above; an even constant is refused. */
  readonly odd?: boolean;
}

/** A number without a unit of its own: factors, degrees, levels, counts. */
export function number(range: NumberRange): Option<number> {
  const read = (value: unknown, path: Path) => parseNumber(value, path, range);
  const bounded = (distribution: Distribution): Draw<number> => {
    return (random) => Math.min(Math.max(draw(distribution, random, range.integer === true), range.min), range.max);
  };
  const odd = (next: Draw<number>): Draw<number> => (range.odd ? (random, size) => next(random, size) | 1 : next);
  return {
    parse: (value, path) => {
      const distribution = read(value, path);
      if (distribution.unit) throw pipelineError([...path, 'unit'], 'this number has no unit');
      if (range.odd && distribution.kind === 'value' && distribution.value % 2 === 0) {
        throw pipelineError(path, `expected an odd number, got ${distribution.value}`);
      }
      return odd(bounded(distribution));
    },
    fallback: odd(bounded(read(range.default, []))),
    ...(range.neutral === undefined ? {} : { neutral: range.neutral }),
    write: (value) => value,
    accepts: `${range.integer ? 'integer' : 'number'} ${range.min} … ${range.max}${range.odd ? ', odd' : ''}`,
    defaultText: distributionText(range.default),
  };
}

/** Which side of the picture a fraction is taken of. */
export type Side = 'width' | 'height' | 'shorter';

export interface LengthRange {
  readonly default: unknown;
  /** Fractions of the side. */
  readonly min: number;
  readonly max: number;
  readonly neutral?: number;
  readonly side: Side;
}

const MAX_PIXELS = 16_384;

/** A length: fractions of a side, or pixels with `"unit":"pixels"`. What is drawn is in pixels. */
export function length(range: LengthRange): Option<number> {
  const side = ({ width, height }: Size) =>
    range.side === 'width' ? width : range.side === 'height' ? height : Math.min(width, height);
  const inPixels = {
    min: range.min < 0 ? -MAX_PIXELS : range.min,
    max: MAX_PIXELS,
  };
  const drawn = (distribution: Distribution): Draw<number> => {
    if (distribution.unit === 'pixels') return (random) => clampTo(draw(distribution, random, false), inPixels);
    return (random, size) => clampTo(draw(distribution, random, false), range) * side(size);
  };
  const read = (value: unknown, path: Path) => {
    const isPixels = unitOf(value) === 'pixels';
    return parseNumber(value, path, isPixels ? inPixels : range);
  };
  return {
    parse: (value, path) => drawn(read(value, path)),
    fallback: drawn(read(range.default, [])),
    ...(range.neutral === undefined ? {} : { neutral: range.neutral }),
    write: (value) => ({ value, unit: 'pixels' satisfies Unit }),
    accepts: `fraction of the ${range.side === 'shorter' ? 'shorter side' : range.side}, ${range.min} … ${range.max}, or pixels`,
    defaultText: distributionText(range.default),
  };
}

function unitOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { unit?: unknown }).unit : undefined;
}

function clampTo(value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(Math.max(value, min), max);
}

/** An option that has no value where it is left out. */
export function optional<T>(option: Option<T>): Option<T | undefined> {
  return { ...option, fallback: constant(undefined), write: (value) => option.write(value as T), defaultText: '–' };
}

/** true, false, or {"bool": p}: true with probability p. */
export function flag(byDefault: boolean): Option<boolean> {
  return {
    parse: (value, path) => {
      if (typeof value === 'boolean') return constant(value);
      const p = typeof value === 'object' && value !== null ? (value as { bool?: unknown }).bool : undefined;
      if (typeof p !== 'number' || !(p >= 0 && p <= 1) || Object.keys(value as object).length !== 1) {
        throw pipelineError(path, `expected true, false or {"bool": 0 … 1}, got ${excerpt(value)}`);
      }
      return (random) => random.float() < p;
    },
    fallback: constant(byDefault),
    write: (value) => value,
    accepts: 'true, false or {"bool": p}',
    defaultText: String(byDefault),
  };
}

/** One of a list of names. */
export function choice<const T extends string>(names: readonly T[], byDefault: T): Option<T> {
  return {
    parse: (value, path) => {
      if (!names.includes(value as T)) throw pipelineError(path, `expected ${names.join(', ')}, got ${excerpt(value)}`);
      return constant(value as T);
    },
    fallback: constant(byDefault),
    write: (value) => value,
    accepts: names.join(', '),
    defaultText: byDefault,
  };
}

/** A constant of any form: `read` returns it, or throws `pipelineError`. Left out, it is `byDefault`. */
export function fixed<T>(
  accepts: string,
  read: (value: unknown, path: Path) => T,
  byDefault: T,
  defaultText: string,
): Option<T> {
  return {
    parse: (value, path) => constant(read(value, path)),
    fallback: constant(byDefault),
    write: (value) => value,
    accepts,
    defaultText,
  };
}

/** A number of pixels that may not vary from picture to picture, or nothing. */
export function pixels(): Option<number | undefined> {
  const read = (value: unknown, path: Path) => {
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MAX_PIXELS) {
      throw pipelineError(path, `expected an integer 1 … ${MAX_PIXELS}, got ${excerpt(value)}`);
    }
    return value as number;
  };
  return fixed<number | undefined>(`pixels, 1 … ${MAX_PIXELS}`, read, undefined, '–');
}
