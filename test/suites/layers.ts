/**
 * One suite for all layers: it walks over the registry and tries the laws of check-layer.ts on every layer's samples.
 * A layer is tested on the day it is registered. Imports nothing of Node, so that it runs in a worker too.
 */
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import { type Graph, type GraphDocument, tensorName } from '../../engine/graph.ts';
import type { KernelSource } from '../../engine/kernels.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import type { Layer, Sample } from '../../engine/layers/layer.ts';
import { parseDocument, parseModel, serializeModel } from '../../engine/model-file.ts';
import { Random } from '../../engine/random.ts';
import { Session } from '../../engine/session.ts';
import { type Shape, sameShape, type Tensor } from '../../engine/tensor.ts';
import { mapTensor, type Tensor64, toTensor64 } from '../reference/tensor64.ts';
import {
  checkBatch,
  checkEpilogue,
  checkForward,
  checkGradients,
  checkNaN,
  expectWithin,
  forwardBounds,
  referenceOf,
  toCase64,
} from './check-layer.ts';
import { layerCase, splitSample, uniformTensor } from './layer-cases.ts';
import { parseAttributes } from './parse-attributes.ts';
import { U } from './rounding.ts';
import { type LayerCase, LayerRunner, layerOfKind } from './run-layer.ts';

/** Multiply-adds that the references may spend on the slopes of one sample. */
const SLOPE_BUDGET = 8e6;

interface Entry {
  readonly title: string;
  readonly kind: LayerKind;
  readonly sample: Sample;
  readonly seed: number;
}

const entries: readonly Entry[] = (Object.keys(layers) as LayerKind[]).flatMap((kind) =>
  layerOfKind(kind).samples.map((sample, i) => ({
    title: `${kind} ${JSON.stringify(sample)}`,
    kind,
    sample,
    seed: 100 + i,
  })),
);

const caseOf = ({ kind, sample, seed }: Entry): LayerCase => {
  const { shapes, raw } = splitSample(sample);
  return layerCase(kind, shapes, raw, seed);
};

const shapesOf = (c: LayerCase): readonly Shape[] => c.x.map(({ shape }) => shape);

/** Those entries whose layer has a property. */
const having = (property: keyof ReturnType<typeof layerOfKind>) =>
  entries.filter(({ kind }) => layerOfKind(kind)[property] !== undefined);

const computing = entries.filter(({ kind }) => {
  const layer = layerOfKind(kind);
  return layer.forward !== undefined || layer.algorithms !== undefined;
});

