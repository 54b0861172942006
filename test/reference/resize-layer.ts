/**
 * ONNX Resize, output pixel by output pixel: each row is interpolated at the pixel's column, and the results at its row.
 * Written along the operator's specification and its reference (onnx/reference/ops/op_resize.py): a coordinate, the
 * fraction by which it lies behind a neighbour, and coefficients for the neighbours around.
 */
import { element, tensorOf } from './indices.ts';
import type { Reference } from './reference.ts';
import type { Tensor64 } from './tensor64.ts';

interface Attributes {
  readonly size?: readonly [number, number];
  readonly scales?: readonly [number, number];
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
  readonly extrapolation: number;
  readonly roi?: readonly [number, number, number, number];
}

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  readonly width: number;
  readonly start: number;
  readonly end: number;
}

export const resize: Reference<Attributes> = ([x], _, a) => {
  const [n, h, w, c] = (x as Tensor64).shape as [number, number, number, number];
  const [rows, columns] = [axisOf(a, 0, h), axisOf(a, 1, w)];
  return tensorOf([n, rows.output, columns.output, c], (indices) => {
    const [image, oy, ox, channel] = indices as [number, number, number, number];
    return interpolate(rows, oy, a, (row) =>
      interpolate(columns, ox, a, (column) => element(x as Tensor64, [image, row, column, channel])),
    );
  });
};

function axisOf({ size, scales, roi }: Attributes, i: 0 | 1, input: number): Axis {
  const [start, end] = [roi?.[i] ?? 0, roi?.[i + 2] ?? 1];
  if (!scales) {
    const output = size![i];
    return { input, output, scale: output / input, width: output, start, end };
  }
  const width = scales[i] * input;
  return {
    input,
    output: size?.[i] ?? Math.floor(Math.fround(Math.fround(scales[i]) * input)),
    scale: scales[i],
    width,
    start,
    end,
  };
}

/** The value between the values of an axis where output i lies. */
function interpolate(axis: Axis, i: number, a: Attributes, value: (index: number) => number): number {
  const x = original(axis, i, a.coordinates, a.mode === 'nearest' ? Math.fround : (value) => value);
  if (a.coordinates === 'tf_crop_and_resize' && (x < 0 || x > axis.input - 1)) return a.extrapolation;
  const isInside = (index: number) => index >= 0 && index < axis.input;
  const { first, coefficients } = neighbours(x, axis.scale, a);
  if (a.excludeOutside && a.mode !== 'nearest') {
    const kept = coefficients.map((coefficient, k) => (isInside(first + k) ? coefficient : 0));
    const sum = kept.reduce((total, coefficient) => total + coefficient, 0);
    coefficients.forEach((__, k) => {
      coefficients[k] = (kept[k] as number) / sum;
    });
  }
  let y = 0;
  coefficients.forEach((coefficient, k) => {
    // Next to nothing is a rounded zero, and a value that does not count may be NaN.
    if (Math.abs(coefficient) < 1e-12) return;
    y += coefficient * value(Math.max(0, Math.min(first + k, axis.input - 1)));
  });
  return y;
}

/** x_original of x_resized; `f` rounds: between two elements, the nearest one is found in f32 as ONNX Runtime finds it. */
function original(axis: Axis, i: number, coordinates: string, f: (value: number) => number): number {
  const { input, output, start, end } = axis;
  const [scale, width] = [f(axis.scale), f(axis.width)];
  const centre = f(f((i + 0.5) / scale) - 0.5);
  if (coordinates === 'half_pixel') return centre;
  if (coordinates === 'tf_half_pixel_for_nn') return f((i + 0.5) / scale);
  if (coordinates === 'pytorch_half_pixel') return output > 1 ? centre : 0;
  if (coordinates === 'asymmetric') return f(i / scale);
  if (coordinates === 'align_corners') return i === 0 ? 0 : f((i * (input - 1)) / f(width - 1));
  if (coordinates === 'half_pixel_symmetric') {
    const adjustment = f(output / f(scale * input));
    const center = input / 2;
    return f(f(center * f(1 - adjustment)) + (i + 0.5) / scale - 0.5);
  }
  if (output === 1) return f(0.5 * f(f(start) + f(end)) * (input - 1));
  const steps = f(f(i * f(f(end) - f(start))) * (input - 1));
  return f(f(f(start) * (input - 1)) + f(steps / (output - 1)));
}

/** As far from the left neighbour as from the right one, but for roundings. */
const TIE = 1e-6;

/** Coefficients of the neighbours around x, from the neighbour `first` on. */
function neighbours(x: number, scale: number, a: Attributes): { first: number; coefficients: number[] } {
  // The fraction is in (0, 1]: of two neighbours as near, the left one is taken.
  const left = Number.isInteger(x) ? x - 1 : Math.floor(x);
  const ratio = x - left;
  if (a.mode === 'nearest') {
    const takesRight =
      ratio === 1 ||
      (a.nearest === 'round_prefer_floor' && ratio >= 0.5 + TIE) ||
      (a.nearest === 'round_prefer_ceil' && ratio > 0.5 - TIE) ||
      a.nearest === 'ceil';
    return { first: left, coefficients: takesRight ? [0, 1] : [1, 0] };
  }
  const shrink = a.antialias ? Math.min(scale, 1) : 1;
  const reach = a.mode === 'linear' ? 1 : 2;
  const start = Math.floor(-reach / shrink) + 1;
  const count = 2 - 2 * start;
  const coefficients = Array.from({ length: count }, (_, k) => {
    const d = Math.abs(start + k - ratio) * shrink;
    return a.mode === 'linear' ? Math.max(0, 1 - d) : keys(d, a.cubicA);
  });
  const sum = a.antialias ? coefficients.reduce((total, coefficient) => total + coefficient, 0) : 1;
  return { first: left + start, coefficients: coefficients.map((coefficient) => coefficient / sum) };
}

/** The cubic convolution kernel at a distance. */
function keys(d: number, a: number): number {
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  if (d < 2) return a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return 0;
}
