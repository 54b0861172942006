/** How cost grows with batch, side and width: linear in multiply-adds, without cliffs. */
import { join } from 'node:path';
import type { SimdChoice } from '../../scripts/kernels.ts';
import { match } from './match.ts';
import { mobilenetV2 } from './models/mobilenet-v2.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { GrowthPoint } from './results.ts';

const axes: readonly (readonly [axis: GrowthPoint['axis'], values: readonly number[]])[] = [
  ['batch', [1, 2, 4, 8, 16, 32]],
  ['side', [96, 128, 160, 192, 224, 320, 416, 512]],
  ['width', [0.35, 0.5, 0.75, 1, 1.4]],
];
/** Fewer than for a comparison: what is looked for is a factor, not a percent. */
const ROUNDS = 6;

/** One axis is one match: its points take turns, so that a machine that slows down makes no slope. */
export async function growth(folder: string, simd: SimdChoice, note: (text: string) => void): Promise<GrowthPoint[]> {
  const points: GrowthPoint[] = [];
  for (const [axis, values] of axes) {
    note(`growth: ${axis} ${values.join(', ')}`);
    const prepared = values.map((value) => preparePoint(axis, value, join(folder, `${axis}-${value}`)));
    const entrants = prepared.map((point) => ({ contestant: 'borde' as const, folder: point.folder }));
    const scores = await match(entrants, { rounds: ROUNDS, simd });
    scores.forEach((score, i) => {
      if ('failure' in score) throw new Error(`growth along ${axis}: ${score.failure}`);
      const { macs } = prepared[i] as Prepared;
      points.push({ axis, value: values[i] as number, macs, ms: score.minMs, memoryBytes: score.memoryBytes ?? 0 });
    });
  }
  return points;
}

function preparePoint(axis: GrowthPoint['axis'], value: number, folder: string): Prepared {
  if (axis === 'batch') return prepare(mobilenetV2(), folder, value);
  return prepare(mobilenetV2(axis === 'side' ? { side: value } : { width: value }), folder);
}
