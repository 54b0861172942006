/** The loader, and every layer inside workerd in both builds. */
import { describe, expect, test } from 'vitest';
import relaxed from '../../build/inference.relaxed.wasm';
import baseline from '../../build/inference.wasm';
import { chooseKernels } from '../../worker/kernels.ts';

describe('chooseKernels', () => {
  test('takes the relaxed build, which workerd can instantiate', () => {
    const { module, capabilities } = chooseKernels({ baseline, relaxed });
    expect(module).toBe(relaxed);
    expect(capabilities.relaxed).toBe(true);
    expect(new WebAssembly.Instance(module, {}).exports.memory).toBeInstanceOf(WebAssembly.Memory);
  });
});
