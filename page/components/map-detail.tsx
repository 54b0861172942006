/** One feature map enlarged, with the filter that makes it. It goes on following the pen. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Tensor } from '../../engine/tensor.ts';
import { cssColour, paintChannel, rangeOf, scaleOf } from '../feature-maps.ts';
import type { Filter } from '../network.ts';
import { decimal, network, opened, palette, reading, text } from '../state.ts';
import { putPixels } from './canvas.ts';
import { detailId } from './feature-grid.tsx';

export function MapDetail({ node, channel }: { readonly node: string; readonly channel: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const value = reading.value?.values[node];
  useSignalEffect(() => {
    const value = reading.value?.values[node];
    if (!value || !canvas.current) return;
    const [, height = 1, width = 1, channels = 1] = value.shape;
    const pixels = new ImageData(width, height);
    const scale = scaleOf(rangeOf(value.data, channel, channels), rangeOf(value.data).min < 0);
    paintChannel(pixels, value, channel, scale, palette.value);
    putPixels(canvas.current, pixels);
  });
  if (!value) return null;
  const { min, max } = rangeOf(value.data, channel, value.shape.at(-1));
  const filter = network.value?.filterOf(node, channel);
  const title = text.value.map(channel + 1, node);
  return (
    <aside id={detailId(node)} class="detail" aria-label={title}>
      <header>
        <h4>{title}</h4>
        <button
          type="button"
          onClick={() => {
            opened.value = undefined;
          }}
        >
          {text.value.close}
        </button>
      </header>
      <figure>
        {/* Another channel is another picture: the key makes the effect above paint it. */}
        <canvas key={`${node} ${channel}`} ref={canvas} width={1} height={1} role="img" aria-label={title} />
        <figcaption>{text.value.range(decimal(min), decimal(max))}</figcaption>
      </figure>
      {filter ? <FilterFigure filter={filter} /> : null}
    </aside>
  );
}

function FilterFigure({ filter: { node, channel, weights, bias } }: { readonly filter: Filter }) {
  const [height = 1, width = 1, inputs = 1] = weights.shape;
  const size = inputs === 1 ? `${height} × ${width}` : `${height} × ${width} × ${inputs}`;
  return (
    <figure>
      {inputs === 1 ? <FilterNumbers weights={weights} /> : <FilterWindows weights={weights} />}
      <figcaption>
        {text.value.filter(channel + 1, node, size)}
        {bias === undefined ? '' : `, ${text.value.bias(decimal(bias))}`}
        <br />
        <span class="muted">{inputs === 1 ? text.value.filterExplained : text.value.deepFilterExplained(inputs)}</span>
      </figcaption>
    </figure>
  );
}

/** A filter on one channel: cells in their colours, with their numbers. */
function FilterNumbers({ weights: { shape, data } }: { readonly weights: Tensor }) {
  const [height = 1, width = 1] = shape;
  const scale = scaleOf(rangeOf(data), true);
  return (
    <svg
      class="filter"
      viewBox={`0 0 ${40 * width} ${40 * height}`}
      role="img"
      aria-label={[...data].map(decimal).join(', ')}
    >
      {Array.from(data, (value, index) => {
        const [x, y] = [40 * (index % width), 40 * Math.floor(index / width)];
        // Only the far part of a ramp is darker (or, at night, lighter) than the text on it.
        const isFar = Math.abs(value) > 0.55 * scale.extent;
        return (
          <g key={index}>
            <rect x={x} y={y} width={40} height={40} fill={cssColour(value, scale, palette.value)} />
            <text x={x + 20} y={y + 24} class={isFar ? 'far' : ''}>
              {decimal(value)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** A filter on many channels: one window a channel, all on one scale. */
function FilterWindows({ weights }: { readonly weights: Tensor }) {
  const [height = 1, width = 1, inputs = 1] = weights.shape;
  const grid = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const pixels = new ImageData(width, height);
    const scale = scaleOf(rangeOf(weights.data), true);
    grid.current?.querySelectorAll('canvas').forEach((canvas, channel) => {
      paintChannel(pixels, weights, channel, scale, palette.value);
      putPixels(canvas, pixels);
    });
  });
  return (
    <div ref={grid} class="windows">
      {Array.from({ length: inputs }, (_, input) => (
        <canvas key={input} width={width} height={height} />
      ))}
    </div>
  );
}
