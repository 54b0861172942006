/** A layer's value as pictures, one a channel, repainted with every run; or as a strip of cells for a vector. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Tensor } from '../../engine/tensor.ts';
import { paintChannel, paintSheet, rangeOf, scaleOf, sheetSize, stripSize } from '../feature-maps.ts';
import { mapColumns, network, opened, palette, reading, text } from '../state.ts';
import { putPixels } from './canvas.ts';

/** Id of the panel that enlarges a map of this node. */
export const detailId = (node: string): string => `detail-${node}`;

/**
 * All maps of a node [1,H,W,C] on one canvas, under a grid of buttons that enlarge them. (A canvas for each map costs a
 * browser ten times as much a frame.) One button is in the tab order; arrows lead to the others.
 */
export function FeatureGrid({ node, shape }: { readonly node: string; readonly shape: readonly number[] }) {
  const [, height = 1, width = 1, channels = 1] = shape;
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const reachable = useSignal(0);

  useSignalEffect(() => {
    const value = reading.value?.values[node];
    if (!value || !canvas.current) return;
    const size = sheetSize(value.shape, mapColumns.value);
    const pixels = new ImageData(size.width, size.height);
    paintSheet(pixels, value, mapColumns.value, palette.value);
    putPixels(canvas.current, pixels);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const columns = mapColumns.value;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const next = reachable.value + (steps[event.key as keyof typeof steps] ?? 0);
    const button = (grid.current as HTMLDivElement).querySelectorAll('button')[next];
    if (next === reachable.value || !button) return;
    event.preventDefault();
    reachable.value = next;
    button.focus();
  };

  const chosen = opened.value?.node === node ? opened.value.channel : undefined;
  return (
    <div class="maps">
      <canvas ref={canvas} width={1} height={1} />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls */}
      <div
        ref={grid}
        role="group"
        aria-label={node}
        style={{ gridTemplateColumns: `repeat(${mapColumns.value}, 1fr)` }}
        onKeyDown={onKeyDown}
      >
        {Array.from({ length: channels }, (_, channel) => (
          <button
            key={channel}
            type="button"
            style={{ aspectRatio: `${width} / ${height}` }}
            tabIndex={channel === reachable.value ? 0 : -1}
            aria-label={text.value.map(channel + 1, node)}
            aria-expanded={channel === chosen}
            aria-controls={channel === chosen ? detailId(node) : undefined}
            onClick={() => {
              reachable.value = channel;
              opened.value = channel === chosen ? undefined : { node, channel };
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** A vector [1,N] as cells, row by row. */
export function FeatureStrip({ node, shape }: { readonly node: string; readonly shape: readonly number[] }) {
  const length = shape.slice(1).reduce((product, side) => product * side, 1);
  const { columns, rows } = stripSize(length);
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const value = reading.value?.values[node];
    if (!value || !canvas.current) return;
    const pixels = new ImageData(columns, rows);
    const range = rangeOf(value.data);
    // A folded line is a picture of one channel whose last row may be short.
    const cells = new Float32Array(columns * rows);
    cells.set(value.data);
    const picture: Tensor = { shape: [rows, columns, 1], data: cells };
    paintChannel(pixels, picture, 0, scaleOf(range, range.min < 0), palette.value);
    putPixels(canvas.current, pixels);
  });
  const labels = network.value?.labels ?? [];
  return (
    <div>
      <canvas
        ref={canvas}
        class={rows > 4 ? 'strip folded' : 'strip'}
        width={columns}
        height={rows}
        role="img"
        aria-label={text.value.strip(node, length)}
      />
      {length === labels.length && rows === 1 ? (
        <ol class="cells">
          {labels.map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ol>
      ) : null}
    </div>
  );
}