/** Registers the suite. @param source a training build of the kernels */
export function layerSuite(source: KernelSource, label: string): void {
  describe(`layers, ${label}`, () => {
    const runner = new LayerRunner(source);

    describe('attributes', () => {
      test.each(entries)('$title', ({ kind, sample }) => {
        const { raw } = splitSample(sample);
        const layer = layerOfKind(kind);
        const parsed = parseAttributes(layer, raw) as object;
        expect(parseAttributes(layer, parsed), 'parsed attributes parse to themselves').toEqual(parsed);
        expect(() => parseAttributes(layer, { ...raw, colour: 'red' })).toThrow(EngineError);
      });
    });

    describe('shape', () => {
      test.each(entries)('$title', (entry) => {
        const c = caseOf(entry);
        expect(layerOfKind(c.kind).inferShape(shapesOf(c), c.attributes)).toEqual(referenceOf(toCase64(c)).shape);
      });
    });

    describe('forward agrees with the naive loop', () => {
      test.each(computing)('$title', (entry) => checkForward(runner, caseOf(entry)));
    });

    describe('a sample does not see its batch', () => {
      const batches = computing.filter(({ sample }) => !sample.wholeBatch);
      test.each(batches)('$title', (entry) => checkBatch(runner, caseOf(entry)));
    });

    describe('a NaN goes where it belongs', () => {
      test.each(computing)('$title', (entry) => {
        const c = caseOf(entry);
        c.x.forEach(({ data }, input) => {
          for (const i of [0, data.length >> 1, data.length - 1]) checkNaN(runner, c, input, i);
        });
      });
    });

    describe('writes over its input', () => {
      test.each(having('inPlace'))('$title', (entry) => {
        const c = caseOf(entry);
        const y = runner.forward(c);
        if (sameShape(y.shape, (c.x[0] as Tensor).shape)) expect(runner.forward(c, { inPlace: true })).toEqual(y);
      });
    });

    describe('clamps behind itself', () => {
      const able = having('epilogue').filter(({ kind }) => layerOfKind(kind).epilogue?.clamp);
      test.each(able)('$title', (entry) => checkEpilogue(runner, caseOf(entry), false));
    });

    describe('adds a residual behind itself', () => {
      const able = having('epilogue').filter(({ kind }) => layerOfKind(kind).epilogue?.residual);
      test.each(able)('$title', (entry) => checkEpilogue(runner, caseOf(entry), true));
    });

    describe('gradients are slopes', () => {
      test.each([...having('backward'), ...having('gradients')])('$title', (entry) => {
        const c = caseOf(entry);
        const layer = layerOfKind(c.kind);
        const y = layer.inferShape(shapesOf(c), c.attributes) as Shape;
        // A slope takes four evaluations, its bound two.
        const macs = 6 * Math.max(layer.macs?.(shapesOf(c), y, c.attributes) ?? 0, 1000);
        checkGradients(runner, c, Math.max(8, Math.floor(SLOPE_BUDGET / macs)));
      });
    });

    describe('views and identities leave every value where it is', () => {
      test.each([...having('view'), ...having('identityAtInference')])('$title', (entry) => {
        const exact = toCase64(caseOf(entry));
        expect(referenceOf(exact).data).toEqual(exact.x[0]?.data);
      });
    });

    describe('is nothing but a clamp', () => {
      test.each(having('clamp'))('$title', (entry) => {
        const exact = toCase64(caseOf(entry));
        const clamp = layerOfKind(entry.kind).clamp as NonNullable<Layer['clamp']>;
        const [lo, hi] = clamp(exact.attributes);
        const clamped = exact.x[0]?.data.map((value) => Math.min(Math.max(value, lo), hi));
        expect(referenceOf(exact).data.map((value) => value + 0)).toEqual(clamped?.map((value) => value + 0));
      });
    });

    describe('is a sum of two', () => {
      test.each(having('residualAdd'))('$title', (entry) => {
        const [first, second] = shapesOf(caseOf(entry)) as readonly [Shape, Shape];
        if (!sameShape(first, second)) return; // passes fuse sums of equal shapes alone
        const exact = toCase64(caseOf(entry));
        const [a, b] = exact.x as readonly [Tensor64, Tensor64];
        expect(referenceOf(exact).data).toEqual(a.data.map((value, i) => value + (b.data[i] as number)));
      });
    });

    describe('is an affine map per channel', () => {
      test.each(having('affine'))('$title', (entry) => {
        const c = caseOf(entry);
        const exact = toCase64(c);
        const affine = layerOfKind(c.kind).affine as NonNullable<Layer['affine']>;
        const { scale, shift } = affine(c.w, c.attributes);
        const x = exact.x[0] as Tensor64;
        const y = referenceOf(exact);
        y.data.forEach((value, i) => {
          const channel = i % scale.length;
          const product = (x.data[i] as number) * (scale[channel] as number);
          // Scale and shift are rounded once each.
          const allowed = U * (Math.abs(product) + Math.abs(shift[channel] as number)) * (1 + 2 ** -20);
          expect(Math.abs(product + (shift[channel] as number) - value)).toBeLessThanOrEqual(allowed);
        });
      });
    });

    describe('takes up the affine map behind it', () => {
      test.each(having('foldAffine'))('$title', (entry) => checkFold(caseOf(entry)));
    });

    describe('survives a model file', () => {
      test.each(entries)('$title', (entry) => checkFile(source, caseOf(entry), entry.sample.wholeBatch ?? false));
    });
  });
}

