/**
 * confusion.svg: a row an actual class, a column a predicted one. The number is a count of pictures, the shade its
 * part of the row, in one hue from paper to blue: order is told by lightness, which every eye sees.
 */
import { element, escapeText, percent, shortened, textElement } from './markup.ts';
import { inkOn, themeStyle } from './theme.ts';

const labelLength = 14; // characters; the whole label is in the tooltip
const characterWidth = 7.2; // pixels of 13px system-ui, about
const slant = Math.SQRT1_2; // column labels stand at 45°

/** @param confusion [actual][predicted] counts @param labels names of the classes, as many as rows */
export function confusionSvg(confusion: readonly (readonly number[])[], labels: readonly string[]): string {
  const largest = Math.max(...confusion.flat(), 0);
  const cell = Math.max(26, 14 + 7.5 * String(largest).length);
  const longest = Math.max(...labels.map((label) => Math.min(labelLength, [...label].length)), 1) * characterWidth;
  const slanted = longest > cell - 4;
  const left = 38 + longest;
  const top = slanted ? 40 + slant * longest : 56;
  const side = cell * confusion.length;
  const width = left + side + (slanted ? Math.max(16, slant * longest) : 16);
  const height = top + side + 16;

  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'confusion',
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      role: 'img',
      'aria-label': 'Confusion matrix: actual classes in rows, predicted classes in columns',
    },
    element('style', {}, style),
    element('rect', { class: 'paper', width: '100%', height: '100%' }),
    textElement('text', { class: 'title', x: left, y: 20 }, 'predicted'),
    textElement(
      'text',
      { class: 'title', transform: `translate(18 ${top}) rotate(-90)`, 'text-anchor': 'end' },
      'actual',
    ),
    ...labels.map((label, i) => rowLabel(label, left - 8, top + cell * (i + 0.5))),
    ...labels.map((label, i) => columnLabel(label, left + cell * (i + 0.5), top - 8, slanted)),
    ...confusion.map((row, i) => drawRow(row, i, labels, left, top + cell * i, cell)),
    element('rect', { class: 'frame', x: left, y: top, width: side, height: side }),
  )}\n`;
}

const style = `${themeStyle('svg.confusion')}
svg.confusion{font:13px system-ui,sans-serif}
svg.confusion text{fill:var(--ink)}svg.confusion .title{fill:var(--muted);font-weight:600}
svg.confusion .paper{fill:var(--paper)}svg.confusion .frame{fill:none;stroke:var(--muted)}
svg.confusion .cell{fill:var(--hot);stroke:var(--line)}
svg.confusion .zero{fill:var(--muted);opacity:.55}
svg.confusion .black-on-light{fill:#000}svg.confusion .white-on-light{fill:#fff}
@media(prefers-color-scheme:dark){svg.confusion .black-on-dark{fill:#000}svg.confusion .white-on-dark{fill:#fff}}`;

const rowLabel = (label: string, x: number, y: number): string =>
  element(
    'text',
    { x, y, dy: '.35em', 'text-anchor': 'end' },
    textElement('title', {}, label),
    escapeText(shortened(label, labelLength)),
  );

const columnLabel = (label: string, x: number, y: number, slanted: boolean): string =>
  element(
    'text',
    slanted
      ? { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(-45)` }
      : { x, y, 'text-anchor': 'middle' },
    textElement('title', {}, label),
    escapeText(shortened(label, labelLength)),
  );

function drawRow(
  row: readonly number[],
  actual: number,
  labels: readonly string[],
  left: number,
  y: number,
  cell: number,
): string {
  const total = row.reduce((sum, count) => sum + count, 0);
  const cells = row.map((count, predicted) => {
    const x = left + cell * predicted;
    const share = total === 0 ? 0 : count / total;
    const ink = count === 0 ? 'zero' : `${inkOn('light', share)}-on-light ${inkOn('dark', share)}-on-dark`;
    const tooltip = `${labels[actual]} taken for ${labels[predicted]}: ${count} of ${total} (${percent(share)})`;
    return element(
      'g',
      {},
      textElement('title', {}, tooltip),
      element('rect', { class: 'cell', x, y, width: cell, height: cell, 'fill-opacity': share }),
      textElement(
        'text',
        { class: ink, x: x + cell / 2, y: y + cell / 2, dy: '.35em', 'text-anchor': 'middle' },
        count,
      ),
    );
  });
  return cells.join('');
}
