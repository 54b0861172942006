/** What the comparison with the peers rests on, as far as it can be checked without them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { borde } from '../../bench/peers/contestants/borde.ts';
import { imported } from '../../bench/peers/contestants/imported.ts';
import { fuse } from '../../bench/peers/fused-graph.ts';
import { blocks, replaceBlock } from '../../bench/peers/markdown.ts';
import { relativeDifference } from '../../bench/peers/match.ts';
import { lenet } from '../../bench/peers/models/lenet.ts';
import { mobilenetV2 } from '../../bench/peers/models/mobilenet-v2.ts';
import { mobilenetV3Small } from '../../bench/peers/models/mobilenet-v3-small.ts';
import { resnet18 } from '../../bench/peers/models/resnet18.ts';
import { squeezenet } from '../../bench/peers/models/squeezenet.ts';
import { peakModule } from '../../bench/peers/peak/module.ts';
import { prepare } from '../../bench/peers/prepare.ts';
import { describeGraph } from '../../engine/describe.ts';

/**
 * Weights of torchvision's networks, less those of batch norm (two a channel) and more the biases that take their place
 * (one a channel): 3,504,872 − 17,056; 2,542,856 − 6,056; 1,235,496; 11,689,512 − 4,800.
 */
describe.each([
  ['lenet', lenet, 225_034, 2.63],
  ['mobilenet-v2', mobilenetV2, 3_487_816, 300.8],
  ['mobilenet-v3-small', mobilenetV3Small, 2_536_800, 56.5],
  ['squeezenet1.1', squeezenet, 1_235_496, 349.2],
  ['resnet18', resnet18, 11_684_712, 1814.1],
] as const)('%s', (_, build, parameters, mmacs) => {
  const model = build();

  test('is the network of the literature', () => {
    const description = describeGraph(model.graph);
    expect(description.parameters).toBe(parameters);
    expect(Math.abs(description.macs / 1e6 - mmacs)).toBeLessThan(0.06); // the literature's last digit
  });

  test('reaches TensorFlow.js whole', () => {
    const { graph, weights } = fuse(model);
    expect(weights.length).toBe(parameters);
    expect(graph.nodes.filter(({ kind }) => kind === 'relu' || kind === 'relu6')).toEqual([]);
  });
});

describe('a prepared model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'borde-bench-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['lenet', lenet],
    ['mobilenet-v3-small', () => mobilenetV3Small({ side: 64 })],
  ])('%s computes the same from its ONNX file, channels first', async (name, build) => {
    const { folder: path } = prepare(build(), join(folder, name));
    const [ours, theirs] = [await borde.load(path, { simd: 'auto' }), await imported.load(path, { simd: 'auto' })];
    const y = await ours.run(1);
    expect(Math.max(...y.map(Math.abs))).toBeGreaterThan(0.1);
    // The same kernels in the same order: the same bits.
    expect(await theirs.run(2)).toEqual(y);
  });
});

describe('the in-register peak', () => {
  test.each([
    ['relaxed', true, 12],
    ['baseline', false, 10],
  ])('%s: every accumulator grows by the same in each round', (_, relaxed, accumulators) => {
    const { bytes, flopsPerRound } = peakModule(relaxed);
    const run = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.run as (rounds: number) => number;
    expect(flopsPerRound).toBe(2 * 4 * accumulators);
    const [once, twice, thrice] = [run(8), run(16), run(24)];
    // Sums of a few hundred f32 terms below 1: each rounds by at most 2⁻²⁴.
    expect(Math.abs(thrice - twice - (twice - once))).toBeLessThanOrEqual(24 * accumulators * 2 * 2 ** -24);
    expect(twice).toBeGreaterThan(once);
  });
});

describe('agreement', () => {
  test('is in parts of the largest output', () => {
    expect(relativeDifference(Float32Array.of(1, -4.5), Float32Array.of(1, -4))).toBe(0.125);
  });

  test.each([
    ['another length', Float32Array.of(1)],
    ['not a number', Float32Array.of(Number.NaN, 1)],
  ])('%s agrees with nothing', (_, y) => {
    expect(relativeDifference(y, Float32Array.of(1, 1))).toBe(Number.POSITIVE_INFINITY);
  });
});

test('the tables replace what is between the comments, and nothing else', () => {
  const [begin, end] = blocks.augment;
  const others = blocks.bench.join('\n');
  const text = `before\n${others}\n${begin}\nold\n${end}\nafter`;
  expect(replaceBlock(text, 'augment', 'new')).toBe(`before\n${others}\n${begin}\n\nnew\n\n${end}\nafter`);
  expect(() => replaceBlock(others, 'augment', 'new')).toThrow('expected the comments');
});
