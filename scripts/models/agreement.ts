/**
 * `node scripts/models/agreement.ts A B images:DIR`: of what model A finds in pictures, how much model B finds as well:
 * boxes of a score from a half on that B has with the same label, sharing nine tenths of the union, at a score from 0.3 on
 * or from a half on as well; or what masks share.
 */
import { argv } from 'node:process';
import { EngineError } from '../../engine/errors.ts';
import { percent } from '../cli/table.ts';
import { readModel } from '../io/model.ts';
import { loadKernels } from '../kernels.ts';
import { agreementOf, CONFIDENT, SEEN } from '../quantization/agreement.ts';
import { openCalibrationData } from '../quantization/calibration-data.ts';

async function main(): Promise<void> {
  const [first, second, data] = argv.slice(2);
  if (first === undefined || second === undefined || data === undefined) {
    console.error('agreement: expected two model files and images:DIR');
    process.exitCode = 2;
    return;
  }
  const models = { before: await readModel(first), after: await readModel(second) };
  const { dataSet, samples } = await openCalibrationData(models.before, { model: first, data, limit: 1e6 });
  const { train, test } = dataSet;
  const inputs = function* () {
    yield* samples(() => {}, train);
    if (test) yield* samples(() => {}, test);
  };
  const pictures = train.length + (test?.length ?? 0);
  for (const least of models.before.card.task?.kind === 'segment' ? [0] : [SEEN, CONFIDENT]) {
    const found = agreementOf(models, inputs(), loadKernels('inference', 'auto'), least);
    const share = found ? `${percent(found.share)} of ${found.count}` : 'the first model finds nothing';
    console.log(`${pictures} pictures, scores from ${least}: ${share}`);
  }
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
