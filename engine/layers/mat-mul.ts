/**
 * The product of two tensors of matrices, both values of the graph: attention's scores, a matrix that an imported model
 * computes.
 *   a [...,M,K] · b [...,K,N] → y [...,M,N], the axes in front broadcast;  ONNX MatMul of operands with two axes or more
 */
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { type Argument, at, call, type KernelCall, type Operand, type RegionOffset } from '../region.ts';
import { elementCount, formatShape, type Shape } from '../tensor.ts';
import { broadcastIndices, broadcastShape } from './broadcast.ts';
import { blockRows, clampArguments, panelBytes } from './gemm.ts';
import { type BackwardContext, type Context, layer } from './layer.ts';
import { own } from './onnx.ts';

const attributes = v.strictObject({});
type Attributes = v.InferOutput<typeof attributes>;

/** A sample's inputs. */
const pair = (a: Shape, b: Shape) => ({ inputs: [a, b] });

const UNLIMITED = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

const rowsOf = (shape: Shape): number => shape.at(-2) as number;
const columnsOf = (shape: Shape): number => shape.at(-1) as number;

/** `count` products in a row with one b: rows that lie one behind the other in a and y, so that they are one matrix. */
interface Stretch {
  readonly a: number;
  readonly y: number;
  readonly count: number;
}

interface Products {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Which matrix of a and of b the i-th of y is a product of. */
  readonly aOf: readonly number[];
  readonly bOf: readonly number[];
  /** By matrix of b. */
  readonly stretches: readonly (readonly Stretch[])[];
}

function productsOf({ x, y }: Context<Attributes>): Products {
  const [a, b] = x as readonly [Operand, Operand];
  const batch = y.shape.slice(0, -2);
  const aOf = broadcastIndices(batch, a.shape.slice(0, -2));
  const bOf = broadcastIndices(batch, b.shape.slice(0, -2));
  const stretches = Array.from({ length: elementCount(b.shape.slice(0, -2)) }, (): Stretch[] => []);
  bOf.forEach((matrix, i) => {
    const list = stretches[matrix] as Stretch[];
    const last = list.at(-1);
    const isNext = last && last.y + last.count === i && last.a + last.count === aOf[i];
    if (isNext) list[list.length - 1] = { ...last, count: last.count + 1 };
    else list.push({ a: aOf[i] as number, y: i, count: 1 });
  });
  return { m: rowsOf(a.shape), k: columnsOf(a.shape), n: columnsOf(b.shape), aOf, bOf, stretches };
}

/** The i-th matrix of an operand. */
const matrix = (operand: Operand, i: number): RegionOffset =>
  at(operand, 4 * i * rowsOf(operand.shape) * columnsOf(operand.shape));

/**
 * One matrix of b after the other is packed, and multiplied by all that it is to be multiplied by. A constant of the
 * graph is packed once, after loading.
 */
function forward(c: Context<Attributes>): KernelCall[] {
  const [a, b] = c.x as readonly [Operand, Operand];
  const { m, k, n, stretches } = productsOf(c);
  const bytes = panelBytes(k, n);
  const pack = (i: number, panels: Argument) => call('packPanels', matrix(b, i), 4 * n, 0, k, n, panels);
  const isConstant = b.region.role === 'weight';
  const packed = isConstant
    ? c.packed('panels', bytes * stretches.length, (region) =>
        stretches.map((_, i) => pack(i, { region, offsetBytes: i * bytes })),
      )
    : c.scratch(bytes);
  return stretches.flatMap((list, i) => {
    const panels = { region: packed, offsetBytes: isConstant ? i * bytes : 0 };
    const products = list.map((stretch) => {
      const rows = stretch.count * m;
      const blocking = [c.capabilities.rowsPerTile, blockRows(rows, k)];
      const [source, target] = [matrix(a, stretch.a), matrix(c.y, stretch.y)];
      return call('gemm', source, 4 * k, panels, target, 4 * n, 0, rows, k, n, clampArguments(c), blocking);
    });
    return isConstant ? products : [pack(i, panels), ...products];
  });
}

/** Writes a sum of several results: the first to where it belongs, the others beside, from where they are added. */
class Sums {
  private readonly target: Operand;
  private readonly beside: Operand;
  private readonly written = new Set<number>();

  constructor(c: Context<Attributes>, target: Operand) {
    const shape = target.shape.slice(-2);
    this.target = target;
    this.beside = { shape, region: c.scratch(4 * elementCount(shape)) };
  }

