/** `--report DIR`: what a run did and how good it is, as files to look at and one to read by machine. */
import { join } from 'node:path';
import { writeFileAtomic } from '../../io/atomic-write.ts';
import { confusionSvg } from './confusion.ts';
import { curvesSvg } from './curves.ts';
import { reportHtml } from './page.ts';
import type { Report } from './report.ts';

export type { EpochRow, PicturedMistake, Report } from './report.ts';
export { picturedMistakes } from './report.ts';

/**
 * Writes into `dir` (made where it is missing): `index.html`, `metrics.json`; `curves.svg` where there are epochs,
 * `confusion.svg` where there is an evaluation. The same report gives the same bytes.
 * @throws EngineError `unavailable`, beginning with the path, when the file system refuses
 */
export async function writeReport(dir: string, report: Report): Promise<void> {
  const { epochs = [], evaluation } = report;
  const files: Record<string, string> = { 'metrics.json': metricsJson(report), 'index.html': reportHtml(report) };
  if (epochs.length > 0) files['curves.svg'] = curvesSvg(epochs, report.bestEpoch);
  if (evaluation !== undefined) files['confusion.svg'] = confusionSvg(evaluation.confusion, report.labels);
  for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(dir, name), content);
}

const epochFigures = [
  'epoch',
  'learningRate',
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'valIoU',
  'valLocalizationAccuracy',
] as const;

/** Everything but pictures and times. Fractions are 0–1; what is not finite is null. */
function metricsJson({ title, settings, epochs, bestEpoch, labels, evaluation, skipped }: Report): string {
  const rows = epochs?.map((row) => Object.fromEntries(epochFigures.map((key) => [key, row[key]])));
  return `${JSON.stringify({ title, settings, epochs: rows, bestEpoch, labels, evaluation, skipped }, null, 2)}\n`;
}
