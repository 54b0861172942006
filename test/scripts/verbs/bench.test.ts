/** `borde bench` of an imported model: its file says how many samples a run has. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { node, onnxFile, weights } from '../../engine/formats/onnx/models.ts';
import { borde, temporaryFolder } from '../cli.ts';

/** Five filters 3×3 over three pictures [3,4,4]: 2×2 windows each. */
async function threeAtATime(): Promise<string> {
  const folder = temporaryFolder();
  const [onnx, out] = [join(folder, 'net.onnx'), join(folder, 'net.safetensors')];
  const nodes = [node('Conv', 'x w', 'y')];
  writeFileSync(onnx, onnxFile({ inputs: { x: [3, 3, 4, 4] }, nodes, initializers: [weights('w', [5, 3, 3, 3])] }));
  await borde(['import', onnx, '--out', out]);
  return out;
}

describe('bench of a model whose batch is fixed', () => {
  test('counts the work of a run once', async () => {
    const model = await threeAtATime();
    for (const flags of [[], ['--batch', '3']]) {
      const outcome = await borde(['bench', model, '--runs', '2', '--warmup', '0', '--json', ...flags]);
      const { macs, minMs, gflops } = JSON.parse(outcome.out);
      expect(macs).toBe(3 * 5 * 3 * 3 * 3 * 4);
      expect((gflops * minMs * 1e6) / macs).toBeCloseTo(2, 12);
    }
  });

  test('does not take another', async () => {
    const model = await threeAtATime();
    const outcome = await borde(['bench', model, '--batch', '2', '--json']);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain("net.safetensors: --batch 2: the model's file fixes 3 a run");
  });
});