  /** Adds what `write` computes to the i-th matrix of the target. */
  add(i: number, write: (place: RegionOffset) => KernelCall): KernelCall[] {
    const place = matrix(this.target, i);
    if (!this.written.has(i)) {
      this.written.add(i);
      return [write(place)];
    }
    return [write(at(this.beside, 0)), call('accumulate', place, this.beside, elementCount(this.beside.shape))];
  }
}

/** da = dy·bᵀ, summed over the products that share a matrix of a. */
function backwardA(c: BackwardContext<Attributes>, da: Operand): KernelCall[] {
  const b = c.x[1] as Operand;
  const { m, k, n, aOf, bOf } = productsOf(c);
  const panels = c.scratch(panelBytes(n, k));
  const blocking = [c.capabilities.rowsPerTile, blockRows(m, n)];
  const sums = new Sums(c, da);
  let packed = -1;
  return aOf.flatMap((target, i) => {
    const source = bOf[i] as number;
    const pack = source === packed ? [] : [call('packPanelsTransposed', matrix(b, source), 4 * n, k, n, panels)];
    packed = source;
    const multiply = (place: RegionOffset) =>
      call('gemm', matrix(c.dy, i), 4 * n, panels, place, 4 * k, 0, m, n, k, UNLIMITED, blocking);
    return [...pack, ...sums.add(target, multiply)];
  });
}

/** db = aᵀ·dy, summed over the products that share a matrix of b: those of a stretch in one go. */
function backwardB(c: BackwardContext<Attributes>, db: Operand): KernelCall[] {
  const a = c.x[0] as Operand;
  const { m, k, n, stretches } = productsOf(c);
  const sums = new Sums(c, db);
  return stretches.flatMap((list, i) =>
    list.flatMap((stretch) =>
      sums.add(i, (place) => {
        const [left, right] = [matrix(a, stretch.a), matrix(c.dy, stretch.y)];
        const rows = stretch.count * m;
        return call('gemmTransposed', left, 4 * k, right, 4 * n, place, 4 * n, rows, k, n, c.capabilities.rowsPerTile);
      }),
    ),
  );
}

export const matMul = layer<Attributes>({
  attributes,
  inputs: { min: 2, max: 2 },

  inferShape: (x) => {
    const [a, b] = x as readonly [Shape, Shape];
    if (a.length < 2 || b.length < 2) {
      throw new EngineError(
        'shape-mismatch',
        `expected matrices [...,M,K] and [...,K,N], got ${formatShape(a)} and ${formatShape(b)}`,
      );
    }
    if (columnsOf(a) !== rowsOf(b)) {
      throw new EngineError(
        'shape-mismatch',
        `a product of ${formatShape(a)} and ${formatShape(b)}: rows of ${columnsOf(a)}, columns of ${rowsOf(b)}`,
      );
    }
    if (columnsOf(a) === 0) {
      throw new EngineError('shape-mismatch', `a product of ${formatShape(a)} and ${formatShape(b)}: sums of nothing`);
    }
    return [...broadcastShape(a, b, 2), rowsOf(a), columnsOf(b)];
  },

  macs: ([a], y) => elementCount(y) * columnsOf(a as Shape),

  forward,
  epilogue: { clamp: true },

  backward: (c) => [...(c.dx[0] ? backwardA(c, c.dx[0]) : []), ...(c.dx[1] ? backwardB(c, c.dx[1]) : [])],

  onnx: (o) => own(o.node('MatMul', [o.own(0), o.own(1)])),

  samples: [
    pair([2, 7, 5], [2, 5, 9]),
    pair([2, 3, 4, 8], [2, 3, 8, 4]), // heads
    pair([2, 3, 2, 5], [2, 1, 5, 3]), // one b for all heads
    pair([2, 1, 2, 1, 1, 1], [2, 2, 1, 2, 1, 2]), // rank 6
    { ...pair([5, 3], [3, 17]), wholeBatch: true },
    { ...pair([3, 4, 6], [6, 5]), wholeBatch: true }, // one b for all
    { ...pair([4, 6], [3, 6, 2]), wholeBatch: true }, // one a for all
    { ...pair([2, 1, 2, 5], [3, 5, 3]), wholeBatch: true }, // both stretched
    { ...pair([3, 2, 2, 4], [1, 2, 4, 1]), wholeBatch: true }, // each b is read by matrices that lie apart
  ],
});