/** foldAffine(layer) = affine(layer), up to the rounding of the folded weights. */
function checkFold(c: LayerCase): void {
  const y = referenceOf(toCase64(c));
  const channels = y.shape.at(-1) as number;
  const random = new Random(5);
  const scale = uniformTensor([channels], random, -2, 2).data;
  const shift = uniformTensor([channels], random, -1, 1).data;
  const foldAffine = layerOfKind(c.kind).foldAffine as NonNullable<Layer['foldAffine']>;
  const { weights, attributes } = foldAffine(c.w, c.attributes, { scale, shift });
  const parsed = parseAttributes(layerOfKind(c.kind), attributes);
  expect(parsed, 'the folded attributes are attributes').toEqual(attributes);
  const actual = referenceOf(toCase64({ ...c, attributes: parsed, w: weights }));
  const expected = mapTensor(y, (value, i) => value * scale[i % channels]! + shift[i % channels]!);
  // Each folded weight is rounded once: no more than a sum of the rounded products.
  const absolute = (t: Tensor) => mapTensor(toTensor64(t), Math.abs);
  const magnitude = referenceOf({
    kind: c.kind,
    attributes: parsed,
    x: c.x.map(absolute),
    w: Object.fromEntries(Object.entries(weights).map(([role, t]) => [role, absolute(t)])),
  });
  // The folded bias is a rounded product and a rounded sum, of which either may be larger than the result.
  const bias = (i: number) => Math.abs((c.w.bias?.data[i % channels] ?? 0) * scale[i % channels]!);
  const bounds = magnitude.data.map((sum, i) => 2 * U * (sum + bias(i)));
  expect(actual.shape).toEqual(expected.shape);
  actual.data.forEach((value, i) => {
    expect(Math.abs(value - (expected.data[i] as number))).toBeLessThanOrEqual(bounds[i] as number);
  });
}

/** A graph of this one node. */
function documentOf(c: LayerCase, wholeBatch: boolean): GraphDocument & { readonly format: 'borde/1' } {
  const shapes = c.x.map(({ shape }) => (wholeBatch ? shape : [-1, ...shape.slice(1)]));
  const names = shapes.map((_, i) => `x${i}`);
  // A graph has an input, even where nobody reads it.
  const inputs = (shapes.length > 0 ? shapes : [[1]]).map((shape, i) => ({
    name: `x${i}`,
    shape,
    datatype: 'FP32' as const,
  }));
  const nodes = [{ id: 'node', kind: c.kind, inputs: names, attributes: c.attributes }];
  return { format: 'borde/1', inputs, nodes, outputs: [{ name: 'y', from: 'node' }] };
}

/** Written, read, written again: the same bytes, and a session that computes what the layer computes. */
function checkFile(source: KernelSource, c: LayerCase, wholeBatch: boolean): void {
  const { card, graph } = parseDocument(JSON.stringify(documentOf(c, wholeBatch)));
  const node = graph.nodes[0] as Graph['nodes'][number];
  const tensors = new Map(Object.entries(c.w).map(([role, tensor]) => [tensorName(node, role), tensor]));
  const file = serializeModel({ card, graph, tensors });
  const read = parseModel(file);
  expect(read.graph.nodes[0]?.attributes).toEqual(c.attributes);
  for (const [name, tensor] of tensors) expect(read.tensors.get(name)).toEqual(tensor);
  expect(serializeModel(read)).toEqual(file);

  const session = new Session(read, source);
  const inputs = Object.fromEntries(
    (c.x.length > 0 ? c.x : [{ data: new Float32Array(1) }]).map(({ data }, i) => [`x${i}`, data]),
  );
  const exact = toCase64(c);
  const expected = referenceOf(exact);
  expectWithin(session.run(inputs).y as Tensor, expected, forwardBounds(exact, expected));
}
