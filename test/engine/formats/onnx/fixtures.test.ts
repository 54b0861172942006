/**
 * Small models that onnxruntime has run (bench/onnx/make-fixtures.ts): the engine gives the same numbers. Tolerances are
 * those of ONNX's own backend test runner (scripts/conformance/case.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../../../engine/formats/onnx/export-model.ts';
import { importOnnx } from '../../../../engine/formats/onnx/import-model.ts';
import { Session } from '../../../../engine/session.ts';
import { elementCount, type Shape } from '../../../../engine/tensor.ts';
import { runCase } from '../../../../scripts/conformance/case.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';
import { seededInput } from '../../../suites/seeded.ts';

const root = fileURLToPath(new URL('../../../fixtures/onnx/', import.meta.url));
const names = readdirSync(root);

describe.each(['baseline', 'relaxed'] as const)('as onnxruntime, %s SIMD', (simd) => {
  const kernels = loadKernels('inference', simd);

  test.each(names)('%s', (name) => {
    expect(runCase(`${root}${name}`, kernels)).toEqual({ kind: 'passed' });
  });
});

/** Forms that operator set 20 has no more, or not by scales. */
const notExportable: readonly string[] = ['resize-11', 'resize-aspect-ratio'];

describe('imported, exported and imported again', () => {
  const kernels = loadKernels('inference', 'baseline');
  const open = (name: string) => importOnnx(readFileSync(`${root}${name}/model.onnx`));

  test.each(names.filter((name) => !notExportable.includes(name)))('%s is the same model', (name) => {
    const model = open(name);
    const back = importOnnx(exportOnnx(model));
    const input = model.graph.inputs[0] as { name: string; shape: Shape };
    const x = { [input.name]: seededInput(input.shape).map((value) => value + 1.5) };
    const [first, second] = [new Session(model, kernels).run(x), new Session(back, kernels).run(x)];
    expect(Object.keys(second)).toEqual(Object.keys(first));
    for (const [output, { shape, data }] of Object.entries(first)) {
      expect(second[output]?.shape).toEqual(shape);
      expect(elementCount(shape)).toBe(data.length);
      // Some layers are written in steps: a rounding more each, of sums below 10³ terms.
      second[output]?.data.forEach((value, i) => {
        const expected = data[i] as number;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(expected)));
      });
    }
  });

  test.each(notExportable)('%s is refused', (name) => {
    expect(() => exportOnnx(open(name))).toThrow(/^node ".*ONNX/);
  });
});
