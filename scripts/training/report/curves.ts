/** curves.svg: loss above, accuracy below, over epochs; training and validation in each. */
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { line, symbol, symbolCircle, symbolDiamond } from 'd3-shape';
import { element, textElement } from './markup.ts';
import type { EpochRow } from './report.ts';
import { themeStyle } from './theme.ts';

const width = 480;
const panelHeight = 200;
const margin = { top: 66, right: 18, bottom: 46, left: 58, between: 78 };
const plotWidth = width - margin.left - margin.right;
const markersUpTo = 40; // epochs; more would run into each other

const series = {
  train: { name: 'training', marker: symbolCircle, dash: undefined },
  validation: { name: 'validation', marker: symbolDiamond, dash: '6 4' },
} as const;

type SeriesName = keyof typeof series;
const seriesNames = Object.keys(series) as SeriesName[];

type Scale = ScaleLinear<number, number>;
type Point = readonly [epoch: number, value: number];

interface Panel {
  readonly title: string;
  readonly values: Readonly<Record<SeriesName, readonly Point[]>>;
  readonly domain: (values: readonly number[]) => [number, number];
  readonly format: string;
}

/**
 * A picture of at least one epoch. Figures that are missing or not finite (a diverged run) leave a gap; a panel without
 * any figure is left out, and so is a series in the legend.
 */
export function curvesSvg(epochs: readonly EpochRow[], bestEpoch?: number): string {
  const points = (pick: (row: EpochRow) => number | undefined): Point[] =>
    epochs.map((row) => [row.epoch, pick(row) ?? Number.NaN] as const);
  const all: Panel[] = [
    {
      title: 'loss',
      values: { train: points((row) => row.trainLoss), validation: points((row) => row.valLoss) },
      domain: (values) => [0, Math.max(...values, 1e-6)],
      format: '~g',
    },
    {
      title: 'accuracy',
      values: { train: points((row) => row.trainAccuracy), validation: points((row) => row.valAccuracy) },
      domain: (values) => [Math.min(...values, 0.9), 1],
      format: '~%',
    },
  ];
  const panels = all.filter((panel) => finiteValues(panel, seriesNames).length > 0);
  const shown = seriesNames.filter((name) => panels.some((panel) => finiteValues(panel, [name]).length > 0));
  const x = epochScale(epochs);
  const height = margin.top + panels.length * (panelHeight + margin.between) - margin.between + margin.bottom;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'curves',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': 'Loss and accuracy over epochs',
    },
    element('style', {}, style),
    element('rect', { class: 'paper', width, height }),
    legend(shown),
    ...panels.map((panel, i) => drawPanel(panel, margin.top + i * (panelHeight + margin.between), x, bestEpoch)),
  )}\n`;
}

const style = `${themeStyle('svg.curves')}
svg.curves{font:13px system-ui,sans-serif;max-width:100%;height:auto}
svg.curves text{fill:var(--muted)}svg.curves .title{fill:var(--ink);font-weight:600}
svg.curves .paper{fill:var(--paper)}svg.curves .grid{stroke:var(--line)}svg.curves .axis{stroke:var(--muted)}
svg.curves .best{stroke:var(--muted);stroke-dasharray:2 3}
svg.curves path.curve{fill:none;stroke-width:2}
svg.curves .train{stroke:var(--train);fill:var(--train)}svg.curves .validation{stroke:var(--validation);fill:var(--validation)}`;

function epochScale(epochs: readonly EpochRow[]): Scale {
  const first = epochs[0]?.epoch ?? 1;
  const last = epochs.at(-1)?.epoch ?? 1;
  const alone = first === last ? 0.5 : 0; // one epoch stands in the middle
  return scaleLinear([first - alone, last + alone], [margin.left, margin.left + plotWidth]);
}

const finiteValues = ({ values }: Panel, names: readonly SeriesName[]): number[] =>
  names.flatMap((name) => values[name].map(([, value]) => value).filter(Number.isFinite));

function legend(names: readonly SeriesName[]): string {
  const items = names.map((name, i) => {
    const left = margin.left + 110 * i;
    return element(
      'g',
      { transform: `translate(${left} 18)` },
      element('path', { class: `curve ${name}`, d: 'M0,0H28', 'stroke-dasharray': series[name].dash }),
      marker(name, 14, 0),
      textElement('text', { x: 36, dy: '.35em' }, series[name].name),
    );
  });
  return items.join('');
}

const marker = (name: SeriesName, x: number, y: number): string =>
  element('path', {
    class: name,
    d: symbol(series[name].marker, 36)() ?? '',
    transform: `translate(${Math.round(100 * x) / 100} ${Math.round(100 * y) / 100})`,
  });

function drawPanel(panel: Panel, top: number, x: Scale, bestEpoch: number | undefined): string {
  const bottom = top + panelHeight;
  const y = scaleLinear(panel.domain(finiteValues(panel, seriesNames)), [bottom, top]).nice(5);
  return element(
    'g',
    { class: panel.title },
    textElement('text', { class: 'title', x: margin.left, y: top - 14 }, panel.title),
    horizontalGrid(y, panel.format),
    epochAxis(x, bottom),
    bestEpoch === undefined ? '' : bestLine(x(bestEpoch), top, bottom),
    ...seriesNames.map((name) => drawCurve(name, panel.values[name], x, y)),
  );
}

function horizontalGrid(y: Scale, format: string): string {
  const label = y.tickFormat(5, format);
  const lines = y.ticks(5).map((tick) => {
    const grid = element('line', {
      class: 'grid',
      x1: margin.left,
      x2: margin.left + plotWidth,
      y1: y(tick),
      y2: y(tick),
    });
    return (
      grid + textElement('text', { x: margin.left - 8, y: y(tick), dy: '.35em', 'text-anchor': 'end' }, label(tick))
    );
  });
  return lines.join('');
}

function epochAxis(x: Scale, bottom: number): string {
  const ticks = x.ticks(8).filter(Number.isInteger);
  return element(
    'g',
    { transform: `translate(0 ${bottom})` },
    element('line', { class: 'axis', x1: margin.left, x2: margin.left + plotWidth }),
    ...ticks.map((tick) => element('line', { class: 'axis', x1: x(tick), x2: x(tick), y2: 5 })),
    ...ticks.map((tick) => textElement('text', { x: x(tick), y: 19, 'text-anchor': 'middle' }, tick)),
    textElement('text', { x: margin.left + plotWidth, y: 36, 'text-anchor': 'end' }, 'epoch'),
  );
}

function bestLine(x: number, top: number, bottom: number): string {
  const atRight = x > margin.left + plotWidth / 2;
  return (
    element('line', { class: 'best', x1: x, x2: x, y1: top, y2: bottom }) +
    textElement('text', { x: atRight ? x - 5 : x + 5, y: top + 12, 'text-anchor': atRight ? 'end' : 'start' }, 'kept')
  );
}

function drawCurve(name: SeriesName, points: readonly Point[], x: Scale, y: Scale): string {
  const drawn = points.filter(([, value]) => Number.isFinite(value));
  if (drawn.length === 0) return '';
  const path = line<Point>()
    .defined(([, value]) => Number.isFinite(value))
    .x(([epoch]) => x(epoch))
    .y(([, value]) => y(value));
  return element(
    'g',
    {},
    textElement('title', {}, series[name].name),
    element('path', {
      class: `curve ${name}`,
      d: path(points as Point[]) ?? '',
      'stroke-dasharray': series[name].dash,
    }),
    ...(points.length <= markersUpTo ? drawn.map(([epoch, value]) => marker(name, x(epoch), y(value))) : []),
  );
}
