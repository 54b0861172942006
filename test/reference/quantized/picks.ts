/** Layers on levels that pick, average, join or look up levels. */
import type { LayerKind } from '../../../engine/layers/index.ts';
import type { Quantization } from '../../../engine/quantization/quantization.ts';
import { Random } from '../../../engine/random.ts';
import { elementCount, type Shape } from '../../../engine/tensor.ts';
import { globalPool2d } from '../global-pool2d.ts';
import { references } from '../index.ts';
import { adaptivePool2d, pool2d } from '../pool2d.ts';
import type { Tensor64 } from '../tensor64.ts';
import {
  castLevel,
  centred,
  hostLevel,
  type Levels,
  level,
  type QuantizedProblem,
  type QuantizedReference,
  ratio,
  reals,
  scaled,
} from './levels.ts';

const { fround } = Math;

type Reduce = (values: readonly number[], taps: number) => number;
/** How a layer's windows lie: what they see is reduced to one value. */
type Windows = (x: Tensor64, a: QuantizedProblem['a'], reduce: Reduce) => Tensor64;

const sliding: Windows = (x, a, reduce) => pool2d(x, a, reduce);
const adaptive: Windows = (x, a, reduce) => adaptivePool2d(x, a.size, reduce);
const global: Windows = (x, _, reduce) => globalPool2d(x, (values) => reduce(values, values.length));

const isSame = (p: QuantizedProblem): boolean => {
  const { scale, zeroPoint } = (p.x[0] as Levels).quantization;
  return p.y?.scale === scale && p.y.zeroPoint === zeroPoint;
};

const bytes = ({ shape, data }: Tensor64) => ({ shape, data: Uint8Array.from(data) });

/** The largest level; the lowest where a window sees nothing. */
const largest =
  (windows: Windows): QuantizedReference =>
  (p) => {
    if (!isSame(p)) return undefined;
    const { shape, data } = p.x[0] as Levels;
    return bytes(windows({ shape, data: Float64Array.from(data) }, p.a, (values) => Math.max(0, ...values)));
  };

/** The sum, exact, times scale / count. */
const average =
  (windows: Windows, countsPadding: (a: QuantizedProblem['a']) => boolean = () => false): QuantizedReference =>
  (p) => {
    const { y, a } = p;
    const x = p.x[0] as Levels;
    if (!y) return undefined;
    const scale = ratio(x.quantization, y);
    return bytes(
      windows(centred(x), a, (values, taps) => {
        const counted = countsPadding(a) ? taps : values.length;
        const sum = values.reduce((total, value) => total + value, 0);
        return level(scaled(sum, fround(scale / Math.max(1, counted))), y.zeroPoint);
      }),
    );
  };

export const maxPool2d = largest(sliding);
export const adaptiveMaxPool2d = largest(adaptive);
export const globalMaxPool2d = largest(global);
export const averagePool2d = average(sliding, (a) => a.countPadding);
export const adaptiveAveragePool2d = average(adaptive);
export const globalAveragePool2d = average(global);

/** Of the pixels of an image alone. */
export const reduceMean: QuantizedReference = (p) => {
  const x = p.x[0] as Levels;
  if (x.shape.length !== 4 || p.a.axes.join() !== '1,2') return undefined;
  const mean = globalAveragePool2d(p);
  const [n, , , c] = x.shape as [number, number, number, number];
  return mean && { ...mean, shape: p.a.keepDimensions ? [n, 1, 1, c] : [n, c] };
};

/** A level of x is looked up, or is the same, where both have one quantization. */
export const concat: QuantizedReference = (p) => {
  const { y } = p;
  if (!y) return undefined;
  return bytes(
    references.concat(
      p.x.map((x) => requantized(x, y)),
      {},
      p.a,
    ),
  );
};

/** x in levels of y. */
const requantized = ({ shape, data, quantization: { scale, zeroPoint } }: Levels, y: Quantization): Tensor64 => ({
  shape,
  data: Float64Array.from(data, (each) => hostLevel((each - zeroPoint) * scale, y)),
});

/** A layer that puts elements elsewhere. */
const moving =
  (kind: LayerKind, attributes: (p: QuantizedProblem, y: Quantization) => object = ({ a }) => a): QuantizedReference =>
  (p) =>
    p.y && bytes(references[kind]([requantized(p.x[0] as Levels, p.y)], {}, attributes(p, p.y)));

