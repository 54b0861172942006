/** The square on which a digit is drawn with finger, mouse or pen; in its place, a picture that was opened. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { toRgba } from '../photo.ts';
import { draw, drawing, isEmpty, photo, picture, text, theme } from '../state.ts';
import { PEN_WIDTH, type Point, type Stroke } from '../strokes.ts';

/** A stroke under way: what was there before it, and its points so far. */
interface Pen {
  readonly pointer: number;
  readonly before: readonly Stroke[];
  readonly points: Point[];
  frame: number;
}

export function SketchPad({ isDropping }: { readonly isDropping: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = useSignal(0);
  const pen = useRef<Pen | undefined>(undefined);

  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const observer = new ResizeObserver(() => {
      side.value = Math.round(element.clientWidth * devicePixelRatio);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useSignalEffect(() => {
    const element = canvas.current;
    if (!element || side.value === 0) return;
    if (element.width !== side.value) element.width = element.height = side.value;
    theme.value; // the ink's colour is the text's
    if (photo.value) paintPhoto(element, toRgba(picture.value));
    else paintStrokes(element, drawing.value.strokes, drawing.value.isExample);
  });

  const pointOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    return { x: unit((event.clientX - left) / width), y: unit((event.clientY - top) / height) };
  };

  const show = ({ before, points }: Pen) => {
    drawing.value = { strokes: [...before, points.slice()], isExample: false };
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0 || pen.current || photo.value) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const before = drawing.value.isExample ? [] : drawing.value.strokes;
    const started: Pen = { pointer: event.pointerId, before, points: [pointOf(event)], frame: 0 };
    pen.current = started;
    draw({ strokes: [...before, started.points.slice()], isExample: false });
  };

  /** A mouse reports up to a thousand points a second; the network looks at them once a frame. */
  const move = (event: PointerEvent) => {
    const current = pen.current;
    if (current?.pointer !== event.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    current.points.push(...(events.length > 0 ? events : [event]).map(pointOf));
    current.frame ||= requestAnimationFrame(() => {
      current.frame = 0;
      show(current);
    });
  };

  const up = (event: PointerEvent) => {
    const current = pen.current;
    if (current?.pointer !== event.pointerId) return;
    cancelAnimationFrame(current.frame);
    pen.current = undefined;
    show(current);
  };

  const isDrawing = !photo.value;
  const hint = isEmpty.value ? text.value.padHint : isDrawing && drawing.value.isExample ? text.value.exampleHint : '';
  return (
    <div class={isDropping ? 'pad dropping' : 'pad'}>
      <canvas
        ref={canvas}
        class={isDrawing ? 'drawable' : ''}
        role="img"
        aria-label={photo.value?.name ?? text.value.pad}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
      />
      <p class="hint">{hint}</p>
    </div>
  );
}

const unit = (value: number): number => Math.min(1, Math.max(0, value));

function paintStrokes(canvas: HTMLCanvasElement, strokes: readonly Stroke[], isExample: boolean): void {
  const side = canvas.width;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.clearRect(0, 0, side, side);
  context.globalAlpha = isExample ? 0.45 : 1;
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = PEN_WIDTH * side;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath(); // one path: where translucent strokes cross, they must not add up
  for (const stroke of strokes) {
    const [first, ...rest] = stroke as [Point, ...Point[]];
    context.moveTo(first.x * side, first.y * side);
    for (const { x, y } of rest.length > 0 ? rest : [first]) context.lineTo(x * side, y * side);
  }
  context.stroke();
}

/** The whole picture, as large as fits. */
function paintPhoto(canvas: HTMLCanvasElement, pixels: ImageData): void {
  const side = canvas.width;
  const source = document.createElement('canvas');
  source.width = pixels.width;
  source.height = pixels.height;
  source.getContext('2d')?.putImageData(pixels, 0, 0);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const scale = side / Math.max(pixels.width, pixels.height);
  const [width, height] = [pixels.width * scale, pixels.height * scale];
  context.clearRect(0, 0, side, side);
  context.globalAlpha = 1;
  context.imageSmoothingEnabled = scale < 3;
  context.drawImage(source, (side - width) / 2, (side - height) / 2, width, height);
}
