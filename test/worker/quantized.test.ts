/** Every layer on levels inside workerd: both builds, the dot product of this host and the one that every host has. */
import { expect, test } from 'vitest';
import relaxed from '../../build/training.relaxed.wasm';
import baseline from '../../build/training.wasm';
import { instantiateKernels } from '../../engine/kernels.ts';
import { chooseKernels } from '../../worker/kernels.ts';
import { quantizedSuite } from '../suites/quantized.ts';
import type { QuantizedHost } from '../suites/run-quantized.ts';

const { capabilities } = chooseKernels({ baseline, relaxed });
const { dot8 } = instantiateKernels({ module: relaxed, capabilities }).capabilities;
const plain = { module: baseline, capabilities: { ...capabilities, relaxed: false, rowsPerTile: 5 } };

const hosts: readonly QuantizedHost[] = [
  { label: 'baseline in workerd, path 0', source: plain, path: 0 },
  { label: 'relaxed in workerd, path 0', source: { module: relaxed, capabilities }, path: 0 },
  ...(dot8 === 0
    ? []
    : [{ label: `relaxed in workerd, path ${dot8}`, source: { module: relaxed, capabilities }, path: dot8 }]),
];

test('the baseline build has sixteen bits alone', () => {
  expect(instantiateKernels(plain).capabilities.dot8).toBe(0);
});

quantizedSuite(hosts);
