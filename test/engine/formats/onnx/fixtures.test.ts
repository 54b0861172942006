/**
 * Small models that onnxruntime has run (bench/onnx/make-fixtures.ts): the engine gives the same numbers. Tolerances are
 * those of ONNX's own backend test runner (scripts/conformance/case.ts).
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCase } from '../../../../scripts/conformance/case.ts';
import { loadKernels } from '../../../../scripts/kernels.ts';

const root = fileURLToPath(new URL('../../../fixtures/onnx/', import.meta.url));

describe.each(['baseline', 'relaxed'] as const)('as onnxruntime, %s SIMD', (simd) => {
  const kernels = loadKernels('inference', simd);

  test.each(readdirSync(root))('%s', (name) => {
    expect(runCase(`${root}${name}`, kernels)).toEqual({ kind: 'passed' });
  });
});
