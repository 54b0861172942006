/**
 * QuantizeLinear and DequantizeLinear on values of the run. A value that is quantized stays one of f32 here, rounded by a
 * `fakeQuantize` node and marked as integers of ONNX, until a DequantizeLinear takes the mark away. Which of these nodes
 * become levels between layers of the int8 kernels is decided afterwards (quantized-values.ts).
 */
import type { Operation, Reader } from '../operation.ts';
import { type IntegerType, type Steps, stepsOf } from '../steps.ts';
import { type Integers, isConstant, type RunTime, valueShape } from '../value.ts';

const EIGHT_BITS: readonly IntegerType[] = ['uint8', 'int8'];
/** What is added to signed integers and their zero point, so that they are unsigned and mean the same. */
const SIGN_OFFSET = 128;

function integersOf(op: Operation, { type, scales, zeroPoints }: Steps): Integers {
  if (scales.length > 1) {
    throw op.unsupported(
      'feature',
      `its input is computed by every run, one scale is supported there, it has ${scales.length}`,
    );
  }
  const zeroPoint = (zeroPoints[0] as number) + (type === 'int8' ? SIGN_OFFSET : 0);
  return { type: type as Integers['type'], quantization: { scale: scales[0] as number, zeroPoint } };
}

const quantizeLinear: Reader = (op) => {
  const value = op.runTime(0);
  const integers = integersOf(op, stepsOf(op, valueShape(value), EIGHT_BITS));
  const placed = op.graph.fakeQuantize(value.placed, integers.quantization);
  return { placed, layout: value.layout, integers } satisfies RunTime;
};

const dequantizeLinear: Reader = (op) => {
  const value = op.runTime(0);
  const { integers } = value;
  if (!integers) {
    throw op.unsupported('element type', 'its input is float32 at run time, expected what a QuantizeLinear makes');
  }
  const own = integersOf(op, stepsOf(op, valueShape(value), [integers.type]));
  if (!isSame(own.quantization, integers.quantization)) {
    const [expected, got] = [integers, own].map(describe);
    throw op.unsupported('feature', `it must undo the QuantizeLinear before it: expected ${expected}, got ${got}`);
  }
  return { placed: value.placed, layout: value.layout } satisfies RunTime;
};

const describe = ({ type, quantization: { scale, zeroPoint } }: Integers): string =>
  `scale ${scale} and zero point ${type === 'int8' ? zeroPoint - SIGN_OFFSET : zeroPoint}`;

/** Operators that choose among integers or put them elsewhere, and so do the same to what these stand for. */
const moving: ReadonlySet<string> = new Set(
  'Concat DepthToSpace Expand Flatten Gather Identity MaxPool Reshape Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
);
/** Those that do not look at the numbers. */
const blind: ReadonlySet<string> = new Set(['Shape', 'Size']);

/**
 * What the results of a node are that reads integers computed by the run; undefined where there are none, or no more.
 * @throws EngineError `unsupported-model` where it computes with them, or where they are not of one kind
 */
export function integersThrough(op: Operation, type: string): Integers | undefined {
  const values = op.inputs.filter((value): value is RunTime => value !== undefined && !isConstant(value));
  const marked = values.find(({ integers }) => integers);
  if (!marked?.integers || type === 'DequantizeLinear' || blind.has(type)) return undefined;
  const { integers } = marked;
  if (!moving.has(type) || (type === 'MaxPool' && op.wants(1))) {
    throw op.unsupported('element type', `it computes with ${integers.type} at run time, only float32 is supported`);
  }
  if (!values.every((value) => value.integers && isAlike(value.integers, integers))) {
    throw op.unsupported('feature', 'it puts together integers of different scales or zero points');
  }
  return integers;
}

const isSame = (a: Integers['quantization'], b: Integers['quantization']): boolean =>
  a.scale === b.scale && a.zeroPoint === b.zeroPoint;

const isAlike = (a: Integers, b: Integers): boolean => a.type === b.type && isSame(a.quantization, b.quantization);

export const quantization: Readonly<Record<string, Reader>> = {
  DequantizeLinear: dequantizeLinear,
  QuantizeLinear: quantizeLinear,
};