export const depthToSpace = moving('depthToSpace');
export const expand = moving('expand');
export const gather = moving('gather');
export const slice = moving('slice');
export const spaceToDepth = moving('spaceToDepth');
export const transpose = moving('transpose');
export const pad = moving('pad', ({ a }, y) => ({ ...a, value: hostLevel(a.value, y) }));

/** Whether a layer only moves elements: no two of these numbers make a third by a weighted mean. */
function picks(a: QuantizedProblem['a'], shape: Shape): boolean {
  const random = new Random(1);
  const data = Float64Array.from({ length: elementCount(shape) }, () => random.float());
  const known = new Set(data);
  return references.resize([{ shape, data }], {}, a).data.every((value) => known.has(value));
}

/** weights[o][i]: how much element i of an axis counts in element o of the resized one, told from images of zeros and ones. */
function resizingWeights([, h, w]: Shape, a: QuantizedProblem['a'], axis: 1 | 2): readonly Float32Array[] {
  const length = [0, h as number, w as number][axis] as number;
  const answers = Array.from({ length }, (_, one) => {
    const place = (i: number) => (axis === 1 ? Math.floor(i / (w as number)) : i % (w as number));
    const data = Float64Array.from({ length: (h as number) * (w as number) }, (_each, i) => (place(i) === one ? 1 : 0));
    return references.resize([{ shape: [1, h as number, w as number, 1], data }], {}, a);
  });
  const [, oh, ow] = (answers[0] as Tensor64).shape as [number, number, number];
  // Where the other axis lies within the image: its weights sum to 1 there.
  const at = (data: Float64Array, o: number) =>
    Math.max(
      ...Array.from({ length: axis === 1 ? ow : oh }, (_, i) => data[axis === 1 ? o * ow + i : i * ow + o] as number),
    );
  return Array.from({ length: axis === 1 ? oh : ow }, (_, o) => Float32Array.from(answers, ({ data }) => at(data, o)));
}

/** Weighted means of rows, then of columns, every step of f32; one rounding. */
const interpolated: QuantizedReference = (p) => {
  const x = p.x[0] as Levels;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const zeros = { shape: x.shape, data: new Float64Array(x.data.length) };
  const { y, a } = p;
  if (!y || a.mode !== 'linear' || references.resize([zeros], {}, a).data.some((value) => value !== 0))
    return undefined;
  const [rows, columns] = [resizingWeights(x.shape, a, 1), resizingWeights(x.shape, a, 2)];
  const sum = (weights: Float32Array, value: (i: number) => number): number =>
    weights.reduce((total, weight, i) => (weight === 0 ? total : fround(total + fround(weight * value(i)))), 0);
  const { data } = centred(x);
  const scale = ratio(x.quantization, y);
  const levels: number[] = [];
  for (let image = 0; image < n; image++) {
    for (const rowWeights of rows) {
      const row = Float32Array.from({ length: w * c }, (_, i) =>
        sum(rowWeights, (iy) => data[(image * h + iy) * w * c + i] as number),
      );
      for (const columnWeights of columns) {
        for (let channel = 0; channel < c; channel++) {
          const mean = sum(columnWeights, (ix) => row[ix * c + channel] as number);
          levels.push(level(fround(mean * scale), y.zeroPoint));
        }
      }
    }
  }
  return { shape: [n, rows.length, columns.length, c], data: Uint8Array.from(levels) };
};

const movingResize = moving('resize');

export const resize: QuantizedReference = (p) =>
  picks(p.a, (p.x[0] as Levels).shape) ? movingResize(p) : interpolated(p);

/** y[i] = f(x[i]): what f32 makes of the level's real number, cast back. */
export const byTable: QuantizedReference = (p) => {
  const { y } = p;
  if (!y) return undefined;
  const x = p.x[0] as Levels;
  const all = { shape: [256], data: Uint8Array.from({ length: 256 }, (_, i) => i), quantization: x.quantization };
  const table = Array.from(p.evaluate(reals(all).data), (value) => castLevel(value, y));
  return { shape: x.shape, data: x.data.map((each) => table[each] as number) };
};
