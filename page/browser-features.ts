/** On which engine the page runs; what its WebAssembly knows is engine/simd-probe.ts's question. */

/** An entry of `navigator.userAgentData.brands`. */
export interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** Major version of V8: a tenth of Chromium's. Undefined in other browsers, and where a page is not told (plain HTTP). */
export function v8Version(brands: readonly Brand[]): number | undefined {
  const chromium = brands.find(({ brand }) => brand === 'Chromium');
  const major = Number.parseInt(chromium?.version ?? '', 10);
  return Number.isNaN(major) ? undefined : Math.floor(major / 10);
}
