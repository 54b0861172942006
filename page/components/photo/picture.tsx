/** The photo, and over it the boxes or masks of what was found. Names and lines keep their size however large it is shown. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { textColour } from '../../../engine/drawing/colours.ts';
import { toRgba } from '../../photo.ts';
import { text, wholePercent } from '../../state.ts';
import type { Finding } from '../../vision/findings.ts';
import { placeLabels, type Rectangle } from '../../vision/label-places.ts';
import { paintMasks } from '../../vision/mask-overlay.ts';
import { colourOf, marked, type OpenPhoto, photo, pinned, pointed, seen, things } from '../../vision/state.ts';
import type { PhotoStrings } from '../../vision/strings.ts';
import { explained } from '../../vision/why.ts';
import { putPixels } from '../canvas.ts';
import { css, labelName } from './names.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How much of the window's height a photo takes at most, percent: photo.css limits it, too. */
const MOST_HEIGHT = 62;

export function Picture({ isDropping }: { readonly isDropping: boolean }) {
  const stage = useRef<HTMLDivElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = stage.current as HTMLDivElement;
    const observer = new ResizeObserver(() => {
      size.value = { width: element.clientWidth, height: element.clientHeight };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const current = photo.value;
  return (
    <div
      ref={stage}
      class={`stage${current ? '' : ' empty'}${isDropping ? ' dropping' : ''}`}
      style={{ maxInlineSize: current ? `${(MOST_HEIGHT * current.width) / current.height}vh` : '' }}
    >
      {current ? (
        <>
          <img src={current.url} alt={described(current)} width={current.width} height={current.height} />
          <HeatMap />
          <Masks />
          <Boxes area={shownArea(size.value, current)} size={size.value} />
        </>
      ) : (
        <p>{text.value.photo.dropHint}</p>
      )}
    </div>
  );
}

/** The photo in words. */
function described({ name: given, isExample }: OpenPhoto): string {
  const name = isExample ? text.value.photo.example[given as keyof PhotoStrings['example']] : given;
  if (!seen.value) return name;
  const found = things.value.map(({ label, score }) => `${labelName(label)} ${wholePercent(score)}`).join(', ');
  return found === '' ? text.value.photo.nothingIn(name) : text.value.photo.foundIn(name, found);
}

/** Where `object-fit: contain` shows a picture inside an element. */
function shownArea({ width, height }: Size, picture: Size): Rectangle {
  const scale = Math.min(width / picture.width, height / picture.height);
  const [shownWidth, shownHeight] = [picture.width * scale, picture.height * scale];
  return { x: (width - shownWidth) / 2, y: (height - shownHeight) / 2, width: shownWidth, height: shownHeight };
}

/** What speaks for a thing, in place of the photo. */
function HeatMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const answer = explained.value;
    if (!canvas.current) return;
    canvas.current.hidden = answer?.state !== 'explained';
    if (answer?.state === 'explained') putPixels(canvas.current, toRgba(answer.reason.image));
  });
  return <canvas ref={canvas} class="heat" width={1} height={1} hidden />;
}

function Masks() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const all = things.value.flatMap(({ label, mask }) => (mask ? [{ label, mask }] : []));
    const first = all[0]?.mask;
    if (!canvas.current) return;
    const isCovered = explained.value?.state === 'explained';
    canvas.current.hidden = !first || isCovered;
    if (!first || isCovered) return;
    const only = all.filter(({ mask }) => marked.value?.mask === mask);
    const painted = (only.length > 0 ? only : all).map(({ label, mask }) => ({ mask, colour: colourOf(label) }));
    const pixels = new ImageData(first.width, first.height);
    paintMasks(pixels, painted, painted.length > 1);
    putPixels(canvas.current, pixels);
  });
  return <canvas ref={canvas} class="masks" width={1} height={1} hidden />;
}

/** Font of the names in photo.css, pixels. */
const FONT = '600 13px system-ui, sans-serif';
const LABEL = { height: 20, padding: 6 } as const;

let context: CanvasRenderingContext2D | undefined;

function textWidth(written: string): number {
  context ??= document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  context.font = FONT;
  return context.measureText(written).width;
}

function Boxes({ area, size }: { readonly area: Rectangle; readonly size: Size }) {
  const found = things.value.flatMap((thing) => {
    if (!thing.place) return [];
    const { left, top, right, bottom } = thing.place;
    const box = {
      x: area.x + left * area.width,
      y: area.y + top * area.height,
      width: Math.max(1, (right - left) * area.width),
      height: Math.max(1, (bottom - top) * area.height),
    };
    const written = `${labelName(thing.label)} ${wholePercent(thing.score)}`;
    return [{ thing, box, written, width: Math.ceil(textWidth(written)) + 2 * LABEL.padding, height: LABEL.height }];
  });
  if (found.length === 0 || size.width === 0) return null;
  // Where the photo is lower than two names, the names may use the stage around it.
  const isLow = area.height < 2 * LABEL.height;
  const places = placeLabels(found, isLow ? { x: 0, y: 0, ...size } : area);
  const drawn = found.map((each, i) => ({ ...each, place: places[i] as Rectangle }));
  const reason = explained.value?.state === 'explained' ? explained.value.label : undefined;
  const isFaint = (thing: Finding) =>
    marked.value ? marked.value !== thing : reason !== undefined && reason !== thing.label;
  return (
    <svg class="boxes" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
      {/* Large ones first, so that small ones inside them can be pointed at. */}
      {drawn
        .toSorted((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
        .map(({ thing, box }, key) => (
          <Box key={key} thing={thing} box={box} isFaint={isFaint(thing)} />
        ))}
      {drawn.map(({ thing, place, written }, key) => (
        <g key={key} class={isFaint(thing) ? 'name faint' : 'name'}>
          <rect {...place} rx={3} fill={css(colourOf(thing.label))} />
          <text x={place.x + LABEL.padding} y={place.y + 14.5} fill={css(textColour(colourOf(thing.label)))}>
            {written}
          </text>
        </g>
      ))}
    </svg>
  );
}

interface BoxProperties {
  readonly thing: Finding;
  readonly box: Rectangle;
  readonly isFaint: boolean;
}

/** A dark line under a coloured one is seen on any photo. */
function Box({ thing, box, isFaint }: BoxProperties) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it does the same, also without a pointer
    <g
      class={isFaint ? 'box faint' : 'box'}
      onPointerEnter={() => {
        pointed.value = thing;
      }}
      onPointerLeave={() => {
        pointed.value = undefined;
      }}
      onClick={() => {
        pinned.value = pinned.value === thing ? undefined : thing;
      }}
    >
      <rect class="under" {...box} />
      <rect class={marked.value === thing ? 'line strong' : 'line'} {...box} stroke={css(colourOf(thing.label))} />
    </g>
  );
}
