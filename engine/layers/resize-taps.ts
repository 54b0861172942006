/**
 * Which elements an output element of a resized axis is made of, and how much of each: the coordinates, filters and
 * borders of ONNX Resize, opset 19, as a table for one axis. All modes are separable, so a table an axis is all there is.
 */

export interface ResizeRules {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates:
    | 'half_pixel'
    | 'half_pixel_symmetric'
    | 'pytorch_half_pixel'
    | 'tf_half_pixel_for_nn'
    | 'align_corners'
    | 'asymmetric'
    | 'tf_crop_and_resize';
  readonly nearest: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** The cubic's slope parameter (Keys 1981, equation 4, where it is a). */
  readonly cubicA: number;
  /** Weights of elements outside are dropped and the others made up to 1; otherwise the border counts for them. */
  readonly excludeOutside: boolean;
  /** Where the axis shrinks, the filter widens so that it covers all elements. */
  readonly antialias: boolean;
  /** The value of outputs whose coordinate lies outside (tf_crop_and_resize alone). */
  readonly extrapolation: number;
}

/** One axis: lengths, output / input as the formulas see it, and the part of the input to look at (0–1). */
export interface ResizedAxis {
  readonly lengthIn: number;
  readonly lengthOut: number;
  /** Not always lengthOut / lengthIn: lengthOut is rounded down where a scale was given. */
  readonly scale: number;
  /** lengthIn · scale, and just lengthOut where no scale was given. */
  readonly scaledLength: number;
  readonly roi: readonly [start: number, end: number];
}

/** y[i] = offset + Σ weight·x[index]. */
export interface Taps {
  readonly weights: ReadonlyMap<number, number>;
  readonly offset: number;
}

/** A weight this small is the rounding error of a zero: no tap, so that it does not spread a NaN. */
const NO_WEIGHT = 1e-12;

/** So near to the middle of two elements, ONNX Runtime (1.30, measured) takes a coordinate to lie in the middle. */
const TIE = 1e-6;

export const resizeTaps = (axis: ResizedAxis, rules: ResizeRules): readonly Taps[] =>
  Array.from({ length: axis.lengthOut }, (_, i) => tapsAt(axis, coordinate(axis, rules, i), rules));

/** In f32, as ONNX Runtime does: 10 · 0.7 is 7, though the f32 next to 0.7 is a little less. */
export const scaledLength = (length: number, scale: number): number =>
  Math.floor(Math.fround(length * Math.fround(scale)));

/**
 * Where output i lies on the input's axis, element k at k. `nearest` rounds every step to f32, as ONNX Runtime does: where
 * the coordinate lies just between two elements, the roundings decide which of them is taken.
 */
function coordinate(axis: ResizedAxis, rules: ResizeRules, i: number) {
  const r = rules.mode === 'nearest' ? Math.fround : (value: number) => value;
  const { lengthIn, lengthOut } = axis;
  const [scale, target] = [r(axis.scale), r(axis.scaledLength)];
  const last = lengthIn - 1;
  switch (rules.coordinates) {
    case 'half_pixel':
      return r(r((i + 0.5) / scale) - 0.5);
    case 'half_pixel_symmetric': {
      // The middle of the input goes to the middle of the output, also where the output is shorter than scaled.
      const offset = r((lengthIn / 2) * r(1 - r(lengthOut / r(scale * lengthIn))));
      return r(offset + (i + 0.5) / scale - 0.5);
    }
    case 'pytorch_half_pixel':
      return lengthOut > 1 ? r(r((i + 0.5) / scale) - 0.5) : 0;
    case 'tf_half_pixel_for_nn': // operator set 11 and 12 alone
      return r((i + 0.5) / scale);
    case 'align_corners':
      // ONNX's tests divide by the scaled length, ONNX Runtime by the length as rounded down.
      return target > 1 ? r((i * last) / r(target - 1)) : 0;
    case 'asymmetric':
      return r(i / scale);
    case 'tf_crop_and_resize': {
      const [start, end] = [r(axis.roi[0]), r(axis.roi[1])];
      if (lengthOut === 1) return r(0.5 * r(start + end) * last);
      return r(r(start * last) + r(r(r(i * r(end - start)) * last) / (lengthOut - 1)));
    }
  }
}

function tapsAt(axis: ResizedAxis, x: number, rules: ResizeRules): Taps {
  const last = axis.lengthIn - 1;
  if (rules.coordinates === 'tf_crop_and_resize' && (x < 0 || x > last)) {
    return { weights: new Map(), offset: rules.extrapolation };
  }
  const clamped = (index: number) => Math.min(Math.max(index, 0), last);
  if (rules.mode === 'nearest') return { weights: new Map([[clamped(nearest(x, rules.nearest)), 1]]), offset: 0 };

  const all = filterAt(x, axis.scale, rules);
  const inside = all.filter(({ index }) => index === clamped(index));
  const used = rules.excludeOutside && inside.length > 0 ? inside : all;
  const total = rules.excludeOutside || rules.antialias ? used.reduce((sum, { weight }) => sum + weight, 0) : 1;
  const weights = new Map<number, number>();
  for (const { index, weight } of used) {
    weights.set(clamped(index), (weights.get(clamped(index)) ?? 0) + weight / total);
  }
  return { weights, offset: 0 };
}

function nearest(x: number, rule: ResizeRules['nearest']): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  switch (rule) {
    case 'floor':
      return floor;
    case 'ceil':
      return Math.ceil(x);
    case 'round_prefer_floor':
      return rest < 0.5 + TIE ? floor : floor + 1;
    case 'round_prefer_ceil':
      return rest <= 0.5 - TIE ? floor : floor + 1;
  }
}

/** The filter's weights around x, for positions inside and outside of the axis. */
function filterAt(x: number, scale: number, { mode, cubicA, antialias }: ResizeRules) {
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const filter = mode === 'linear' ? triangle : (distance: number) => cubic(distance, cubicA);
  const reach = (mode === 'linear' ? 1 : 2) / shrink;
  const found: { readonly index: number; readonly weight: number }[] = [];
  for (let index = Math.floor(x - reach); index <= Math.ceil(x + reach); index++) {
    const weight = filter(Math.abs(index - x) * shrink);
    if (Math.abs(weight) > NO_WEIGHT) found.push({ index, weight });
  }
  return found;
}

const triangle = (distance: number): number => Math.max(0, 1 - distance);

/** Cubic convolution (Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981). */
function cubic(d: number, a: number): number {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((d - 5) * d + 8) * d * a - 4 * a;
  return 0;
}
