import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasRelaxedSimd, hasSimd } from '../../engine/simd-probe.ts';
import { v8Version } from '../../page/browser-features.ts';

const validates = (name: string): boolean =>
  WebAssembly.validate(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));

describe('probes', () => {
  test('say of this engine what it says of the builds themselves', () => {
    expect(hasSimd()).toBe(validates('inference'));
    expect(hasRelaxedSimd()).toBe(validates('inference.relaxed'));
  });
});

describe('v8Version', () => {
  test.each([
    [
      [
        { brand: 'Not A;Brand', version: '99' },
        { brand: 'Chromium', version: '156' },
      ],
      15,
    ],
    [
      [
        { brand: 'Google Chrome', version: '130' },
        { brand: 'Chromium', version: '130' },
      ],
      13,
    ],
    [[{ brand: 'Chromium', version: '129' }], 12],
    [[{ brand: 'Chromium', version: '' }], undefined],
    [[{ brand: 'Something else', version: '140' }], undefined],
    [[], undefined],
  ])('%j → %s', (brands, version) => {
    expect(v8Version(brands)).toBe(version);
  });
});
