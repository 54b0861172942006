/** How cost grows with batch, side and width: linear in multiply-adds, without cliffs. */
import { join } from 'node:path';
import type { SimdChoice } from '../../scripts/kernels.ts';
import { match } from './match.ts';
import { mobilenetV2 } from './models/mobilenet-v2.ts';
import { prepare } from './prepare.ts';
import type { GrowthPoint } from './results.ts';

const axes: readonly (readonly [axis: GrowthPoint['axis'], values: readonly number[]])[] = [
  ['batch', [1, 2, 4, 8, 16, 32]],
  ['side', [96, 128, 160, 192, 224, 320, 416, 512]],
  ['width', [0.35, 0.5, 0.75, 1, 1.4]],
];
/** Fewer than for a comparison: what is looked for is a factor, not a percent. */
const ROUNDS = 6;

export async function growth(
  folder: string,
  simd: SimdChoice,
  note: (text: string) => void,
): Promise<readonly GrowthPoint[]> {
  const points: GrowthPoint[] = [];
  for (const [axis, values] of axes) {
    for (const value of values) {
      note(`growth: ${axis} ${value}`);
      const model = mobilenetV2({ ...(axis === 'side' && { side: value }), ...(axis === 'width' && { width: value }) });
      const prepared = prepare(model, join(folder, `${axis}-${value}`), axis === 'batch' ? value : 1);
      const [score] = await match(prepared, { contestants: ['borde'], rounds: ROUNDS, simd });
      if (!score || 'failure' in score) throw new Error(`${axis} ${value}: ${score?.failure ?? 'nothing ran'}`);
      points.push({ axis, value, macs: prepared.macs, ms: score.minMs, memoryBytes: score.memoryBytes ?? 0 });
    }
  }
  return points;
}
