/**
 * Resize as ONNX writes it. It is written without `axes`, though they came with operator set 18: ONNX Runtime's optimizer
 * (1.30) fails where it moves a Transpose through a node that has them.
 */
import { EngineError } from '../errors.ts';
import { channelsFirst, type OnnxValue, type OnnxWriter } from './onnx.ts';
import { type ResizedAxis, type ResizeRules, scaledLength } from './resize-taps.ts';

export interface ResizeAttributes extends ResizeRules {
  readonly scales?: readonly [number, number] | undefined;
  readonly roi?: readonly [number, number, number, number] | undefined;
}

type Axes = readonly [ResizedAxis, ResizedAxis];

export function writeResize(o: OnnxWriter<ResizeAttributes>, axes: Axes): OnnxValue {
  const a = wholeCorners(newerCoordinates(o.a), axes);
  const isShrinkingCubic = a.mode === 'cubic' && !a.antialias && axes.some(({ scale }) => scale < 1);
  // ONNX Runtime cannot do this channels last, but moves a Transpose through it none the less: a Reshape is in its way.
  const x = isShrinkingCubic ? o.node('Reshape', [o.image(0), o.integers([0, 0, 0, 0])]) : o.image(0);
  const roi = a.roi ? o.floats([8], [0, 0, a.roi[0], a.roi[1], 1, 1, a.roi[2], a.roi[3]]) : '';
  const attributes = {
    mode: a.mode,
    coordinate_transformation_mode: a.coordinates,
    nearest_mode: a.nearest,
    cubic_coeff_a: { float: a.cubicA },
    exclude_outside: a.excludeOutside ? 1 : 0,
    antialias: a.antialias ? 1 : 0,
    extrapolation_value: { float: a.extrapolation },
  };
  const bySizes = !a.scales || (!axes.every(isUnambiguous) && axes.every(isRatio));
  const inputs = bySizes ? [x, roi, '', sizes(o, x, axes)] : [x, roi, o.floats([4], [1, 1, ...axes.map(scaleOf)])];
  return channelsFirst(o.node('Resize', inputs, attributes));
}

/** [N,C,OH,OW], the first two from the input: the batch may be free. */
function sizes(o: OnnxWriter<unknown>, x: string, axes: Axes): string {
  const kept = o.node('Shape', [x], { end: 2 });
  return o.node('Concat', [kept, o.integers(axes.map(({ lengthOut }) => lengthOut))], { axis: 0 });
}

/** ONNX Runtime multiplies in f32 when it runs, and in f64 when it infers shapes: whether they round down to one length. */
const isUnambiguous = ({ lengthIn, lengthOut, scale }: ResizedAxis): boolean =>
  Math.floor(lengthIn * Math.fround(scale)) === lengthOut && scaledLength(lengthIn, scale) === lengthOut;

/** Whether the sizes mean this very scale. */
const isRatio = ({ lengthIn, lengthOut, scale }: ResizedAxis): boolean =>
  Math.fround(lengthOut / lengthIn) === Math.fround(scale);

/** The scale in f32; the next larger number where that one is ambiguous. */
function scaleOf(axis: ResizedAxis): number {
  const { lengthIn, lengthOut, scale } = axis;
  const rounded = Math.fround(scale);
  const candidates = [rounded, Math.fround(rounded * (1 + 2 ** -23))];
  const fitting = candidates.find((candidate) => isUnambiguous({ ...axis, scale: candidate }));
  if (fitting !== undefined) return fitting;
  const given = scaledLength(lengthIn, scale);
  throw new EngineError(
    'unsupported-model',
    `by a scale of ${scale}, ONNX makes ${lengthIn} pixels ${given}, the model makes them ${lengthOut}`,
  );
}

/** Operator set 13 dropped a coordinate rule that is the rounding half up of another. */
function newerCoordinates(a: ResizeAttributes): ResizeAttributes {
  if (a.coordinates !== 'tf_half_pixel_for_nn') return a;
  if (a.mode === 'nearest' && a.nearest === 'floor') {
    return { ...a, coordinates: 'half_pixel', nearest: 'round_prefer_ceil' };
  }
  throw new EngineError('unsupported-model', `ONNX has no ${a.coordinates} with ${a.mode} and ${a.nearest} any more`);
}

/**
 * Corners that are aligned under a scale that gives no whole length: ONNX's tests and ONNX Runtime differ there, but agree
 * on the region of the input that such an output covers.
 */
function wholeCorners(a: ResizeAttributes, axes: Axes): ResizeAttributes {
  const isFractional = axes.some(({ lengthOut, scaledLength: target }) => Math.abs(target - lengthOut) > 1e-6 * target);
  if (a.coordinates !== 'align_corners' || !isFractional) return a;
  const [bottom, right] = axes.map(({ lengthOut, scaledLength: target }) =>
    lengthOut > 1 ? (lengthOut - 1) / (target - 1) : 0,
  ) as [number, number];
  return { ...a, coordinates: 'tf_crop_and_resize', roi: [0, 0, bottom, right] };
}
