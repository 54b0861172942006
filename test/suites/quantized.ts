/**
 * One suite for all layers that compute on levels: every sample of the registry, on every dot product, against integers
 * (test/reference/quantized). Bytes are equal or they are not: there is no tolerance. Imports nothing of Node, so that it
 * runs in a worker too.
 */
import { describe, expect, test } from 'vitest';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { Sample } from '../../engine/layers/layer.ts';
import { Random } from '../../engine/random.ts';
import { references } from '../reference/index.ts';
import { quantizedReferences } from '../reference/quantized/index.ts';
import { reals } from '../reference/quantized/levels.ts';
import { toTensor64 } from '../reference/tensor64.ts';
import { splitSample } from './layer-cases.ts';
import { parseAttributes } from './parse-attributes.ts';
import { type CaseOptions, expectedOf, levelsOf, quantizedCase } from './quantized-cases.ts';
import { LayerRunner, layerOfKind } from './run-layer.ts';
import { type QuantizedHost, QuantizedRunner } from './run-quantized.ts';

interface Entry {
  readonly title: string;
  readonly kind: LayerKind;
  readonly sample: Sample;
  readonly seed: number;
}

const entries: readonly Entry[] = (Object.keys(layers) as LayerKind[])
  .filter((kind) => layerOfKind(kind).quantized)
  .flatMap((kind) =>
    layerOfKind(kind).samples.map((sample, i) => ({
      title: `${kind} ${JSON.stringify(sample)}`,
      kind,
      sample,
      seed: 300 + i,
    })),
  );

const withFilter = entries.filter(({ kind }) => layerOfKind(kind).quantized?.filterChannelAxes !== undefined);
const givingFloats = entries.filter(({ kind }) => layerOfKind(kind).quantized?.givesFloats);
const picking = entries.filter(({ kind, sample }) => {
  const layer = layerOfKind(kind);
  return layer.quantized?.picksLevels?.(parseAttributes(layer, splitSample(sample).raw));
});
const clamping = entries.filter(({ kind }) => layerOfKind(kind).epilogue?.clamp);
const addingResiduals = entries.filter(({ kind }) => layerOfKind(kind).epilogue?.residual);

/** Zero points at both ends, in the middle, and anywhere. */
const zeroPoints = [0, 255, 128, 37];

/** Registers the suite. @param hosts the first of them is the baseline build, which makes the tables of all */
export function quantizedSuite(hosts: readonly QuantizedHost[]): void {
  const plain = new LayerRunner((hosts[0] as QuantizedHost).source);

  test('every layer on levels has a reference, and no other has', () => {
    const kinds = (Object.keys(layers) as LayerKind[]).filter((kind) => layerOfKind(kind).quantized);
    expect(Object.keys(quantizedReferences).sort()).toEqual(kinds.sort());
  });

  describe.each(hosts)('layers on levels, $label', (host) => {
    const runner = new QuantizedRunner(host);

    const check = ({ kind, sample, seed }: Entry, options: Omit<CaseOptions, 'seed'>) => {
      const { shapes, raw } = splitSample(sample);
      const c = quantizedCase(kind, shapes, raw, { seed, ...options });
      expect(runner.run(c)).toEqual(expectedOf(c, plain));
    };

    describe('levels of y', () => {
      test.each(entries)('$title', (entry) => {
        for (const zeroPoint of zeroPoints) check(entry, { zeroPoint });
      });
    });

    describe('one scale for all channels', () => {
      test.each(withFilter)('$title', (entry) => check(entry, { zeroPoint: 101, oneScale: true }));
    });

    describe('f32 as y', () => {
      test.each(givingFloats)('$title', (entry) => {
        for (const clamped of [false, true]) check(entry, { zeroPoint: 93, asFloats: true, clamped });
      });
    });

    describe('clamps behind itself', () => {
      test.each(clamping)('$title', (entry) => check(entry, { zeroPoint: 140, clamped: true }));
    });

    describe('adds a residual behind itself', () => {
      test.each(addingResiduals)('$title', (entry) => {
        for (const zeroPoint of zeroPoints) check(entry, { zeroPoint, withResidual: true, clamped: zeroPoint === 37 });
        check(entry, { zeroPoint: 1, withResidual: true, asFloats: true });
      });
    });

    test.each(withFilter)('a filter of f32 is refused: $title', ({ kind, sample, seed }) => {
      const { shapes, raw } = splitSample(sample);
      const c = quantizedCase(kind, shapes, raw, { seed, zeroPoint: 7 });
      const { eightBit, ...filter } = c.w.filter as NonNullable<(typeof c.w)[string]>;
      expect(eightBit).toBeDefined();
      expect(runner.run({ ...c, w: { ...c.w, filter } })).toBeUndefined();
    });

    test.each(picking)('levels of another quantization: $title', ({ kind, sample, seed }) => {
      const { shapes, raw } = splitSample(sample);
      const c = quantizedCase(kind, shapes, raw, { seed, zeroPoint: 7 });
      const { scale, zeroPoint } = c.y as NonNullable<typeof c.y>;
      for (const y of [
        { scale, zeroPoint: zeroPoint + 1 },
        { scale: 2 * scale, zeroPoint },
      ]) {
        // The largest level is one of x; what moves elements may take them through a table on their way.
        const expected = expectedOf({ ...c, y }, plain);
        expect(runner.run({ ...c, y })).toEqual(expected);
        if (/maxpool/i.test(kind)) expect(expected).toBeUndefined();
      }
    });

    const tables = entries.filter(({ kind, sample }) => sample.input?.length === 2 && kind in elementwise);
    test.each(tables)('a table holds the nearest level: $title', ({ kind, sample, seed }) => {
      const a = parseAttributes(layerOfKind(kind), splitSample(sample).raw);
      const x = levelsOf([256], new Random(seed), { scale: 1 / 32, zeroPoint: 96 });
      x.data.forEach((_, i) => {
        x.data[i] = i;
      });
      const y = { scale: 1 / 64, zeroPoint: 80 };
      const exact = references[kind]([toTensor64(reals(x))], {}, a).data;
      const found = runner.run({ kind, a, x: [x], w: {}, y, lo: -Infinity, hi: Infinity })?.data as Uint8Array;
      exact.forEach((value, i) => {
        // Of a NaN the lowest level is made.
        const units = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value / y.scale + y.zeroPoint;
        const wanted = Math.max(0, Math.min(255, units));
        // A half of a level, and what f32 kernels may be off by: 2⁻¹⁶ of a value that is at most 4.
        expect(Math.abs((found[i] as number) - wanted)).toBeLessThanOrEqual(0.5 + 64 * 4 * 2 ** -16);
      });
    });
  });
}

/** Layers whose quantized form is a table. */
const elementwise = Object.fromEntries(
  entries.filter(({ kind }) => layerOfKind(kind).inPlace && !layerOfKind(kind).inputs).map(({ kind }) => [kind, true]),
);
