/** Layers on levels that pick, average, join or look up levels. */
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

/** Where the axes lie side by side, but for lengths of 1: the mean of each group, as above. */
export const reduceMean: QuantizedReference = (p) => {
  const { y, a } = p;
  const x = p.x[0] as Levels;
  const long = [...x.shape.keys()].filter((axis) => x.shape[axis] !== 1);
  const axes = long.filter((axis) => a.axes.includes(axis));
  const [first, last] = [long.indexOf(axes[0] as number), long.indexOf(axes.at(-1) as number)];
  if (!y || (axes.length > 0 && last - first + 1 > axes.length)) return undefined;
  const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
  const { shape, data } = references.reduceSum([centred(x)], {}, a);
  const scale = fround(ratio(x.quantization, y) / count);
  return bytes({ shape, data: data.map((sum) => level(scaled(sum, scale), y.zeroPoint)) });
};

/** A level of x is looked up, or is the same, where both have one quantization. */
export const concat: QuantizedReference = (p) => {
  const { y } = p;
  if (!y) return undefined;
  const joined = p.x.map(({ shape, data, quantization: { scale, zeroPoint } }) => ({
    shape,
    data: Float64Array.from(data, (each) => hostLevel((each - zeroPoint) * scale, y)),
  }));
  return bytes(references.concat(joined, {}, p.a));
};

/** Whether a layer only moves elements: no two of these numbers make a third by a weighted mean. */
function picks(a: QuantizedProblem['a'], shape: Shape): boolean {
  const random = new Random(1);
  const data = Float64Array.from({ length: elementCount(shape) }, () => random.float());
  const known = new Set(data);
  return references.resize([{ shape, data }], {}, a).data.every((value) => known.has(value));
}

export const resize: QuantizedReference = (p) => {
  const { shape, data } = p.x[0] as Levels;
  if (!isSame(p) || !picks(p.a, shape)) return undefined;
  return bytes(references.resize([{ shape, data: Float64Array.from(data) }], {}, p.a));
};

/** y[i] = f(x[i]): what f32 makes of the level's real number, cast back. */
export const byTable: QuantizedReference = (p) => {
  const { y } = p;
  if (!y) return undefined;
  const x = p.x[0] as Levels;
  const all = { shape: [256], data: Uint8Array.from({ length: 256 }, (_, i) => i), quantization: x.quantization };
  const table = Array.from(p.evaluate(reals(all).data), (value) => castLevel(value, y));
  return { shape: x.shape, data: x.data.map((each) => table[each] as number) };
};
