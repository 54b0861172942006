/** From what a loader knows about its host to capabilities: in one place for the three loaders. */
import type { HostCapabilities } from './kernels.ts';

/** V8 up to 12.4 hoists loads and spills everything above four rows (measured; docs/kernels.md). */
const ROWS_ON_OLD_V8 = 4;
const FIRST_GOOD_V8 = 13;

/**
 * @param relaxed whether the relaxed SIMD build runs
 * @param v8Version major version of the host's V8; undefined on another engine
 */
export const capabilitiesOf = (relaxed: boolean, v8Version: number | undefined): HostCapabilities => ({
  relaxed,
  rowsPerTile: rowsPerTile(relaxed, v8Version),
});

/** Multiply and add apart need one register more than a fused madd, so the tile has a row less. */
function rowsPerTile(relaxed: boolean, v8Version: number | undefined): number {
  if (v8Version === undefined || v8Version < FIRST_GOOD_V8) return ROWS_ON_OLD_V8;
  return relaxed ? 6 : 5;
}
