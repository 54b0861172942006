/** The probe tells three kinds of relaxed_dot apart. */
import { expect, test } from 'vitest';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import { emulatedKernels, probeOf } from './builds.ts';

test.each([
  ['unsigned', 1],
  ['signed', 2],
  ['wrapping', 2],
  ['saturating', 0],
] as const)('a second operand that is %s: path %i', async (operator, path) => {
  expect(probeOf(new LayerRunner(await emulatedKernels(operator)))).toBe(path);
});

test('the baseline build has i16 only', () => {
  const baseline = trainingBuilds.find(({ label }) => label === 'baseline');
  if (!baseline) throw new Error('every host runs the baseline build');
  expect(probeOf(new LayerRunner(baseline.source))).toBe(0);
});
