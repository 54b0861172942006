/** Numbers in a pipeline (AUGMENTATIONS.md §3): constants, ranges and distributions, perhaps with a unit. */
import { cos, exp, log } from '../elementary.ts';
import { excerpt } from '../json.ts';
import type { Random } from '../random.ts';
import { type Path, pipelineError } from './pipeline-error.ts';

export type Unit = 'fraction' | 'pixels';

export type Distribution = { readonly unit?: Unit } & (
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'uniform' | 'int' | 'logUniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'choice'; readonly values: readonly number[] }
  | {
      readonly kind: 'normal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    }
);

export const numberKinds = ['value', 'uniform', 'int', 'choice', 'normal', 'logUniform'] as const;
type Kind = (typeof numberKinds)[number];

export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

/**
 * Reads a number of a pipeline, every value that it can take within `limits` (the tails of a normal distribution apart,
 * which are cut there when it is drawn).
 * @throws EngineError `invalid-pipeline`
 */
export function parseNumber(value: unknown, path: Path, limits: NumberLimits): Distribution {
  if (typeof value === 'number') return { kind: 'value', value: within(value, path, limits) };
  if (Array.isArray(value)) return { kind: limits.integer ? 'int' : 'uniform', ...range(value, path, limits) };
  if (typeof value !== 'object' || value === null) {
    throw pipelineError(path, `expected a number, [a, b] or {"uniform": [a, b]} and the like, got ${excerpt(value)}`);
  }
  const keys = Object.keys(value);
  const kinds = keys.filter((key): key is Kind => (numberKinds as readonly string[]).includes(key));
  const known = kinds[0] === 'normal' ? [...kinds, 'unit', 'clip'] : [...kinds, 'unit'];
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) throw pipelineError([...path, unknown], 'unknown key');
  const [kind] = kinds;
  if (!kind || kinds.length > 1) {
    throw pipelineError(path, `expected exactly one of ${numberKinds.join(', ')}, got ${excerpt(value)}`);
  }
  const object = value as Record<string, unknown>;
  return { ...parseKind(kind, object, path, limits), ...parseUnit(object, path) };
}

function parseUnit(object: Record<string, unknown>, path: Path): { readonly unit?: Unit } {
  if (!Object.hasOwn(object, 'unit')) return {};
  const { unit } = object;
  if (unit !== 'fraction' && unit !== 'pixels') {
    throw pipelineError([...path, 'unit'], `expected fraction or pixels, got ${excerpt(unit)}`);
  }
  return { unit };
}

function parseKind(kind: Kind, object: Record<string, unknown>, path: Path, limits: NumberLimits): Distribution {
  const value = object[kind];
  const here = [...path, kind];
  switch (kind) {
    case 'value':
      return { kind, value: within(value, here, limits) };
    case 'choice':
      if (!Array.isArray(value) || value.length === 0) {
        throw pipelineError(here, `expected a list of at least one number, got ${excerpt(value)}`);
      }
      return { kind, values: value.map((item, i) => within(item, [...here, i], limits)) };
    case 'int':
      return { kind, ...range(value, here, { ...limits, integer: true }) };
    case 'uniform':
      // A range over a count draws whole numbers, both ends included.
      return { kind: limits.integer ? 'int' : kind, ...range(value, here, limits) };
    case 'logUniform': {
      const ends = range(value, here, limits);
      if (!(ends.low > 0)) throw pipelineError([...here, 0], `expected a number above 0, got ${ends.low}`);
      return { kind, ...ends };
    }
    case 'normal': {
      const [mean, std] = pair(value, here);
      within(mean, [...here, 0], { min: limits.min, max: limits.max });
      if (!(std >= 0)) throw pipelineError([...here, 1], `expected a standard deviation of at least 0, got ${std}`);
      const clip = Object.hasOwn(object, 'clip') ? range(object.clip, [...path, 'clip'], limits) : undefined;
      return { kind, mean, std, low: clip?.low ?? limits.min, high: clip?.high ?? limits.max };
    }
  }
}

function within(value: unknown, path: Path, { min, max, integer }: NumberLimits): number {
  const isFit = typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
  if (!isFit)
    throw pipelineError(path, `expected ${integer ? 'an integer' : 'a number'} ${min} … ${max}, got ${excerpt(value)}`);
  return value;
}

function pair(value: unknown, path: Path): readonly [number, number] {
  const isPair = Array.isArray(value) && value.length === 2 && value.every((item) => Number.isFinite(item));
  if (!isPair) throw pipelineError(path, `expected two numbers, got ${excerpt(value)}`);
  return value as unknown as readonly [number, number];
}

function range(value: unknown, path: Path, limits: NumberLimits): { readonly low: number; readonly high: number } {
  const [low, high] = pair(value, path);
  within(low, [...path, 0], limits);
  within(high, [...path, 1], limits);
  if (low > high) throw pipelineError(path, `expected a ≤ b, got [${low}, ${high}]`);
  return { low, high };
}

/** Draws a value; always takes as many numbers of the generator for one distribution (an `int` may take more, rarely). */
export function draw(distribution: Distribution, random: Random, integer: boolean): number {
  const value = drawAny(distribution, random);
  return integer ? Math.floor(value + 0.5) : value;
}

function drawAny(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'value':
      return distribution.value;
    case 'uniform':
      return distribution.low + (distribution.high - distribution.low) * random.float();
    case 'int': {
      // Wider than 32 bits never passes the limits of any option.
      return distribution.low + random.below(distribution.high - distribution.low + 1);
    }
    case 'choice':
      return distribution.values[random.below(distribution.values.length)] as number;
    case 'logUniform': {
      const low = log(distribution.low);
      const value = exp(low + (log(distribution.high) - low) * random.float());
      return Math.min(Math.max(value, distribution.low), distribution.high);
    }
    case 'normal': {
      const value = distribution.mean + distribution.std * normal(random);
      return Math.min(Math.max(value, distribution.low), distribution.high);
    }
  }
}

/** A standard normal number (Box and Muller 1958), of two uniform ones. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * log(1 - random.float()));
  return radius * cos(2 * Math.PI * random.float());
}

/** A number as docs show it. */
export function distributionText(value: unknown): string {
  if (Array.isArray(value)) return `${value[0]} … ${value[1]}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
