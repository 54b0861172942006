/** index.html: the whole report in one file. No script, no outside host, nothing that a policy could have to allow. */
import { encodePng } from '../../../engine/image/codec.ts';
import type { Image } from '../../../engine/image/image.ts';
import type { Evaluation } from '../metrics.ts';
import { confusionSvg } from './confusion.ts';
import { curvesSvg } from './curves.ts';
import { element, escapeText, percent, textElement } from './markup.ts';
import type { EpochRow, PicturedMistake, Report } from './report.ts';
import { themeStyle } from './theme.ts';

export function reportHtml(report: Report): string {
  const { epochs = [], evaluation, mistakes = [], skipped = [] } = report;
  const sections = [
    Object.keys(report.settings).length > 0 && section('Settings', settingsTable(report.settings)),
    evaluation && section('Result', summary(evaluation)),
    epochs.length > 0 && section('Epochs', curvesSvg(epochs, report.bestEpoch), epochTable(epochs, report.bestEpoch)),
    evaluation && section('Confusion', scroll(confusionSvg(evaluation.confusion, report.labels))),
    evaluation && section('Classes', classTable(evaluation, report.labels)),
    mistakes.length > 0 && section('Worst mistakes', mistakeGallery(mistakes, report.labels)),
    skipped.length > 0 &&
      section(
        `${skipped.length} skipped`,
        table(
          ['file', 'reason'],
          skipped.map(({ file, reason }) => [file, reason]),
          2,
        ),
      ),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(report.title)}</title>
<style>${style}</style>
<main>
<h1>${escapeText(report.title)}</h1>
${sections.filter((markup) => typeof markup === 'string').join('\n')}
</main>
</html>
`;
}

const style = `${themeStyle(':root')}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto;padding:1rem}h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2rem 0 .5rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .75rem .25rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--muted);font-weight:600}.text{text-align:left}td.text{white-space:normal;min-width:6rem;max-width:32rem;overflow-wrap:break-word}
tr.kept td{font-weight:700}.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem}
figure{margin:0;min-width:0}figcaption{font-size:.875rem;overflow-wrap:anywhere}
figure img{width:100%;image-rendering:pixelated;border:1px solid var(--line)}
.boxed{position:relative}.boxed svg{position:absolute;inset:1px 1px auto;width:calc(100% - 2px)}
.boxed rect{fill:none;stroke:#fff;stroke-width:2px;vector-effect:non-scaling-stroke;paint-order:stroke}.boxed .predicted{stroke:#000;stroke-dasharray:4 3}`;

const section = (title: string, ...content: readonly string[]): string =>
  element('section', {}, textElement('h2', {}, title), ...content);

const scroll = (markup: string): string => element('div', { class: 'scroll' }, markup);

/** Plain text in, escaped here. The first `textColumns` columns are text, the others numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns: number, kept = -1): string {
  const cells = (name: 'th' | 'td', texts: readonly string[]) =>
    texts.map((text, i) => textElement(name, { class: i < textColumns ? 'text' : undefined }, text)).join('');
  const body = rows.map((row, i) => element('tr', { class: i === kept ? 'kept' : undefined }, cells('td', row)));
  const header = head.length === 0 ? [] : [element('thead', {}, element('tr', {}, cells('th', head)))];
  return scroll(element('table', {}, ...header, element('tbody', {}, ...body)));
}

const settingsTable = (settings: Report['settings']): string =>
  table(
    [],
    Object.entries(settings).map(([name, value]) => [name, String(value)]),
    2,
  );

function summary({ images, accuracy, loss, topK, meanIou, localizationAccuracy }: Evaluation): string {
  const rows = [
    ['pictures', String(images)],
    ['accuracy', percent(accuracy)],
    ...(topK.k > 1 ? [[`among the first ${topK.k}`, percent(topK.accuracy)]] : []),
    ['loss', loss.toFixed(4)],
    ...(meanIou === undefined ? [] : [['mean IoU', meanIou.toFixed(3)]]),
    ...(localizationAccuracy === undefined ? [] : [['label right and IoU ½ or more', percent(localizationAccuracy)]]),
  ];
  return table([], rows, 1);
}

function epochTable(epochs: readonly EpochRow[], bestEpoch: number | undefined): string {
  const columns: [string, keyof EpochRow, (value: number) => string][] = [
    ['epoch', 'epoch', String],
    ['learning rate', 'learningRate', (value) => String(Number(value.toPrecision(4)))],
    ['training loss', 'trainLoss', (value) => value.toFixed(4)],
    ['training accuracy', 'trainAccuracy', percent],
    ['validation loss', 'valLoss', (value) => value.toFixed(4)],
    ['validation accuracy', 'valAccuracy', percent],
    ['mean IoU', 'valIoU', (value) => value.toFixed(3)],
    ['localisation accuracy', 'valLocalizationAccuracy', percent],
  ];
  const present = columns.filter(([, key]) => epochs.some((row) => row[key] !== undefined));
  const rows = epochs.map((row) => present.map(([, key, format]) => (row[key] === undefined ? '' : format(row[key]))));
  const kept = epochs.findIndex(({ epoch }) => epoch === bestEpoch);
  return table(
    present.map(([title]) => title),
    rows,
    0,
    kept,
  );
}

function classTable({ perClass }: Evaluation, labels: readonly string[]): string {
  const rows = perClass.map(({ precision, recall, f1, support }, label) => [
    labels[label] ?? String(label),
    percent(precision),
    percent(recall),
    percent(f1),
    String(support),
  ]);
  return table(['class', 'precision', 'recall', 'F1', 'pictures'], rows, 1);
}

function mistakeGallery(mistakes: readonly PicturedMistake[], labels: readonly string[]): string {
  const figures = mistakes.map((mistake) => {
    const { index, actual, predicted, loss, iou, file } = mistake;
    const said = actual === predicted ? labels[actual]! : `${labels[actual]} taken for ${labels[predicted]}`;
    const of = iou === undefined ? '' : ` IoU ${iou.toFixed(2)},`;
    return element(
      'figure',
      {},
      picture(mistake, `${said}, ${file ?? `picture ${index}`}`),
      element(
        'figcaption',
        {},
        textElement('strong', {}, said),
        escapeText(` loss ${loss.toFixed(2)},${of} ${file ?? `picture ${index}`}`),
      ),
    );
  });
  const key = mistakes.some(({ box }) => box)
    ? [textElement('p', {}, 'Solid: where it is; dashed: where the model looked.')]
    : [];
  return [...key, element('div', { class: 'mistakes' }, ...figures)].join('');
}

/** The picture of a mistake and, over it, the true and the predicted box. */
function picture({ image, box, actualBox }: PicturedMistake, alt: string): string {
  const img = element('img', { src: pngDataUri(image), alt });
  if (!box || !actualBox) return img;
  const outline = (name: string, [x, y, right, bottom]: readonly number[]) =>
    element('rect', { class: name, x: x!, y: y!, width: Math.max(0, right! - x!), height: Math.max(0, bottom! - y!) });
  const boxes = [outline('actual', actualBox), outline('predicted', box)];
  const viewBox = `0 0 ${image.width} ${image.height}`;
  return element('div', { class: 'boxed' }, img, element('svg', { viewBox, 'aria-hidden': 'true' }, ...boxes));
}

function pngDataUri({ width, height, channels, data }: Image): string {
  const png = encodePng({ width, height, channels, data });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
